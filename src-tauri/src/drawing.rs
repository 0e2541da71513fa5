//! How the page is drawn on a computer without a graphics processor.

use std::path::Path;

use tauri::WebviewWindow;
use webkit2gtk::{HardwareAccelerationPolicy, SettingsExt as _, WebViewExt as _};

/// Whether the system has a device that draws. Virtual and remote desktops often have none.
pub(crate) fn has_graphics_processor() -> bool {
    has_render_node(Path::new("/dev/dri"))
}

fn has_render_node(devices: &Path) -> bool {
    let Ok(entries) = std::fs::read_dir(devices) else { return false };
    entries.flatten().any(|entry| entry.file_name().to_string_lossy().starts_with("renderD"))
}

/// Lets the page be drawn without OpenGL. An emulated one compiles a shader for every new kind of shape, which more than
/// doubles the time to the first list.
///
/// # Errors
///
/// When the window is gone.
pub(crate) fn by_processor(window: &WebviewWindow) -> tauri::Result<()> {
    window.with_webview(|view| {
        if let Some(settings) = view.inner().settings() {
            settings.set_hardware_acceleration_policy(HardwareAccelerationPolicy::Never);
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_node_that_renders_is_a_graphics_processor() {
        let devices = tempfile::tempdir().expect("a folder");
        assert!(!has_render_node(&devices.path().join("none")), "a container has no devices at all");
        std::fs::write(devices.path().join("card0"), []).expect("written");
        assert!(!has_render_node(devices.path()), "a card without a node only shows pictures, as virtual ones do");
        std::fs::write(devices.path().join("renderD128"), []).expect("written");
        assert!(has_render_node(devices.path()), "this one draws");
    }
}
