//! Why an engine in another process could not be asked.

use casebridge_api::ApiError;
use casebridge_api::error::Code;
use serde::Deserialize;
use url::Url;

/// Why an engine in another process could not be asked, or what it said instead. No variant holds a secret.
#[derive(Debug, thiserror::Error)]
pub enum RemoteError {
    /// What was pasted is no link into a console.
    #[error("this is no link into a console: {0}")]
    NotALink(&'static str),
    /// The link was used, is too old, or was never made there.
    #[error("the engine at {base} does not take this link: it was used before, or it is older than ten minutes")]
    LinkSpent {
        /// Which engine.
        base: Box<Url>,
    },
    /// Nobody answers there.
    #[error("the engine at {base} does not answer")]
    Unreachable {
        /// Which engine.
        base: Box<Url>,
        /// Why.
        source: reqwest::Error,
    },
    /// Whoever answers cannot prove to be that server.
    #[error("the certificate of {base} is not valid")]
    Certificate {
        /// Which engine.
        base: Box<Url>,
        /// Why.
        source: reqwest::Error,
    },
    /// The answer or the stream ended early.
    #[error("the answer of the engine at {base} broke off")]
    Broken {
        /// Which engine.
        base: Box<Url>,
    },
    /// The session ended, or an admin ended it.
    #[error("the engine at {base} does not let this computer in any more")]
    ShutOut {
        /// Which engine.
        base: Box<Url>,
        /// What it advises.
        hint: Option<String>,
    },
    /// Refused at the door.
    #[error("the engine at {base} refuses this: {detail}")]
    Declined {
        /// Which engine.
        base: Box<Url>,
        /// In its words.
        detail: String,
        /// What it advises.
        hint: Option<String>,
    },
    /// Somebody else answers there.
    #[error("what answers at {base} is no Casebridge engine (status {status})")]
    Foreign {
        /// Where.
        base: Box<Url>,
        /// HTTP status of the answer.
        status: u16,
    },
    /// The command was refused, in the engine's own words.
    #[error(transparent)]
    Refused(ApiError),
    /// This computer cannot make HTTP calls at all.
    #[error("the HTTP client could not be made")]
    Client(#[source] reqwest::Error),
}

/// A refusal at the door (RFC 9457).
#[derive(Deserialize)]
pub(crate) struct Problem {
    pub(crate) detail: String,
    pub(crate) hint: Option<String>,
}

impl RemoteError {
    pub(crate) fn unreachable(base: Url, source: reqwest::Error) -> Self {
        let base = Box::new(base);
        if is_certificate(&source) { Self::Certificate { base, source } } else { Self::Unreachable { base, source } }
    }

    /// Whether asking again later can help without anybody doing anything.
    #[must_use]
    pub fn is_passing(&self) -> bool {
        matches!(self, Self::Unreachable { .. } | Self::Broken { .. })
    }

    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> String {
        const NEW: &str = "ask for a new one, made with `casebridged console link`, and use it within ten minutes";
        match self {
            Self::NotALink(_) => "paste the whole line that `casebridged console link` printed".into(),
            Self::LinkSpent { .. } => NEW.into(),
            Self::Unreachable { .. } => "check the address and the network, and that the server runs".into(),
            Self::Certificate { .. } => {
                "ask whoever runs the server; a private authority must be trusted by this computer first".into()
            }
            Self::Broken { .. } => "try again".into(),
            Self::ShutOut { hint, .. } => hint.clone().unwrap_or_else(|| NEW.into()),
            Self::Declined { hint, .. } => hint.clone().unwrap_or_default(),
            Self::Foreign { .. } => "check the address".into(),
            Self::Refused(error) => error.hint.clone(),
            Self::Client(_) => "look into the log".into(),
        }
    }
}

impl From<RemoteError> for ApiError {
    fn from(error: RemoteError) -> Self {
        let hint = error.hint();
        let code = match error {
            RemoteError::Refused(refused) => return refused,
            RemoteError::NotALink(_) | RemoteError::LinkSpent { .. } => Code::Invalid,
            RemoteError::ShutOut { .. } | RemoteError::Declined { .. } => Code::Forbidden,
            _ => Code::Unavailable,
        };
        let retry_after = error.is_passing().then_some(5);
        Self { code, message: error.to_string(), hint, retry_after }
    }
}

/// Whether TLS refused the other side's certificate.
fn is_certificate(error: &reqwest::Error) -> bool {
    let mut cause = std::error::Error::source(error);
    while let Some(inner) = cause {
        // Some wrappers hide what they wrap from `source`.
        let wrapped = inner.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
        let tls = wrapped.and_then(|inner| inner.downcast_ref::<rustls::Error>()).or_else(|| inner.downcast_ref());
        if matches!(tls, Some(rustls::Error::InvalidCertificate(_))) {
            return true;
        }
        cause = inner.source();
    }
    false
}
