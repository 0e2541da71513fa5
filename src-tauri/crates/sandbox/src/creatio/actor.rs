//! Who is saving: a technical user, a signed-in person, or the server itself.

use uuid::Uuid;

use super::ids;

/// Why somebody may save what they save.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ActorKind {
    /// An OAuth client's own user: rights are per object and start empty on the real system.
    Technical,
    /// An employee working in the product; the stand-in lets them do everything.
    Person,
    /// A job or handler of the server.
    Server,
}

/// The current user of a save.
#[derive(Clone, Debug)]
pub(crate) struct Actor {
    pub name: String,
    pub contact: Option<Uuid>,
    pub kind: ActorKind,
}

impl Actor {
    /// The employee at the keyboard.
    pub fn person() -> Self {
        Self { name: "Supervisor".to_owned(), contact: Some(ids::SUPERVISOR_CONTACT), kind: ActorKind::Person }
    }

    /// The server's own jobs, which run as the supervisor.
    pub fn server() -> Self {
        Self { name: "server".to_owned(), contact: Some(ids::SUPERVISOR_CONTACT), kind: ActorKind::Server }
    }
}
