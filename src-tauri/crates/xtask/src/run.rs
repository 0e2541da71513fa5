//! Tries the product: the engine and the sandbox, on data that is thrown away.

use std::env;
use std::ffi::OsString;
use std::fs::{self, File};
use std::io::Read;
use std::process::{Command, ExitCode};
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result};

use crate::setup::{self, Scope};
use crate::ui;
use crate::workspace::{Workspace, stream};

/// The key that a headless engine encrypts its secrets with.
const SECRETS_KEY: &str = "CASEBRIDGE_SECRETS_KEY";

/// Builds the engine and becomes it. The engine itself prints its addresses and what to try.
pub fn serve(workspace: &Workspace, args: Vec<OsString>) -> Result<ExitCode> {
    // Arguments are for the engine without a window.
    let window = args.is_empty() && has_display();
    setup::all(workspace, if window { Scope::Everything } else { Scope::Engine })?;
    ui::build(workspace)?;
    // `--workspace` gives the dependencies the features that the tests build them with; asking for
    // the package alone would build many of them a second time.
    let program = if window { "casebridge" } else { "casebridged" };
    stream(&mut workspace.cargo(["build", "--workspace", "--locked", "--bin", program]))?;

    let now = SystemTime::now().duration_since(UNIX_EPOCH).context("the clock stands before 1970")?;
    let data = workspace.target.join("run").join(now.as_secs().to_string());
    fs::create_dir_all(&data).with_context(|| format!("could not make the data folder {}", data.display()))?;

    let file = format!("{program}{}", env::consts::EXE_SUFFIX);
    let mut engine = workspace.command(workspace.target.join("debug").join(file));
    if env::var_os(SECRETS_KEY).is_none() {
        engine.env(SECRETS_KEY, random_key()?);
    }
    if window {
        println!("the window opens; its data folder is {}", data.display());
        engine.env("CASEBRIDGE_DATA", &data);
        return become_it(&mut engine);
    }
    let given = |flag: &str| args.iter().any(|arg| arg.to_string_lossy().starts_with(flag));
    engine.arg("serve").arg("--data").arg(&data);
    if !given("--sandbox") {
        engine.args(["--sandbox", "--play"]);
    }
    if !given("--listen") {
        engine.args(["--listen", "127.0.0.1:0"]);
    }
    if !given("--public-listen") {
        // For the sandbox's webhooks.
        engine.args(["--public-listen", "127.0.0.1:0"]);
    }
    engine.args(args);
    become_it(&mut engine)
}

/// Whether a window could be seen.
fn has_display() -> bool {
    let named = |name: &str| env::var_os(name).is_some_and(|value| !value.is_empty());
    !cfg!(target_os = "linux") || named("DISPLAY") || named("WAYLAND_DISPLAY")
}

/// On Unix the engine takes the place of this process, so every signal reaches it directly.
#[cfg(unix)]
fn become_it(engine: &mut Command) -> Result<ExitCode> {
    use std::os::unix::process::CommandExt;
    Err(engine.exec()).context("could not start the engine")
}

/// Elsewhere the console sends Ctrl-C to both, and this process waits for the engine to end.
#[cfg(not(unix))]
fn become_it(engine: &mut Command) -> Result<ExitCode> {
    stream(engine)?;
    Ok(ExitCode::SUCCESS)
}

/// 256 random bits. The data folder is new as well, so nobody needs this key again.
fn random_key() -> Result<String> {
    let mut bytes = [0_u8; 32];
    File::open("/dev/urandom")
        .and_then(|mut source| source.read_exact(&mut bytes))
        .with_context(|| format!("no source of random bytes: set {SECRETS_KEY} yourself"))?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}
