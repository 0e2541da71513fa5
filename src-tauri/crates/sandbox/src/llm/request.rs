//! What the stand-in was asked.

use serde_json::Value;

/// Which of the two APIs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LlmApi {
    /// `POST /v1/chat/completions`.
    OpenAi,
    /// `POST /v1/messages`.
    Anthropic,
}

/// One request, as the model would read it.
#[derive(Clone, Debug)]
pub struct LlmRequest {
    /// Counts from 1.
    pub no: u64,
    /// Through which API.
    pub api: LlmApi,
    /// The model that was asked for.
    pub model: String,
    /// What it is told to be.
    pub system: String,
    /// What it is asked.
    pub user: String,
    /// The JSON schema of the answer; `null` when none was given.
    pub schema: Value,
    /// The key, if one came along.
    pub key: Option<String>,
    /// The whole body.
    pub body: Value,
}

impl LlmRequest {
    pub(super) fn of(no: u64, api: LlmApi, key: Option<String>, body: Value) -> Self {
        let messages = body["messages"].as_array().cloned().unwrap_or_default();
        let by = |role: &str| -> String {
            let texts: Vec<String> =
                messages.iter().filter(|one| one["role"] == role).map(|one| text(&one["content"])).collect();
            texts.join("\n")
        };
        let system = match api {
            LlmApi::OpenAi => [by("system"), by("developer")].concat(),
            LlmApi::Anthropic => text(&body["system"]),
        };
        let schema = match api {
            LlmApi::OpenAi => &body["response_format"]["json_schema"]["schema"],
            LlmApi::Anthropic => &body["output_config"]["format"]["schema"],
        };
        let (model, user, schema) = (body["model"].as_str().unwrap_or_default().to_owned(), by("user"), schema.clone());
        LlmRequest { no, api, model, system, user, schema, key, body }
    }
}

/// Content is a text, or parts of which some are texts.
fn text(content: &Value) -> String {
    match content {
        Value::String(text) => text.clone(),
        Value::Array(parts) => parts.iter().filter_map(|part| part["text"].as_str()).collect::<Vec<_>>().join("\n"),
        _ => String::new(),
    }
}
