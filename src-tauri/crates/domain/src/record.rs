//! What people did in the CRM, in words no CRM uses: records on a case, and how the case stands.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::effect::RecordRef;

/// A person or lookup row of the CRM.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Named {
    /// Its id in the CRM.
    pub id: Uuid,
    /// Its name, where the CRM tells. Names of lookups come in the language of our user.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

impl std::fmt::Debug for Named {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Named({})", self.id)
    }
}

/// Why a record is no reply, as the connector sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NotForCustomer {
    /// Hidden from the portal, a feed post, a private note.
    Internal,
    /// A kind of record that nobody chose as a reply (R7).
    KindNotChosen,
    /// It says nothing: no text is left without markup, quotes and signature.
    Empty,
}

/// What a record on a case is to the customer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "role")]
pub enum Role {
    /// A person's answer to the customer.
    Reply {
        /// The CRM sent it to the customer itself (an e-mail): it is recorded, not sent again.
        sent_by_crm: bool,
    },
    /// The customer wrote to the CRM directly (R9).
    Incoming,
    /// Not finished: looked at again (R16).
    Draft,
    /// Nothing for the customer.
    No {
        /// Why.
        why: NotForCustomer,
    },
}

/// A record on a case, as a pull reads it. The text is personal data: `Debug` does not show it.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct CrmRecord {
    /// Kind and id.
    pub record: RecordRef,
    /// The case it is on.
    pub case: Uuid,
    /// What it is to the customer.
    pub role: Role,
    /// When it was said, by the CRM's clock: when a mail was sent, else when the record was made.
    pub at: Timestamp,
    /// When it was changed last, in the CRM's own words.
    pub modified: String,
    /// Who made it.
    pub author: Option<Named>,
    /// What the person wrote: plain text without markup, quoted history and signature.
    pub text: String,
}

impl std::fmt::Debug for CrmRecord {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CrmRecord")
            .field("record", &self.record)
            .field("case", &self.case)
            .field("role", &self.role)
            .field("at", &self.at)
            .finish_non_exhaustive()
    }
}

/// What a status means, by the CRM's flags and never by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StatusClass {
    /// Somebody still works on the case.
    Open,
    /// Solved; may still be reopened by the CRM.
    Resolved,
    /// Final.
    Closed,
}

impl StatusClass {
    /// Whether the work on the case has ended.
    #[must_use]
    pub fn is_over(self) -> bool {
        self != Self::Open
    }
}

/// What a case looks like in the CRM, as far as people change it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CaseFacts {
    /// Its number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
    /// Status.
    pub status: Named,
    /// What the status means.
    pub class: StatusClass,
    /// Who works on it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<Named>,
    /// Priority.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub priority: Option<Named>,
    /// The customer's contact.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact: Option<Uuid>,
    /// When it was changed last, in the CRM's own words.
    pub modified: String,
    /// When its work ended, by the CRM's clock, while it is over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub over_since: Option<Timestamp>,
}

/// What looking at a case brought.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CaseSeen {
    /// It is there.
    Stands(CaseFacts),
    /// The CRM holds no such case.
    Absent,
    /// It was merged into another, which took its records over.
    MergedInto(Uuid),
    /// The CRM holds it, but not for our user.
    Unreadable,
}

/// How far the poller has read one kind of record (R16). Times are the CRM's own text.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    /// Everything changed before this was read; `None`: start at what is newest now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<String>,
    /// How many of the rows changed at or after `at` were read: the way through rows of one time.
    #[serde(default)]
    pub skip: usize,
}

/// How far the poller has read everything.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Marks {
    /// Activities.
    #[serde(default)]
    pub activities: Mark,
    /// Portal messages.
    #[serde(default)]
    pub portal: Mark,
    /// Cases.
    #[serde(default)]
    pub cases: Mark,
}
