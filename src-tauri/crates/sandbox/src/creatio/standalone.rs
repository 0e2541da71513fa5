//! A stand-in in a process of its own, for tests that kill the product and need the CRM to survive.

use std::io::{self, Write as _};
use std::net::SocketAddr;

use serde_json::json;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use super::config::CreatioConfig;
use super::sandbox::CreatioSandbox;

/// Serves until the process ends. Once both ports are bound one line of JSON on standard output names them:
/// `{"instance_url":"http://..","identity_url":"http://.."}`; everything else goes through `/sandbox/`.
pub async fn run_standalone(
    instance: SocketAddr,
    identity: SocketAddr,
    config: CreatioConfig,
    control_token: &str,
) -> io::Result<()> {
    let instance = TcpListener::bind(instance).await?;
    let identity = TcpListener::bind(identity).await?;
    let addresses = json!({
        "instance_url": format!("http://{}", instance.local_addr()?),
        "identity_url": format!("http://{}", identity.local_addr()?),
    });
    let mut out = io::stdout();
    writeln!(out, "{addresses}")?;
    out.flush()?;
    let sandbox = CreatioSandbox::new(CreatioConfig { control_token: Some(control_token.to_owned()), ..config });
    sandbox.serve(instance, identity, CancellationToken::new()).await
}
