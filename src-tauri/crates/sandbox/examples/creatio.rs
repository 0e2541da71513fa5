//! A stand-in CRM in a process of its own: `cargo run -p casebridge-sandbox --example creatio -- [token] [--null-sink]`.

use std::net::SocketAddr;

use casebridge_sandbox::creatio::{CreatioConfig, run_standalone};

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let null_sink = arguments.iter().any(|argument| argument == "--null-sink");
    let token = arguments.iter().find(|argument| !argument.starts_with("--")).map_or("sandbox", String::as_str);
    let any = SocketAddr::from(([127, 0, 0, 1], 0));
    run_standalone(any, any, CreatioConfig { null_sink, ..CreatioConfig::default() }, token).await
}
