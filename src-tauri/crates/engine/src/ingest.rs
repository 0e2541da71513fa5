//! Taking conversations in. What this returns `Ok` for is on disk.

use casebridge_domain::{NewEvent, Session, SessionId};
use casebridge_store::{Append, Appended, NewSession};
use jiff::Timestamp;

use crate::Engine;
use crate::error::EngineError;

/// Longest text of one message, in bytes; a log row beyond this is an attack or a mistake.
pub const MAX_TEXT: usize = 1024 * 1024;
/// Longest name or id, in characters.
pub const MAX_NAME: usize = 256;
/// How far a source's clock may be ahead: later events of a session are never written as earlier, so one wrong
/// date would shift all that follow.
const AHEAD: std::time::Duration = std::time::Duration::from_secs(24 * 60 * 60);
/// Most events in one call.
pub const MAX_EVENTS: usize = 1_000;

impl Engine {
    /// Makes a session or finds it by `(source, external id)`; the second is whether it was made.
    pub async fn ensure_session(&self, new: NewSession) -> Result<(Session, bool), EngineError> {
        name("source", &new.key.source)?;
        name("external_id", &new.key.external_id)?;
        name("channel", &new.channel)?;
        Ok(self.inner.store.ensure_session(new, self.inner.clock.now()).await?)
    }

    /// Appends events to a session's log, all or none, once per event id.
    pub async fn append(&self, session_id: SessionId, events: Vec<NewEvent>) -> Result<Vec<Appended>, EngineError> {
        if events.is_empty() || events.len() > MAX_EVENTS {
            return Err(EngineError::invalid(
                "events",
                format!("has {} entries", events.len()),
                format!("send 1 to {MAX_EVENTS} events a call"),
            ));
        }
        let now = self.inner.clock.now();
        for event in &events {
            name("id", &event.event_id)?;
            if event.occurred_at.is_some_and(|at| at > now + AHEAD || at < Timestamp::UNIX_EPOCH) {
                return Err(EngineError::invalid(
                    "at",
                    "is not a time at which this can have happened",
                    "send the time of the event in UTC, or leave it out",
                ));
            }
        }
        let append = Append { session_id, events: events.into() };
        let appended = self.inner.store.append(append, now).await??;
        self.wake();
        Ok(appended)
    }

    /// Head of a session.
    pub async fn session(&self, id: SessionId) -> Result<Session, EngineError> {
        self.inner.store.session(id).await?.ok_or(EngineError::NoSession(id))
    }
}

fn name(member: &str, value: &str) -> Result<(), EngineError> {
    let problem = if value.trim().is_empty() {
        "is empty".to_owned()
    } else if value.chars().count() > MAX_NAME {
        format!("has more than {MAX_NAME} characters")
    } else if value.chars().any(char::is_control) {
        "holds control characters".to_owned()
    } else {
        return Ok(());
    };
    Err(EngineError::invalid(member, problem, format!("give 1 to {MAX_NAME} printable characters")))
}
