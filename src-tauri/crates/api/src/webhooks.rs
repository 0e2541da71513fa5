//! Commands about the address that a CRM calls.

use std::time::Duration;

use casebridge_engine::Engine;
use casebridge_engine::public_address::SelfTest as Found;
use casebridge_engine::webhooks::{GRACE, WebhookAddress};
use secrecy::ExposeSecret as _;
use serde_json::{Value, json};

use crate::dto::connections::{PublicAddress, SelfTest, WebhookCallView, WebhookUrl, WebhookView};
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
        since: glimpse.since.map(time),
        calls: glimpse
            .calls
            .into_iter()
            .map(|receipt| WebhookCallView {
                event_type: receipt.event_type,
                at: time(receipt.at),
                old: receipt.old_token,
                known: receipt.outcome == casebridge_engine::ReceiptOutcome::PullDue.as_str(),
            })
            .collect(),
        wrong_calls: glimpse.wrong.map_or(0, |(calls, _)| calls),
        wrong_last_at: glimpse.wrong.map(|(_, at)| time(at)),
        old_calls: glimpse.old.map_or(0, |(calls, _)| calls),
        old_last_at: glimpse.old.map(|(_, at)| time(at)),
        grace_until: glimpse.grace_until.map(time),
        public_url: glimpse.public_url,
    }))
}

pub(crate) async fn grace(engine: &Engine, name: &str, minutes: u64, actor: &str) -> Result<Value, ApiError> {
    engine.set_webhook_grace(name, Duration::from_secs(minutes.min(525_600) * 60), actor).await?;
    Ok(json!({ "minutes": minutes.min(525_600) }))
}

fn shown(address: casebridge_engine::public_address::PublicAddress) -> Value {
    json!(PublicAddress { url: address.url, fixed: address.fixed, listener: address.listener, beyond: address.beyond })
}

pub(crate) async fn public_address(engine: &Engine) -> Result<Value, ApiError> {
    Ok(shown(engine.public_address().await?))
}

pub(crate) async fn set_public_address(engine: &Engine, url: &str, actor: &str) -> Result<Value, ApiError> {
    Ok(shown(engine.set_public_address(url, actor).await?))
}

pub(crate) async fn test_public_address(engine: &Engine) -> Result<Value, ApiError> {
    let (reached, detail) = match engine.test_public_address().await? {
        Found::Us => ("us", None),
        Found::Other(status) => ("somebody_else", Some(format!("HTTP {status}"))),
        Found::Nobody(words) => ("nobody", Some(words)),
    };
    Ok(json!(SelfTest { reached, detail }))
}
