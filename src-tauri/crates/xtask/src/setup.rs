//! Installs what building and testing need, and only what is missing.

use anyhow::{Context, Result, bail};

use crate::clients;
use crate::ui;
use crate::workspace::{Workspace, capture, succeeds};

/// How much is about to be built.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// The headless engine: a C compiler for SQLite and TLS, nothing else.
    Engine,
    /// The desktop shell, the tests and the gates too.
    Everything,
}

/// The web view with its tool kit and its driver, the tray's library, a display with a window manager and a session
/// bus with a keychain for the tests, a browser, and Python for a public client.
const FOR_EVERYTHING: &[&str] = &[
    "pkg-config",
    "libgtk-3-dev",
    "libwebkit2gtk-4.1-dev",
    "libayatana-appindicator3-dev",
    "libdbus-1-dev",
    "webkit2gtk-driver",
    "xvfb",
    "openbox",
    "wmctrl",
    "dbus",
    "gnome-keyring",
    "chromium",
    "file",
    "python3-venv",
];

/// The bridge between WebDriver and the desktop program, for its tests.
const DRIVER: &str = "tauri-driver";
const DRIVER_VERSION: &str = "2.1.0";

/// What pkg-config calls the libraries above, for systems without APT.
const LIBRARIES: &[&str] = &["gtk+-3.0", "webkit2gtk-4.1", "dbus-1"];

/// Makes this machine ready, and says in a few words what it did.
pub fn all(workspace: &Workspace, scope: Scope) -> Result<String> {
    let mut done = system_packages(workspace, scope)?;
    if !ui::install(workspace)?.is_empty() {
        done.push("the pages' packages".to_owned());
    }
    if scope == Scope::Everything {
        for (component, subcommand) in [("rustfmt", "fmt"), ("clippy", "clippy")] {
            done.extend(rust_component(workspace, component, subcommand)?);
        }
        done.extend(driver(workspace)?);
        done.extend(Some(clients::install(workspace)?).filter(|installed| !installed.is_empty()));
    }
    if done.is_empty() {
        return Ok("nothing was missing".to_owned());
    }
    Ok(format!("installed {}", done.join(", ")))
}

/// Builds the bridge once, into the target folder.
fn driver(workspace: &Workspace) -> Result<Option<String>> {
    let tools = workspace.target.join("tools");
    if !cfg!(target_os = "linux") || tools.join("bin").join(DRIVER).exists() {
        return Ok(None);
    }
    let mut install =
        workspace.cargo(["install", DRIVER, "--version", DRIVER_VERSION, "--locked", "--quiet", "--root"]);
    capture(install.arg(&tools).arg("--target-dir").arg(tools.join("build")))
        .with_context(|| format!("`{DRIVER}` could not be built"))?;
    Ok(Some(DRIVER.to_owned()))
}

fn system_packages(workspace: &Workspace, scope: Scope) -> Result<Vec<String>> {
    if !cfg!(target_os = "linux") {
        // The linker comes with Rust's own installer, and the system has the web view.
        return Ok(Vec::new());
    }
    let has_apt = succeeds(workspace.command("apt-get").arg("--version"))
        && succeeds(workspace.command("dpkg-query").arg("--version"));
    if has_apt { debian_packages(workspace, scope) } else { other_linux(workspace, scope) }
}

fn debian_packages(workspace: &Workspace, scope: Scope) -> Result<Vec<String>> {
    let mut wanted = Vec::new();
    if !has_compiler(workspace) {
        wanted.push("build-essential");
    }
    if scope == Scope::Everything {
        wanted.extend(FOR_EVERYTHING.iter().filter(|package| !is_installed(workspace, package)));
    }
    if wanted.is_empty() {
        return Ok(Vec::new());
    }

    let is_root = capture(workspace.command("id").arg("-u"))?.trim() == "0";
    let by_hand = format!("sudo apt-get install {}", wanted.join(" "));
    if !is_root && !succeeds(workspace.command("sudo").args(["-n", "true"])) {
        bail!("these packages are missing and installing them needs root: run `{by_hand}`");
    }
    println!("installing {}", wanted.join(" "));
    let apt = |args: &[&str]| {
        let mut command = workspace.command(if is_root { "env" } else { "sudo" });
        if !is_root {
            command.args(["-n", "env"]);
        }
        command.args(["DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq", "-o=Dpkg::Use-Pty=0"]).args(args);
        capture(&mut command)
    };
    apt(&["update"])?;
    let mut install = vec!["install", "--yes", "--no-install-recommends"];
    install.extend(&wanted);
    apt(&install).with_context(|| format!("the packages could not be installed; try `{by_hand}`"))?;
    Ok(wanted.into_iter().map(str::to_owned).collect())
}

fn is_installed(workspace: &Workspace, package: &str) -> bool {
    capture(workspace.command("dpkg-query").args(["-W", "-f", "${db:Status-Abbrev}", package]))
        .is_ok_and(|status| status.starts_with("ii"))
}

fn has_compiler(workspace: &Workspace) -> bool {
    succeeds(workspace.command("cc").arg("--version"))
}

fn other_linux(workspace: &Workspace, scope: Scope) -> Result<Vec<String>> {
    let mut missing = Vec::new();
    if !has_compiler(workspace) {
        missing.push("a C compiler");
    }
    if scope == Scope::Everything {
        let found = |name: &&&str| !succeeds(workspace.command("pkg-config").args(["--exists", name]));
        missing.extend(LIBRARIES.iter().filter(found));
    }
    if missing.is_empty() {
        return Ok(Vec::new());
    }
    bail!(
        "this system has no APT, so install these by hand (libraries with their development files \
         and pkg-config): {}",
        missing.join(", ")
    )
}

fn rust_component(workspace: &Workspace, component: &str, subcommand: &str) -> Result<Option<String>> {
    let is_there = || succeeds(&mut workspace.cargo([subcommand, "--version"]));
    if is_there() {
        return Ok(None);
    }
    if succeeds(workspace.command("rustup").args(["component", "add", component])) && is_there() {
        return Ok(Some(component.to_owned()));
    }
    bail!(
        "`cargo {subcommand}` is missing: run `rustup component add {component}`, or install it the way Rust was installed"
    )
}
