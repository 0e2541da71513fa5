//! A stand-in language model in a process of its own: `cargo run -p casebridge-sandbox --example llm -- ANSWER [key]`. It
//! answers whoever asks with what the file ANSWER holds then, and writes what it was asked last to ANSWER.asked.

use std::sync::Arc;

use casebridge_sandbox::llm::{LlmConfig, LlmReply, LlmRequest, LlmSandbox};
use serde_json::json;

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let file = arguments.next().unwrap_or_else(|| "answer.json".to_owned());
    let key = arguments.next();
    let asked = format!("{file}.asked");
    let answer = move |request: &LlmRequest| match std::fs::write(&asked, &request.user)
        .and_then(|()| std::fs::read_to_string(&file))
    {
        Ok(text) => LlmReply::Text(text),
        Err(_) => LlmReply::Fails { status: 500, retry_after: None },
    };
    let config = LlmConfig { key, ..LlmConfig::always(LlmReply::From(Arc::new(answer))) };
    let model = LlmSandbox::start(config).await?;
    println!("{}", json!({ "url": model.url }));
    std::future::pending().await
}
