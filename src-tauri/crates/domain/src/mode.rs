//! Which sessions become cases: every conversation, or only those handed to a person.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::event::{Event, EventKind, Speaker};

/// When a session gets a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// At the first message that is not the AI's.
    Every,
    /// When it is handed to a person.
    Handoff,
}

/// The modes a connection has had. A switch applies to sessions with an event after it (R10), so the
/// mode that counts for an event is the one in force when the store took the event in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModeHistory {
    first: Mode,
    #[serde(default)]
    switches: Vec<(Timestamp, Mode)>,
}

impl ModeHistory {
    /// A connection that has only ever had `mode`.
    #[must_use]
    pub fn new(mode: Mode) -> Self {
        Self { first: mode, switches: Vec::new() }
    }

    /// The mode in force now.
    #[must_use]
    pub fn current(&self) -> Mode {
        self.switches.last().map_or(self.first, |(_, mode)| *mode)
    }

    /// The mode in force at `at`.
    #[must_use]
    pub fn at(&self, at: Timestamp) -> Mode {
        self.switches.iter().rev().find(|(since, _)| *since <= at).map_or(self.first, |(_, mode)| *mode)
    }

    /// Switches at `at`; the mode that is already in force changes nothing.
    pub fn switch(&mut self, at: Timestamp, mode: Mode) {
        if self.current() != mode {
            self.switches.push((at, mode));
        }
    }

    /// Whether `event` opens a case for a session that has none.
    #[must_use]
    pub fn opens(&self, event: &Event) -> bool {
        match event.kind {
            EventKind::HandedOff { .. } => true,
            // A greeting of the AI to a visitor who says nothing is no conversation.
            EventKind::Message { from, .. }
            | EventKind::AttachmentAdded { from, .. }
            | EventKind::CrmMessage { from, .. } => from != Speaker::Ai && self.at(event.recorded_at) == Mode::Every,
            EventKind::AgentReply { .. } => self.at(event.recorded_at) == Mode::Every,
            _ => false,
        }
    }
}
