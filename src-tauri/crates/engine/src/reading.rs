//! Conversations on their way through the analyst: each handoff is read once, a few at a time, and what is found is
//! appended to the log (R27).

use std::collections::HashSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use casebridge_domain::plan::fields::grounded;
use casebridge_domain::plan::said::{analysis_event_id, questions, transcript};
use casebridge_domain::{CallFailure, Connection, ConnectionId, Event, EventKind, FailureClass, NewEvent, SessionId};
use casebridge_store::Append;
use tokio::sync::{Semaphore, SemaphorePermit};

use crate::Engine;
use crate::error::EngineError;
use crate::mappings::Mapped;

/// Most analyses that run at once. The rest wait their turn: a thousand handoffs are no thousand calls in one second.
const AT_ONCE: usize = 8;
/// When an analyst that could not be reached is asked again, after each failure. Nobody waits for it: the case is made.
const AGAIN: [Duration; 4] = [minutes(1), minutes(5), minutes(20), minutes(60)];
/// Conversations, of those that changed last, that a start looks through for analyses that were cut off. All that changed
/// while the former engine ended are among them.
const LOOKED_BACK: i64 = 5_000;

const fn minutes(minutes: u64) -> Duration {
    Duration::from_secs(minutes * 60)
}

type Name = (SessionId, ConnectionId, i64, i64);

/// Analyses that run or wait their turn: by conversation, connection, handoff and version.
#[derive(Debug)]
pub(crate) struct UnderWay {
    names: Mutex<HashSet<Name>>,
    turns: Semaphore,
}

impl Default for UnderWay {
    fn default() -> Self {
        Self { names: Mutex::default(), turns: Semaphore::new(AT_ONCE) }
    }
}

impl UnderWay {
    fn names(&self) -> MutexGuard<'_, HashSet<Name>> {
        self.names.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A turn to ask, kept until it is dropped. There is always one to come: the turns are never closed.
    pub(crate) async fn turn(&self) -> Option<SemaphorePermit<'_>> {
        self.turns.acquire().await.ok()
    }

    /// How many there are.
    pub(crate) fn count(&self) -> usize {
        self.names().len()
    }
}

/// A conversation up to a handoff, to be read for one connection's mappings.
struct Reading {
    connection: Connection,
    handoff: Event,
    mapped: Arc<Mapped>,
    /// The log says already that it failed.
    has_failed: bool,
}

impl Reading {
    fn of(connection: &Connection, handoff: &Event, mapped: &Arc<Mapped>) -> Self {
        let (connection, handoff, mapped) = (connection.clone(), handoff.clone(), Arc::clone(mapped));
        Self { connection, handoff, mapped, has_failed: false }
    }

    fn name(&self) -> Name {
        (self.handoff.session_id, self.connection.id, self.handoff.seq, self.mapped.set.version)
    }

    /// The event that tells what came of it: the first time, and later when the first time failed.
    fn event_id(&self, again: bool) -> String {
        let id = analysis_event_id(&self.handoff, self.connection.id, self.mapped.set.version);
        if again { format!("{id}:again") } else { id }
    }
}

impl Engine {
    /// Begins to read a conversation up to a handoff, unless that is under way. What comes of it is appended to the log
    /// once, which makes the lanes due.
    pub(crate) fn begin_analysis(&self, connection: &Connection, handoff: &Event, mapped: &Arc<Mapped>) {
        self.begin(Reading::of(connection, handoff, mapped));
    }

    fn begin(&self, reading: Reading) {
        let name = reading.name();
        if !self.inner.analyses.names().insert(name) {
            return;
        }
        let engine = self.clone();
        self.inner.tasks.spawn(async move {
            tokio::select! {
                () = engine.inner.stop.cancelled() => {}
                read = engine.read(&reading) => {
                    if let Err(error) = read {
                        tracing::error!(
                            session.id = %reading.handoff.session_id, error = &error as &dyn std::error::Error,
                            "what an analyst found could not be kept; it is asked again after the next start"
                        );
                    }
                }
            }
            engine.inner.analyses.names().remove(&name);
        });
    }

