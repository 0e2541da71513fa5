//! Everything that a person can do, readable as JSON: `{"act":"comment","case":"500...","body":"...","published":true}`.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

use super::super::config::MergeShape;

/// One act. Ids may have 15 or 18 characters.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "act", rename_all = "snake_case", deny_unknown_fields)]
pub enum Act {
    /// Makes a case by hand.
    NewCase {
        /// Its fields.
        fields: Map<String, Json>,
    },
    /// Writes a case comment; unpublished ones are internal.
    Comment {
        /// The case.
        case: String,
        /// Its text.
        body: String,
        /// Whether the contact sees it.
        #[serde(default)]
        published: bool,
    },
    /// Makes an internal comment public.
    Publish {
        /// The comment.
        comment: String,
    },
    /// Posts to the case's feed.
    FeedPost {
        /// The case.
        case: String,
        /// Rich text.
        html: String,
    },
    /// Sends an e-mail to the customer: `Incoming = false`, `Status = 3`.
    EmailReply {
        /// The case.
        case: String,
        /// Its body.
        html: String,
    },
    /// Begins an e-mail and leaves it as a draft (`Status = 5`).
    EmailDraft {
        /// The case.
        case: String,
        /// Its body.
        html: String,
    },
    /// Sends a draft; the row stays the same one.
    SendDraft {
        /// The e-mail.
        email: String,
    },
    /// Brings in an e-mail of the customer; the case's status stays.
    IncomingEmail {
        /// The case.
        case: String,
        /// The sender; the case's contact without one.
        #[serde(default)]
        from: Option<String>,
        /// Its body.
        html: String,
    },
    /// Sets a status.
    SetStatus {
        /// The case.
        case: String,
        /// The status, by API name.
        status: String,
    },
    /// Sets the first status that means closed.
    Close {
        /// The case.
        case: String,
    },
    /// Sets the status of new cases.
    Reopen {
        /// The case.
        case: String,
    },
    /// Gives the case to a user or a queue.
    Assign {
        /// The case.
        case: String,
        /// The owner.
        owner: String,
    },
    /// Changes fields of the case.
    Edit {
        /// The case.
        case: String,
        /// New values by field.
        fields: Map<String, Json>,
    },
    /// Moves the case to the recycle bin.
    DeleteCase {
        /// The case.
        case: String,
    },
    /// Makes one case of two.
    MergeCases {
        /// The case that stays.
        survivor: String,
        /// The other one.
        loser: String,
        /// As the org is set up, if not said.
        #[serde(default)]
        shape: Option<MergeShape>,
    },
}
