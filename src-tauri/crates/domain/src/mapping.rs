//! Mappings: which column of the case is filled, from what, and when it is left alone (R26, R27, R37).

mod check;
mod value;

pub use check::{Alarm, AlarmKind, Part, Problem, alarms, check};
pub use value::{Coerced, coerce, is_zero, same, shown};

use std::collections::BTreeMap;
use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use crate::ids::ConnectionId;

/// What a column of the CRM holds, as far as writing it is concerned.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ColumnKind {
    /// Text of at most `max` characters (UTF-16 units in Salesforce are counted by the connector); `None`: no limit known.
    Text {
        /// Most characters.
        max: Option<u32>,
        /// Whether the CRM refuses what is no e-mail address, phone number or URL here.
        #[serde(default)]
        format: TextFormat,
    },
    /// A whole number.
    Integer,
    /// A number with at most `scale` places after the point.
    Decimal {
        /// Places after the point; `None`: not told.
        scale: Option<u8>,
    },
    /// An amount of money, in the CRM's or the record's currency.
    Money {
        /// Places after the point.
        scale: Option<u8>,
    },
    /// A day without time: `2026-11-21`.
    Date,
    /// A moment: RFC 3339.
    DateTime,
    /// A time of day: `14:30:00`.
    Time,
    /// Yes or no.
    Boolean,
    /// One of these values.
    Picklist {
        /// Allowed values, in the CRM's order.
        values: Vec<Allowed>,
        /// Whether the CRM refuses all others. We never send others, whatever this says.
        restricted: bool,
    },
    /// Any of these values.
    MultiPicklist {
        /// Allowed values, in the CRM's order.
        values: Vec<Allowed>,
        /// Whether the CRM refuses all others.
        restricted: bool,
    },
    /// A row of another object, by its id.
    Lookup {
        /// The object's name in the CRM.
        object: String,
        /// Its rows, when they are few enough to be offered whole; else empty and searched for.
        values: Vec<Allowed>,
    },
    /// A kind that is not written by us; its name in the CRM.
    Other {
        /// The CRM's name of the type.
        name: String,
    },
}

/// What the CRM checks a text for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum TextFormat {
    /// Anything goes.
    #[default]
    Plain,
    /// An e-mail address.
    Email,
    /// A phone number.
    Phone,
    /// A URL.
    Url,
}

/// A value that a column may have.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Allowed {
    /// What is sent: the API value of a picklist, the id of a lookup's row.
    pub value: String,
    /// What people read, in the language of our user.
    pub label: String,
}

/// A column of the case, by the CRM's own metadata.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Column {
    /// Its name in the CRM's API. Letter case counts in Creatio, and does not in Salesforce.
    pub name: String,
    /// What people call it.
    pub title: String,
    /// What it holds.
    pub kind: ColumnKind,
    /// Whether a case cannot be made without it.
    pub required: bool,
    /// Whether our user may write it.
    pub writable: bool,
    /// Whether it is left alone unless an admin unlocks it: owner, status, contact and the like (R27).
    pub locked: bool,
}

/// Where a value comes from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(tag = "from", rename_all = "snake_case")]
pub enum Source {
    /// The analyst takes it from the conversation.
    Ai,
    /// Always the same.
    Static {
        /// As [`Found::value`](crate::analysis::Found::value) would be.
        #[cfg_attr(feature = "ts", ts(type = "unknown"))]
        value: Value,
    },
    /// An attribute of the session: `channel`, `topic`, `language`, `sentiment`, `summary`, `external_id`, or a name of the values that
    /// its source gave.
    Session {
        /// Which.
        attribute: String,
    },
    /// An attribute of the contact: `name`, `email`, `phone`, `external_id`.
    Contact {
        /// Which.
        attribute: String,
    },
    /// Text with `{session.topic}`, `{contact.name}`, `{value.Column}` in it.
    Template {
        /// The text.
        text: String,
    },
}

/// What is done with a value that the analyst is not sure enough of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Unsure {
    /// It is written all the same.
    Write,
    /// It stands as a suggestion on the case's chip, until a person takes it.
    Suggest,
    /// The fallback, or nothing, is written.
    LeaveOut,
}

/// When a column that has a value is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Overwrite {
    /// Unless a person changed it since we wrote it (R37).
    KeepEdited,
    /// Only while it is empty.
    FillIfEmpty,
    /// Always.
    Always,
}

/// One column to be filled.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Mapping {
    /// Stays the same over versions.
    pub id: Uuid,
    /// The column's name in the CRM.
    pub column: String,
    /// Its title when it was mapped.
    pub title: String,
    /// Its kind when it was mapped; what the metadata say now is compared with it.
    pub kind: ColumnKind,
    /// What the analyst is told to look for.
    pub instruction: String,
    /// Whether it is used.
    pub enabled: bool,
    /// Whether an admin allowed a column that is otherwise locked.
    #[serde(default)]
    pub unlocked: bool,
    /// Where the value comes from.
    pub source: Source,
    /// What is written when nothing was found, or nothing sure.
    #[cfg_attr(feature = "ts", ts(type = "unknown"))]
    pub fallback: Option<Value>,
    /// How sure the analyst must be, 0 to 100.
    pub threshold: u8,
    /// What becomes of a value below that.
    pub unsure: Unsure,
    /// When a value that stands is replaced.
    pub overwrite: Overwrite,
    /// Words that customers use for an allowed value, by [`Allowed::value`].
    #[serde(default)]
    pub synonyms: BTreeMap<String, Vec<String>>,
}

impl ColumnKind {
    /// Allowed values, as far as they are known; `None`: the kind has no list.
    #[must_use]
    pub fn allowed(&self) -> Option<&[Allowed]> {
        match self {
            ColumnKind::Picklist { values, .. }
            | ColumnKind::MultiPicklist { values, .. }
            | ColumnKind::Lookup { values, .. } => Some(values),
            _ => None,
        }
    }

    /// The kind's name, as it is stored and shown.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            ColumnKind::Text { .. } => "text",
            ColumnKind::Integer => "integer",
            ColumnKind::Decimal { .. } => "decimal",
            ColumnKind::Money { .. } => "money",
            ColumnKind::Date => "date",
            ColumnKind::DateTime => "date_time",
            ColumnKind::Time => "time",
            ColumnKind::Boolean => "boolean",
            ColumnKind::Picklist { .. } => "picklist",
            ColumnKind::MultiPicklist { .. } => "multi_picklist",
            ColumnKind::Lookup { .. } => "lookup",
            ColumnKind::Other { .. } => "other",
        }
    }
}

impl Mapping {
    /// Whether an analyst is asked for it.
    #[must_use]
    pub fn asks(&self) -> bool {
        self.enabled && self.source == Source::Ai
    }
}

impl fmt::Debug for Mapping {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mapping").field("column", &self.column).field("enabled", &self.enabled).finish_non_exhaustive()
    }
}

/// All mappings of a connection, in their order, as one version.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct MappingSet {
    /// Whose.
    #[cfg_attr(feature = "ts", ts(type = "string"))]
    pub connection: ConnectionId,
    /// 1 is the first; 0 means that nothing was ever mapped.
    pub version: i64,
    /// Who made this version.
    pub author: String,
    /// When.
    #[cfg_attr(feature = "ts", ts(type = "string"))]
    pub at: Timestamp,
    /// The mappings.
    pub mappings: Vec<Mapping>,
}
