//! `/connect/token` and `/connect/revocation`.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use axum::http::HeaderMap;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use super::super::fault::TokenFault;
use super::super::odata::Answer;
use super::super::refusal::Refusal;
use super::super::shared::Shared;
use super::form::Form;

/// The page that a host without the endpoint answers instead, with status 200.
pub(crate) fn login_page() -> Answer {
    Answer::html(
        200,
        "<!DOCTYPE html><html lang=\"en\"><head><title>Login</title></head><body><div id=\"loginContainer\">\
         <h1>Log in</h1><form><input name=\"UserName\"><input name=\"UserPassword\" type=\"password\">\
         <button>Log in</button></form></div></body></html>",
    )
}

/// Answers a token request; `None` means that the connection is to be dropped.
pub(crate) async fn token(
    shared: &Arc<Shared>,
    headers: &HeaderMap,
    body: &Bytes,
) -> (Option<Answer>, Option<&'static str>) {
    let (fault, slow) = shared.lock().faults.token();
    if let Some(slow) = slow {
        tokio::time::sleep(Duration::from_millis(slow.ms)).await;
    }
    match fault {
        Some(TokenFault::Down) => return (None, Some("token_down")),
        Some(TokenFault::Error500) => {
            return (Some(Refusal::unhandled("The identity service failed.").into()), Some("token_error_500"));
        }
        Some(TokenFault::Html200) => return (Some(login_page()), Some("token_html_200")),
        Some(TokenFault::AnswerLost) | None => {}
    }
    let form = Form::read(&String::from_utf8_lossy(body));
    let granted = shared.lock().identity.grant(&form, basic(headers), &shared.config);
    let mut answer = match granted {
        Ok(body) => Answer::json(200, body),
        // All of these come as 400 from the engine family that the endpoints' names point to.
        Err(error) => Answer::json(400, json!({ "error": error })),
    };
    answer.headers = vec![("cache-control", "no-store, no-cache, max-age=0".to_owned())];
    match fault {
        Some(TokenFault::AnswerLost) => (None, Some("token_answer_lost")),
        _ => (Some(answer), None),
    }
}

/// Forgets a token.
pub(crate) fn revocation(shared: &Shared, headers: &HeaderMap, body: &Bytes) -> Answer {
    let form = Form::read(&String::from_utf8_lossy(body));
    let identity = &mut shared.lock().identity;
    match identity.authenticate(&form, basic(headers)) {
        Ok(client) => {
            identity.revoke(&client, form.get("token"));
            Answer::text("text/plain", String::new())
        }
        Err(error) => Answer::json(400, json!({ "error": error })),
    }
}

fn basic(headers: &HeaderMap) -> Option<(String, String)> {
    let value = headers.get("authorization")?.to_str().ok()?.strip_prefix("Basic ")?;
    let text = String::from_utf8(STANDARD.decode(value.trim()).ok()?).ok()?;
    let (id, secret) = text.split_once(':')?;
    Some((id.to_owned(), secret.to_owned()))
}
