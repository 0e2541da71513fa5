//! Secrets in the system's keychain: a session bus and a keyring of the test's own.
#![cfg(target_os = "linux")]

use std::process::{Command, Stdio};

use casebridge_sandbox::creatio::{ClientApp, CreatioConfig, CreatioSandbox};
use casebridge_tests::process::binary;

/// Unlocks a fresh keyring, adds a connection, and tests it from another process, which must find the secret.
const STORY: &str = r#"
    printf pw | gnome-keyring-daemon --unlock --components=secrets >/dev/null 2>&1
    "$PROGRAM" --data "$HOME/data" connection add creatio --name k --url "$INSTANCE" --identity-url "$IDENTITY" \
        --client-id "$CLIENT" --secret-stdin < "$HOME/secret" &&
    "$PROGRAM" --data "$HOME/data" connection test k
"#;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_desktop_keeps_its_secrets_in_the_keychain_and_nowhere_else() {
    let creatio = CreatioSandbox::start(CreatioConfig::default()).await.unwrap();
    let client = ClientApp::demo();
    let home = tempfile::tempdir().unwrap();
    std::fs::write(home.path().join("secret"), &client.client_secret).unwrap();
    let output = Command::new("dbus-run-session")
        .args(["--", "bash", "-c", STORY])
        .env("HOME", home.path())
        .env("XDG_RUNTIME_DIR", home.path())
        .env("XDG_DATA_HOME", home.path().join("share"))
        .env("XDG_CONFIG_HOME", home.path().join("config"))
        .env("PROGRAM", binary())
        .env("INSTANCE", &creatio.instance_url)
        .env("IDENTITY", &creatio.identity_url)
        .env("CLIENT", &client.client_id)
        .env_remove("CASEBRIDGE_SECRETS_KEY")
        .stdin(Stdio::null())
        .output()
        .expect("dbus-run-session and gnome-keyring are installed by `cargo xtask setup`");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(said.contains("the connection can be used"), "{said}{}", String::from_utf8_lossy(&output.stderr));
    assert!(!home.path().join("data/secrets.enc").exists(), "no file of secrets is made beside the keychain");
}
