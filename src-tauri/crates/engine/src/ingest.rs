//! Taking conversations in. What this returns `Ok` for is on disk.

use casebridge_domain::route::is_name;
use casebridge_domain::{EventKind, NewEvent, Session, SessionId, Speaker};
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
/// Most tags of a session.
pub const MAX_TAGS: usize = 32;
/// Most events in one call.
pub const MAX_EVENTS: usize = 1_000;

impl Engine {
    /// Makes a session or finds it by `(source, external id)`; the second is whether it was made.
    pub async fn ensure_session(&self, new: NewSession) -> Result<(Session, bool), EngineError> {
        name("source", &new.key.source)?;
        name("external_id", &new.key.external_id)?;
        name("channel", &new.channel)?;
        if new.tags.len() > MAX_TAGS || !new.tags.iter().all(|tag| is_name(tag)) {
            let hint = format!("give at most {MAX_TAGS} tags of 1 to 64 printable characters");
            return Err(EngineError::invalid("tags", "are not usable", hint));
        }
        Ok(self.inner.store.ensure_session(new, self.inner.clock.now()).await?)
    }

    /// Appends events to a session's log, all or none, once per event id.
    ///
    /// An agent's message that the carrier sends back is recognised, by its reply id or by its text within ten
    /// minutes: it stays in the log and is written nowhere again (R19).
    pub async fn append(&self, session_id: SessionId, mut events: Vec<NewEvent>) -> Result<Vec<Appended>, EngineError> {
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
            // What the engine writes itself must not be blocked, or forged, by a source.
            if ["crm:", "auto:", "console:"].iter().any(|prefix| event.event_id.starts_with(prefix)) {
                return Err(EngineError::invalid("id", "begins like an id of the engine's own", "choose another id"));
            }
            if event.kind.is_the_engines() {
                return Err(EngineError::invalid("kind", "is written by the engine only", "send a `message` instead"));
            }
            if event.occurred_at.is_some_and(|at| at > now + AHEAD || at < Timestamp::UNIX_EPOCH) {
                return Err(EngineError::invalid(
                    "at",
                    "is not a time at which this can have happened",
                    "send the time of the event in UTC, or leave it out",
                ));
            }
        }
        for event in &mut events {
            self.join_echo(session_id, event, now).await?;
        }
        let append = Append { session_id, events: events.into() };
        let appended = self.inner.store.append(append, now).await??;
        self.tell_of(session_id);
        self.wake_lanes();
        Ok(appended)
    }

    async fn join_echo(&self, session_id: SessionId, event: &mut NewEvent, now: Timestamp) -> Result<(), EngineError> {
        const ECHO: std::time::Duration = std::time::Duration::from_secs(10 * 60);
        let store = &self.inner.store;
        if let Some(reply) = event.echo_of {
            // Sent back is taken.
            if store.take(reply, now).await?.is_none() {
                return Err(EngineError::invalid(
                    "reply_id",
                    "names no reply that was offered",
                    "send back the `reply_id` of the stream, or leave it out",
                ));
            }
            return Ok(());
        }
        let EventKind::Message { from: Speaker::Agent, text, .. } = &event.kind else { return Ok(()) };
        let said = casebridge_domain::text::one_line(text);
        let recent = store.recent_replies(session_id, now - ECHO).await?;
        event.echo_of = recent
            .into_iter()
            .find(|(_, reply)| casebridge_domain::text::one_line(reply) == said)
            .map(|(reply, _)| reply);
        Ok(())
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
