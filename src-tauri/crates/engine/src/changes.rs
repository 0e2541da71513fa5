//! What changed, for whoever shows it: tags, told after the fact and without content.

use casebridge_domain::SessionId;
use tokio::sync::broadcast;

use crate::Engine;

/// How many changes a slow listener may be behind; past it the listener looks at everything.
const BEHIND: usize = 512;

/// Something that changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Change {
    /// The list of conversations.
    Sessions,
    /// One conversation.
    Session(SessionId),
    /// Deliveries.
    Lanes,
    /// Connections and their health.
    Connections,
    /// Replies of people.
    Replies,
    /// Calls of the CRMs, and the address they call.
    Webhooks,
}

impl Change {
    /// Everything but single conversations: what a listener hears that missed some.
    pub const COARSE: [Change; 5] =
        [Change::Sessions, Change::Lanes, Change::Connections, Change::Replies, Change::Webhooks];
}

impl std::fmt::Display for Change {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Change::Sessions => f.write_str("sessions"),
            Change::Session(id) => write!(f, "session:{id}"),
            Change::Lanes => f.write_str("lanes"),
            Change::Connections => f.write_str("connections"),
            Change::Replies => f.write_str("replies"),
            Change::Webhooks => f.write_str("webhooks"),
        }
    }
}

pub(crate) struct Listeners(broadcast::Sender<Change>);

impl Default for Listeners {
    fn default() -> Self {
        Self(broadcast::Sender::new(BEHIND))
    }
}

impl Engine {
    /// Hears of every change from now on.
    #[must_use]
    pub fn changes(&self) -> broadcast::Receiver<Change> {
        self.inner.listeners.0.subscribe()
    }

    pub(crate) fn tell(&self, changes: impl IntoIterator<Item = Change>) {
        for change in changes {
            // Nobody listening is no failure.
            drop(self.inner.listeners.0.send(change));
        }
    }

    /// A conversation and its lanes changed.
    pub(crate) fn tell_of(&self, session: SessionId) {
        self.tell([Change::Sessions, Change::Session(session), Change::Lanes]);
    }
}
