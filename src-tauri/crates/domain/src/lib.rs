//! Pure rules of Casebridge: identities, the session log, lanes, plans, retry and pace.
//!
//! Nothing here does I/O, reads a clock or draws a random number: time and randomness are arguments,
//! so that a year of faults can be replayed in a minute.

pub mod absorb;
pub mod analysis;
pub mod back;
pub mod case;
pub mod connection;
pub mod effect;
pub mod event;
pub mod failure;
pub mod ids;
pub mod lane;
pub mod mapping;
pub mod mode;
pub mod pace;
pub mod plan;
pub mod record;
pub mod retry;
pub mod session;
pub mod text;

pub use back::{BackSettings, ReopenPolicy};
pub use case::{Case, CaseState};
pub use connection::{Adoption, Connection, ConnectionKind, Pause, PauseKind};
pub use effect::{
    ActivityDraft, ActivityKind, CaseDraft, Effect, FieldValue, FieldsDraft, RecordKind, RecordRef, StatusWish,
};
pub use event::{Attachment, CaseChange, Event, EventKind, NewEvent, Speaker};
pub use failure::{CallFailure, FailureClass, FailureScope};
pub use ids::{AttemptId, ConnectionId, Consumer, KeyId, ReceiptId, ReplyId, SessionId};
pub use lane::{FailureMemory, Lane, LaneState, ParkKind, ParkReason};
pub use mode::{Mode, ModeHistory};
pub use record::{CaseFacts, CaseSeen, CrmRecord, Mark, Marks, Named, NotForCustomer, Role, StatusClass};
pub use session::{Contact, Identifier, Session, SessionKey, SessionStatus};
