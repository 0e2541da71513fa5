//! How much is logged.

use casebridge_engine::logging::{Area, LogLevel, LogState};
use serde::Serialize;
use ts_rs::TS;

/// A part of the program whose log can be turned up or down.
#[derive(Debug, Clone, Serialize, TS)]
pub struct LogArea {
    /// Which.
    #[ts(type = "\"engine\" | \"crm\" | \"store\" | \"doors\"")]
    pub area: Area,
    /// What it was changed to; none: as the start set it.
    #[ts(type = "\"error\" | \"warn\" | \"info\" | \"debug\" | \"trace\" | null")]
    pub level: Option<LogLevel>,
    /// Whether that outlives a restart.
    pub kept: bool,
}

/// What is logged now.
#[derive(Debug, Clone, Serialize, TS)]
pub struct LogView {
    /// What was set at the start, in the syntax of `CASEBRIDGE_LOG`.
    pub usual: String,
    /// Each area.
    pub areas: Vec<LogArea>,
}

impl From<LogState> for LogView {
    fn from(state: LogState) -> Self {
        let areas = Area::ALL.into_iter().map(|area| LogArea {
            area,
            level: state.changed.get(&area).copied(),
            kept: state.kept.contains_key(&area),
        });
        Self { areas: areas.collect(), usual: state.usual }
    }
}
