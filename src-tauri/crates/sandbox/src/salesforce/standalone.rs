//! A stand-in in a process of its own, for clients in other languages and tests that kill the product.

use std::io::{self, Write as _};

use serde_json::json;

use super::config::SalesforceConfig;
use super::sandbox::SalesforceSandbox;

/// Serves until the process ends. Once the ports (login, instance, and the same over TLS; 0 chooses) are bound, one
/// line of JSON on standard output names them: `{"login_url","instance_url","tls_login_url","tls_instance_url",
/// "authority_file"}`; everything else goes through `/sandbox/` on the instance.
pub async fn run_standalone(ports: [u16; 4], config: SalesforceConfig, control_token: &str) -> io::Result<()> {
    let config = SalesforceConfig { control_token: Some(control_token.to_owned()), ..config };
    let running = SalesforceSandbox::start_on(config, ports).await?;
    let addresses = json!({
        "login_url": running.login_url,
        "instance_url": running.instance_url,
        "tls_login_url": running.tls_login_url,
        "tls_instance_url": running.tls_instance_url,
        "authority_file": running.authority_file(),
    });
    let mut out = io::stdout();
    writeln!(out, "{addresses}")?;
    out.flush()?;
    std::future::pending().await
}