    /// Begins again the analyses that an engine before this one did not live to end, or would have asked for again, and
    /// whose cases were made without them. A conversation that still waits for its analysis is asked about by its lane.
    pub(crate) async fn resume_analyses(&self) -> Result<(), EngineError> {
        for connection in self.store().connections().await? {
            let Some(mapped) = self.mapped(connection.id).await?.filter(|mapped| mapped.asks()) else { continue };
            let (version, since) = (mapped.set.version, mapped.set.at);
            let failed_since = self.clock().now() - AGAIN.iter().sum::<Duration>();
            let unread = self.store().unread_handoffs(connection.id, version, since, failed_since, LOOKED_BACK).await?;
            for handoff in unread {
                let reading = Reading::of(&connection, &handoff, &mapped);
                let told = self.store().field_events(handoff.session_id).await?;
                let has_failed = told.iter().any(|event| event.event_id == reading.event_id(false));
                self.begin(Reading { has_failed, ..reading });
            }
        }
        Ok(())
    }

    /// Reads, and reads again later what could not be read because nobody answered.
    async fn read(&self, reading: &Reading) -> Result<(), EngineError> {
        let mut failure = self.read_once(reading, reading.has_failed).await?;
        for pause in AGAIN {
            // An answer that nobody can use was paid for already, and a refusal is an answer.
            let nobody_answered = failure.is_some_and(|failure| {
                matches!(failure.class, FailureClass::Unreachable | FailureClass::Throttled { .. })
            });
            if !nobody_answered {
                break;
            }
            let at = self.clock().now() + pause;
            // The log says that it failed: nobody waits for it any more.
            self.inner.analyses.names().remove(&reading.name());
            self.clock().sleep_until(at).await;
            if !self.is_still_wanted(reading).await? {
                break;
            }
            failure = self.read_once(reading, true).await?;
        }
        Ok(())
    }

    /// Whether nobody was handed the conversation since, the mappings are the same, and nothing was found meanwhile.
    async fn is_still_wanted(&self, reading: &Reading) -> Result<bool, EngineError> {
        let Reading { connection, handoff, mapped, .. } = reading;
        if self.mapped(connection.id).await?.is_none_or(|now| now.set.version != mapped.set.version) {
            return Ok(false);
        }
        let told = self.store().field_events(handoff.session_id).await?;
        Ok(!told.iter().any(|event| match &event.kind {
            EventKind::HandedOff { .. } => event.seq > handoff.seq,
            EventKind::Analysed { connection: of, handoff: read, analysis, .. } => {
                *of == connection.id && *read == handoff.seq && analysis.is_some()
            }
            _ => false,
        }))
    }

    /// Asks, and tells the log what came of it. A second failure is no news. Answers why nothing was found, if so.
    async fn read_once(&self, reading: &Reading, again: bool) -> Result<Option<CallFailure>, EngineError> {
        let Reading { connection, handoff, mapped, .. } = reading;
        let turn = self.inner.analyses.turn().await;
        let session = handoff.session_id;
        let events = self.store().events(session, 0, handoff.seq).await?;
        let lines = transcript(&events, handoff.seq);
        let asked = questions(&mapped.set.mappings, &mapped.columns);
        let answer = self.ask_analyst(connection, &lines, &asked, None).await;
        drop(turn);
        let (analysis, failure) = match answer {
            Ok(analysis) => (Some(Box::new(grounded(analysis, &lines))), None),
            Err(failure) if again => return Ok(Some(failure)),
            Err(failure) => (None, Some(failure)),
        };
        let why = failure.as_ref().map(|failure| failure.message.clone());
        let kind = EventKind::Analysed {
            connection: connection.id,
            handoff: handoff.seq,
            version: mapped.set.version,
            analysis,
            failure: why,
        };
        let event = NewEvent::new(reading.event_id(again), None, kind);
        // Refused means that it stands already: the first answer counts.
        let append = Append { session_id: session, events: [event].into() };
        if self.store().append(append, self.clock().now()).await?.is_ok() {
            self.tell_of(session);
            self.wake_lanes();
        }
        Ok(failure)
    }
}
