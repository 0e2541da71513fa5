//! Lanes.

use serde::Serialize;
use serde_json::Value;
use ts_rs::TS;

use super::connections::ConnectionHealth;
use super::conversation::Explanation;

/// A lane.
#[derive(Debug, Clone, Serialize, TS)]
pub struct LaneView {
    /// The conversation.
    pub session: String,
    /// Who follows it.
    pub consumer: String,
    /// The connection's name, or `carrier`.
    pub connection: String,
    /// Everything up to here stands.
    #[ts(type = "number")]
    pub written_seq: i64,
    /// Looked at up to here.
    #[ts(type = "number")]
    pub considered_seq: i64,
    /// The newest event.
    #[ts(type = "number")]
    pub dirty_seq: i64,
    /// When the next pass is due.
    pub due_at: Option<String>,
    /// Why it is where it is.
    pub reason: Option<String>,
    /// The state's name.
    pub state: String,
    /// The state with all that belongs to it.
    #[ts(type = "Record<string, unknown>")]
    pub detail: Value,
    /// The customer's name.
    pub contact_name: Option<String>,
    /// The newest case's number.
    pub case_number: Option<String>,
}

/// Lanes that stand alike.
#[derive(Debug, Clone, Serialize, TS)]
pub struct LaneGroup {
    /// The state's name.
    pub state: String,
    /// Why.
    pub reason: String,
    /// What clears it.
    pub hint: Option<String>,
    /// The connection's name.
    pub connection: String,
    /// How many.
    pub count: u32,
    /// The first 50.
    pub lanes: Vec<LaneView>,
}

/// What is under way.
#[derive(Debug, Clone, Serialize, TS)]
pub struct Deliveries {
    /// Trouble first.
    pub groups: Vec<LaneGroup>,
    /// The connections.
    pub connections: Vec<ConnectionHealth>,
    /// More may exist: look further.
    pub bounded: bool,
}

/// A mapped column that a CRM refuses, and that is left out until somebody acts.
#[derive(Debug, Clone, Serialize, TS)]
pub struct RefusedField {
    /// The connection's name.
    pub connection: String,
    /// The mapping that fills it.
    pub mapping: String,
    /// The column's name in the CRM.
    pub column: String,
    /// What people call it.
    pub title: String,
    /// How many of its values are refused; 0: the column as a whole.
    pub values: u32,
    /// The CRM's own words.
    pub words: String,
    /// What clears it.
    pub hint: String,
    /// When the CRM said so first.
    pub since: String,
    /// How many conversations went without it.
    #[ts(type = "number")]
    pub conversations: i64,
    /// More may exist: older ones were not looked at.
    pub bounded: bool,
    /// The conversation that went without it last.
    pub last: LastWithout,
}

/// A conversation that went without a column.
#[derive(Debug, Clone, Serialize, TS)]
pub struct LastWithout {
    /// Which.
    pub session: String,
    /// The customer's name.
    pub contact_name: Option<String>,
    /// The newest case's number.
    pub case_number: Option<String>,
    /// When.
    pub at: String,
}

/// A line of the timeline.
#[derive(Debug, Clone, Serialize, TS)]
pub struct TraceEntry {
    /// When, by our clock.
    pub at: String,
    /// What, in one word.
    pub what: String,
    /// The connection.
    pub connection: Option<String>,
    /// For people.
    pub summary: String,
    /// Everything known.
    #[ts(type = "unknown")]
    pub detail: Value,
}

/// A case of a traced conversation.
#[derive(Debug, Clone, Serialize, TS)]
pub struct TraceCase {
    /// The connection's name.
    pub connection: String,
    /// Id in the CRM.
    pub crm_id: String,
    /// Number.
    pub number: Option<String>,
    /// State.
    pub state: String,
}

/// The story of a conversation.
#[derive(Debug, Clone, Serialize, TS)]
pub struct TraceView {
    /// Its head.
    #[ts(type = "Record<string, unknown>")]
    pub session: Value,
    /// Its cases.
    pub cases: Vec<TraceCase>,
    /// The questions answered.
    pub explanation: Vec<Explanation>,
    /// Its lanes.
    pub lanes: Vec<LaneView>,
    /// Everything in order.
    pub timeline: Vec<TraceEntry>,
}
