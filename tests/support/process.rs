//! The real binary in a process of its own.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::Duration;

use casebridge_sandbox::creatio::{ClientApp, RunningCreatio};
use reqwest::StatusCode;
use serde_json::Value;

use crate::world::{SECRETS_KEY, within};

/// Where `cargo test` has put `casebridged`.
pub fn binary() -> PathBuf {
    let mut path = std::env::current_exe().unwrap();
    path.pop();
    if path.ends_with("deps") {
        path.pop();
    }
    let path = path.join(format!("casebridged{}", std::env::consts::EXE_SUFFIX));
    assert!(path.exists(), "{} is missing: run the tests of the whole workspace", path.display());
    path
}

/// A command of `casebridged` on a data folder.
pub fn command(data: &Path) -> Command {
    let mut command = Command::new(binary());
    command.arg("--data").arg(data).env("CASEBRIDGE_SECRETS_KEY", SECRETS_KEY).env_remove("DBUS_SESSION_BUS_ADDRESS");
    command
}

/// Runs a command to its end; `input` goes to its standard input.
pub fn run(data: &Path, arguments: &[&str], input: &str) -> Output {
    let mut child = command(data)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A command that reads no input may be gone already.
    child.stdin.take().unwrap().write_all(input.as_bytes()).ok();
    child.wait_with_output().unwrap()
}

/// Runs a command that must succeed, and gives its output.
pub fn ok(data: &Path, arguments: &[&str], input: &str) -> String {
    let output = run(data, arguments, input);
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{arguments:?} must succeed: {out}{err}");
    out.into_owned()
}

/// Adds a connection to a stand-in, as an admin would.
pub fn connect(data: &Path, creatio: &RunningCreatio) {
    let client = ClientApp::demo();
    let arguments = [
        "connection",
        "add",
        "creatio",
        "--name",
        "creatio",
        "--url",
        &creatio.instance_url,
        "--identity-url",
        &creatio.identity_url,
        "--client-id",
        &client.client_id,
        "--secret-stdin",
        "--set",
        "session_column=UsrSessionId",
    ];
    ok(data, &arguments, &client.client_secret);
}

/// A port for a redirect address, which is registered before anybody listens there. It is below those that systems give
/// out by themselves, so that nobody who asks for any port is given it meanwhile.
pub fn redirect_port() -> u16 {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let first = 20_000 + u16::try_from(std::process::id() % 500).unwrap() * 20;
    let mut own = std::iter::from_fn(|| Some(first + NEXT.fetch_add(1, Ordering::Relaxed)));
    own.find(|port| TcpListener::bind(("localhost", *port)).is_ok()).unwrap()
}

/// What a running engine answers to a command of the console.
pub async fn call(data: &Path, body: Value) -> (StatusCode, Value) {
    let told: Value = serde_json::from_slice(&std::fs::read(data.join("engine.json")).unwrap()).unwrap();
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let address = format!("{}/console/call", told["url"].as_str().unwrap());
    let answer = client.post(address).bearer_auth(told["token"].as_str().unwrap()).json(&body).send().await.unwrap();
    (answer.status(), answer.json().await.unwrap())
}

/// Waits until every lane of the only connection is synced; none may be parked.
pub async fn synced(data: &Path, patience: Duration) {
    within(
        patience,
        "every lane is synced",
        async || {
            let counts: Value = serde_json::from_str(&ok(data, &["lanes", "list", "--count", "--json"], "")).unwrap();
            let lanes = &counts[0]["lanes"];
            assert_eq!(lanes["parked"], 0, "nothing may be parked");
            (lanes["due"] == 0 && lanes["leased"] == 0).then_some(())
        },
        async || ok(data, &["lanes", "list", "--unfinished", "--limit", "5"], ""),
    )
    .await;
}

/// A running `casebridged serve`; killed when dropped.
pub struct Served {
    child: Child,
    /// Address of its sessions API.
    pub url: String,
}

impl Served {
    /// Starts an engine and waits until it says where it listens.
    pub fn start(data: &Path, more: &[&str]) -> Self {
        let mut child = command(data)
            .args(["serve", "--listen", "127.0.0.1:0"])
            .args(more)
            .env("CASEBRIDGE_LOG", "error")
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let url = loop {
            let line = lines.next().expect("serve says where it listens").unwrap();
            if let Some(rest) = line.trim().strip_prefix("sessions API") {
                break rest.trim().split("/v1").next().unwrap().to_owned();
            }
        };
        // Whatever it prints later must not fill the pipe.
        std::thread::spawn(move || lines.for_each(drop));
        Self { child, url }
    }

    /// Its process id.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Kills it as a power cut would: no signal that it could answer.
    pub fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Asks it to stop, and gives its exit status.
    #[cfg(unix)]
    pub fn stop(&mut self) -> std::process::ExitStatus {
        Command::new("kill").arg("-TERM").arg(self.child.id().to_string()).status().unwrap();
        for _ in 0..600 {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        panic!("the engine did not stop within 30 s of being asked to");
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        if matches!(self.child.try_wait(), Ok(None)) {
            self.kill();
        }
    }
}
