//! A stand-in org in a process of its own: `cargo run -p casebridge-sandbox --example salesforce -- [token] [--kit]
//! [--auto-approve]`.

use casebridge_sandbox::salesforce::{SalesforceConfig, run_standalone};

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let has = |flag: &str| arguments.iter().any(|argument| argument == flag);
    let token = arguments.iter().find(|argument| !argument.starts_with("--")).map_or("sandbox", String::as_str);
    let config =
        SalesforceConfig { kit: has("--kit"), auto_approve: has("--auto-approve"), ..SalesforceConfig::default() };
    run_standalone([0; 4], config, token).await
}
