//! What a person can do to a case, as data, so that another process can ask for it too.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::super::ids;
use super::super::switches::MergeShape;

/// One act of a person. In JSON `act` names it: `{"act":"email_reply","case":"..","html":".."}`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "act", rename_all = "snake_case", deny_unknown_fields)]
pub enum Act {
    /// Writes an e-mail from the case page and sends it.
    EmailReply {
        /// The case.
        case: Uuid,
        /// The body, with the quoted history if there is any.
        html: String,
    },
    /// Begins an e-mail and leaves it as a draft.
    EmailDraft {
        /// The case.
        case: Uuid,
        /// The body so far.
        html: String,
    },
    /// Sends a draft.
    SendDraft {
        /// The draft.
        activity: Uuid,
    },
    /// A customer's e-mail that the mailbox brings in.
    IncomingEmail {
        /// The case.
        case: Uuid,
        /// Who wrote it; the case's contact if nobody is named.
        #[serde(default)]
        from: Option<Uuid>,
        /// The body.
        html: String,
    },
    /// A message of the portal tab.
    PortalMessage {
        /// The case.
        case: Uuid,
        /// The message.
        html: String,
        /// Whether the customer does not see it.
        #[serde(default)]
        hidden: bool,
        /// Whether the customer wrote it on the portal.
        #[serde(default)]
        from_portal: bool,
    },
    /// A message in the feed.
    FeedPost {
        /// The case.
        case: Uuid,
        /// The message.
        html: String,
    },
    /// A task, a logged call or a visit.
    Task {
        /// The case.
        case: Uuid,
        /// The activity's type.
        #[serde(default = "task", rename = "type")]
        type_id: Uuid,
        /// The activity's category.
        #[serde(default = "to_do")]
        category: Uuid,
        /// The title.
        title: String,
        /// What came of it.
        #[serde(default)]
        detailed_result: String,
    },
    /// Sets the status Resolved.
    Resolve {
        /// The case.
        case: Uuid,
    },
    /// Sets the status Closed.
    Close {
        /// The case.
        case: Uuid,
    },
    /// Sets the status Reopened.
    Reopen {
        /// The case.
        case: Uuid,
    },
    /// Sets a status.
    SetStatus {
        /// The case.
        case: Uuid,
        /// The status.
        status: Uuid,
    },
    /// Gives the case to an employee, named by contact, or to nobody.
    Assign {
        /// The case.
        case: Uuid,
        /// The employee.
        #[serde(default)]
        owner: Option<Uuid>,
    },
    /// Sets a priority.
    SetPriority {
        /// The case.
        case: Uuid,
        /// The priority.
        priority: Uuid,
    },
    /// Deletes the case.
    DeleteCase {
        /// The case.
        case: Uuid,
    },
    /// Makes one case of two. FICTIONAL.
    MergeCases {
        /// The case that stays.
        survivor: Uuid,
        /// The case that goes.
        loser: Uuid,
        /// What is left behind, if not as the installation is set up.
        #[serde(default)]
        shape: Option<MergeShape>,
    },
}

fn task() -> Uuid {
    ids::TYPE_TASK
}

fn to_do() -> Uuid {
    ids::CATEGORY_TO_DO
}
