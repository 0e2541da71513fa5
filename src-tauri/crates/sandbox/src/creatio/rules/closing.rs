//! The job behind `CloseResolvedCases`: resolved cases become closed after the two waiting times.

use jiff::SignedDuration;
use uuid::Uuid;

use super::super::actor::Actor;
use super::super::database::{Database, Saving};
use super::super::ids;
use super::super::value::Value;

/// Closes what has been resolved long enough, so that one closure by an agent gives two events.
/// Returns the cases that it closed.
pub(crate) fn close_resolved_cases(database: &mut Database) -> Vec<Uuid> {
    if !database.config.close_resolved_cases {
        return Vec::new();
    }
    let now = database.config.clock.now();
    let days = database.config.first_waiting_days + database.config.second_waiting_days;
    let due = now - SignedDuration::from_hours(24 * days);
    let Some(entity) = database.entity("Case") else { return Vec::new() };
    let (Some(status), Some(solved)) = (entity.column("StatusId"), entity.column("SolutionProvidedOn")) else {
        return Vec::new();
    };
    let ripe: Vec<Uuid> = database
        .table("Case")
        .map(|table| {
            table
                .rows()
                .filter(|row| row.values[status].guid() == Some(ids::STATUS_RESOLVED))
                .filter(|row| matches!(row.values[solved], Value::Time(at) if at <= due))
                .map(super::super::table::Row::id)
                .collect()
        })
        .unwrap_or_default();
    let server = Actor::server();
    let mut closed = Vec::new();
    for id in ripe {
        let set = vec![(status, Value::Guid(ids::STATUS_CLOSED))];
        match database.update("Case", id, set, Saving { by: &server, request: None, now }) {
            Ok(_) => closed.push(id),
            Err(refusal) => tracing::warn!(%refusal, "a resolved case was not closed"),
        }
    }
    closed
}
