//! What went wrong with a provider, in words of ours: its own may repeat what was sent, which is the conversation.

use std::time::Duration;

use casebridge_domain::{CallFailure, FailureClass, FailureScope};
use genai::webc;
use reqwest::header::HeaderMap;

use crate::wire::root_cause;

fn failure(class: FailureClass, status: Option<u16>, message: String, hint: &str) -> CallFailure {
    CallFailure { class, scope: FailureScope::Lane, status, message, hint: hint.to_owned(), item: None }
}

const WAIT: &str = "the case is written without these fields; they follow when the provider answers";

pub(super) fn set_up(message: String, hint: &str) -> CallFailure {
    failure(FailureClass::Setup, None, message, hint)
}

pub(super) fn too_late(deadline: Duration) -> CallFailure {
    failure(
        FailureClass::Unreachable,
        None,
        format!("the provider did not answer within {} s", deadline.as_secs_f32()),
        WAIT,
    )
}

/// The model wrote something that cannot be used. The next time it may not.
pub(super) fn unreadable(message: &str) -> CallFailure {
    let hint = "if this goes on, choose a model that can answer with a JSON schema";
    failure(FailureClass::Unknown, Some(200), message.to_owned(), hint)
}

/// The answer did not fit. It would not the next time either, and costs the most of all.
pub(super) fn cut_off() -> CallFailure {
    let hint = "map fewer fields to the analyst, or choose a model that may write longer answers";
    failure(FailureClass::Refused, Some(200), "the model's answer was cut off at its limit".to_owned(), hint)
}

/// The model will not.
pub(super) fn refused() -> CallFailure {
    let hint = "nothing was found by the model; the fields can be filled by hand or by the built-in analyst";
    failure(FailureClass::Refused, Some(200), "the model refused to read this conversation".to_owned(), hint)
}

/// A call that failed.
pub(super) fn of_call(error: &genai::Error) -> CallFailure {
    use genai::Error as Call;
    match error {
        Call::WebModelCall { webc_error, .. } | Call::WebAdapterCall { webc_error, .. } => of_web(webc_error),
        Call::HttpError { status, headers, .. } => of_status(status.as_u16(), headers),
        Call::NoChatResponse { .. } | Call::ChatResponseGeneration { .. } | Call::InvalidJsonResponseElement { .. } => {
            unreadable("the provider's answer is not what its API promises")
        }
        // The text of these may hold the request.
        _ => set_up(
            "the provider cannot be asked with these settings".into(),
            "check its address, its API and the model's name",
        ),
    }
}

fn of_web(error: &webc::Error) -> CallFailure {
    match error {
        webc::Error::ResponseFailedStatus { status, headers, .. } => of_status(status.as_u16(), headers),
        webc::Error::ResponseFailedNotJson { .. } | webc::Error::ResponseFailedInvalidJson { .. } => {
            let hint = "check the address: it must be that of the API, with its version";
            failure(
                FailureClass::Unreachable,
                None,
                "the provider answered with something that is no JSON".into(),
                hint,
            )
        }
        webc::Error::Reqwest(error) => {
            let what = if error.is_connect() {
                "the provider cannot be reached"
            } else {
                "the call to the provider broke off"
            };
            failure(FailureClass::Unreachable, None, format!("{what}: {}", root_cause(error)), WAIT)
        }
        webc::Error::JsonValueExt(_) => unreadable("the provider's answer is not what its API promises"),
    }
}

fn of_status(status: u16, headers: &HeaderMap) -> CallFailure {
    let told = |class, message: &str, hint: &str| failure(class, Some(status), format!("{message} ({status})"), hint);
    match status {
        401 => told(FailureClass::Credentials, "the provider did not accept the key", "set the key anew"),
        403 => told(
            FailureClass::Rights,
            "the provider does not let this key use the model",
            "give the key the right to it, or choose another model",
        ),
        404 => told(
            FailureClass::Setup,
            "the provider knows no such address or model",
            "check the address, with its version, and the model's name",
        ),
        408 | 409 | 425 | 500..=599 => told(FailureClass::Unreachable, "the provider is in trouble", WAIT),
        429 => {
            let seconds = headers.get("retry-after").and_then(|value| value.to_str().ok()?.trim().parse().ok());
            let after = seconds.map(Duration::from_secs);
            told(
                FailureClass::Throttled { after },
                "the provider asked for patience, or its quota is used up",
                "look at the quota of the key",
            )
        }
        300..=399 => {
            told(FailureClass::Setup, "the provider sends callers elsewhere", "give the address that it names")
        }
        _ => told(
            FailureClass::Refused,
            "the provider refused the request",
            "check that the model can answer with a JSON schema",
        ),
    }
}
