//! Points on which builds of the real product differ, or on which no public source settles the behaviour.

use serde::{Deserialize, Serialize};

/// Which web host the instance runs on; it decides the OData service root.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum HostKind {
    /// .NET Framework: `/0/odata`.
    #[default]
    Framework,
    /// .NET Core and later: `/odata`.
    Core,
}

impl HostKind {
    /// The path under which OData answers.
    pub fn service_root(self) -> &'static str {
        match self {
            Self::Framework => "/0/odata",
            Self::Core => "/odata",
        }
    }

    /// The path of the other kind, which answers with a 404 page.
    pub fn other_root(self) -> &'static str {
        match self {
            Self::Framework => "/odata",
            Self::Core => "/0/odata",
        }
    }

    /// Fractional digits of a date in an answer: seven where .NET ticks are kept, six where PostgreSQL is.
    pub fn date_digits(self) -> usize {
        match self {
            Self::Framework => 7,
            Self::Core => 6,
        }
    }
}

/// The language of the callers' user, in which names of lookup rows are answered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Language {
    /// English.
    #[default]
    English,
    /// German; only the tenant's own lookup is translated.
    German,
}

/// What a PATCH that names an unknown property does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum PatchUnknown {
    /// Build 10.0.0.858: 204, and nothing of the whole PATCH is written.
    #[default]
    SilentDrop,
    /// Newer builds: 400, naming the property.
    NamedFault,
}

/// What becomes of a date-time that was written without a zone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum ZonelessDates {
    /// Build 10.1.725: "The request is invalid."
    #[default]
    Reject,
    /// Another build: accepted, and `0001-01-01` is stored.
    StoreMin,
}

/// What else an empty GUID in a PATCH takes along.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum EmptyGuidPatch {
    /// The lookup keeps its value; the rest of the PATCH is written.
    #[default]
    DropField,
    /// Seen on one build: the text columns of the same PATCH are lost as well.
    DropTexts,
}

/// What becomes of text longer than its column (UNCONFIRMED on the real system).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum OverLength {
    /// 500 with PostgreSQL's 22001.
    #[default]
    Refuse,
    /// Stored cut to the column's size.
    Cut,
}

/// What becomes of a navigation property (`Status` instead of `StatusId`) in a write body.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum NavigationInBody {
    /// Taken for nothing, the rest is written.
    #[default]
    Ignored,
    /// 400 "The request is invalid."
    Rejected,
}

/// The shape of the answer to a caller without rights on an object (the body over OData is UNCONFIRMED).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum RightsShape {
    /// 403, as the vendor's status list says.
    #[default]
    Forbidden403,
    /// 500 with the text in the inner error (UNCONFIRMED).
    Error500,
    /// 401 (UNCONFIRMED).
    Unauthorized401,
}

/// The three shapes seen for an entity set that does not exist.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum UnknownSet {
    /// 404 with the web server's own HTML page.
    #[default]
    ServerPage,
    /// 404 with `Message` and `MessageDetail`.
    ControllerMessage,
    /// 401, seen on a live tenant.
    Unauthorized,
}

/// Whether `SysAdminUnit` can be read over OData; 8.1 closes system tables by default, tenants open them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum SystemTables {
    /// They can be read.
    #[default]
    Open,
    /// They answer as if the rights were missing.
    Closed,
}

/// Whether text comparisons look at letter case (depends on the database; UNCONFIRMED).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum TextCompare {
    /// `a@b.c` equals `A@B.C`.
    #[default]
    IgnoreCase,
    /// Letter case counts.
    Exact,
}

/// How the parts of a stopped `$batch` that never ran are reported (UNCONFIRMED).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Unexecuted {
    /// They do not appear in the answer.
    #[default]
    LeftOut,
    /// They appear with status 424.
    Listed424,
}

/// What merging two cases leaves behind. FICTIONAL: no public source describes a stock merge of cases.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MergeShape {
    /// What was said moves to the survivor, and the loser is deleted.
    #[default]
    LoserDeleted,
    /// What was said moves to the survivor, and the loser stays as its child (`ParentCaseId`), Canceled.
    LoserCanceled,
}

/// The database behind the instance; it shows in the text of constraint errors.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum DatabaseEngine {
    /// `23503: insert or update on table ...`.
    #[default]
    PostgreSql,
    /// `The INSERT statement conflicted with the FOREIGN KEY constraint ...`.
    SqlServer,
}
