//! Commands about the address that a CRM calls.

use std::time::Duration;

use casebridge_engine::Engine;
use casebridge_engine::webhooks::{GRACE, WebhookAddress};
use secrecy::ExposeSecret as _;
use serde_json::{Value, json};

use crate::dto::connections::{WebhookUrl, WebhookView};
use crate::dto::time;
use crate::error::ApiError;

fn address(name: &str, address: &WebhookAddress) -> Value {
    let path = address.path.expose_secret();
    let url = address.public_url.as_ref().map(|public| format!("{}{path}", public.trim_end_matches('/')));
    json!(WebhookUrl { connection: name.to_owned(), url, path: path.to_owned() })
}

pub(crate) async fn url(engine: &Engine, name: &str, actor: &str) -> Result<Value, ApiError> {
    Ok(address(name, &engine.webhook_address(name, actor).await?))
}

pub(crate) async fn regenerate(
    engine: &Engine,
    name: &str,
    grace_minutes: Option<u64>,
    actor: &str,
) -> Result<Value, ApiError> {
    // A year is for ever; more does not fit into a calendar.
    let grace = grace_minutes.map_or(GRACE, |minutes| Duration::from_secs(minutes.min(525_600) * 60));
    let mut answer = address(name, &engine.regenerate_webhook(name, grace, actor).await?);
    answer["grace_minutes"] = json!(grace.as_secs() / 60);
    Ok(answer)
}

pub(crate) async fn show(engine: &Engine, name: &str) -> Result<Value, ApiError> {
    let glimpse = engine.webhook_glimpse(name).await?;
    let front = glimpse.public_url.as_deref().unwrap_or_default().trim_end_matches('/');
    let (last_at, last_call) = glimpse.last.map_or((None, None), |(at, what)| (Some(time(at)), Some(what)));
    Ok(json!(WebhookView {
        masked: if glimpse.path.is_empty() { String::new() } else { format!("{front}{}", glimpse.path) },
        last4: glimpse.last4,
        last_call_at: last_at,
        last_call,
        old_calls: glimpse.old.map_or(0, |(calls, _)| calls),
        old_last_at: glimpse.old.map(|(_, at)| time(at)),
        grace_until: glimpse.grace_until.map(time),
        public_url: glimpse.public_url,
    }))
}
