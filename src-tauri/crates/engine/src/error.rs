//! What the engine can answer instead of a result.

use casebridge_domain::{CallFailure, SessionId};
use casebridge_store::{AppendRefused, SecretError, StoreError};

/// The engine's failure.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The secret store failed.
    #[error(transparent)]
    Secret(#[from] SecretError),
    /// The log refused the events; nothing changed.
    #[error(transparent)]
    Append(#[from] AppendRefused),
    /// The CRM or its set-up refused.
    #[error("{}", .0.message)]
    Crm(CallFailure),
    /// There is no such session.
    #[error("there is no session `{0}`")]
    NoSession(SessionId),
    /// Somebody else has the conversation.
    #[error("{name} was first and has this conversation")]
    HeldBy {
        /// Which.
        session: SessionId,
        /// Who.
        name: String,
    },
    /// Somebody else changed it meanwhile; nothing changed now.
    #[error("{what} was changed by somebody else meanwhile")]
    Changed {
        /// What.
        what: String,
    },
    /// There is no such thing.
    #[error("there is no {what} `{name}`")]
    NotFound {
        /// What was looked for.
        what: &'static str,
        /// By which name.
        name: String,
    },
    /// Something given is not usable; nothing changed.
    #[error("`{member}` {problem}")]
    Invalid {
        /// Which member or option.
        member: String,
        /// What is wrong with it.
        problem: String,
        /// What to give instead.
        hint: String,
    },
}

impl EngineError {
    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> String {
        match self {
            Self::Store(StoreError::FolderInUse { .. }) => "use that engine, or stop it first".into(),
            Self::Store(error) if error.is_transient() => {
                "try again; if it goes on, check disk space and rights".into()
            }
            Self::Secret(error) => error.hint().into(),
            Self::Append(AppendRefused::Conflict { .. }) => "give another event an id of its own".into(),
            Self::HeldBy { .. } => "your text is kept; ask them to give it back, or have it assigned to you".into(),
            Self::Changed { .. } => "look at it again, then decide".into(),
            Self::Crm(failure) => failure.hint.clone(),
            Self::Invalid { hint, .. } => hint.clone(),
            _ => String::new(),
        }
    }

    pub(crate) fn invalid(member: &str, problem: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::Invalid { member: member.into(), problem: problem.into(), hint: hint.into() }
    }
}
