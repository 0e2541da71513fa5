//! Making one case of two. FICTIONAL: no public source describes a stock merge of cases.

use serde_json::json;
use uuid::Uuid;

use super::super::actor::Actor;
use super::super::database::{Database, Saving};
use super::super::ids;
use super::super::refusal::Refusal;
use super::super::switches::MergeShape;
use super::save::update;

/// What hangs on a case, and by which column.
const CHILDREN: [(&str, &str); 5] = [
    ("Activity", "CaseId"),
    ("PortalMessage", "EntityId"),
    ("SocialMessage", "EntityId"),
    ("CaseMessageHistory", "CaseId"),
    ("CaseFile", "CaseId"),
];

/// Moves what hangs on the loser to the survivor, and ends the loser; all of it or nothing.
pub(super) fn merge(
    database: &mut Database,
    by: &Actor,
    survivor: Uuid,
    loser: Uuid,
    shape: MergeShape,
) -> Result<(), Refusal> {
    if survivor == loser {
        return Err(Refusal::bad_body("item : A case cannot be merged into itself."));
    }
    database.begin();
    let merged = move_all(database, by, survivor, loser).and_then(|()| end(database, by, survivor, loser, shape));
    match merged {
        Ok(()) => database.commit(),
        Err(_) => database.roll_back(),
    }
    merged
}

fn move_all(database: &mut Database, by: &Actor, survivor: Uuid, loser: Uuid) -> Result<(), Refusal> {
    for (entity, column) in CHILDREN {
        let Some(at) = database.entity(entity).and_then(|shape| shape.column(column)) else { continue };
        for row in database.rows_naming(entity, at, loser) {
            update(database, by, entity, row.id(), &json!({ column: survivor }))?;
        }
    }
    Ok(())
}

fn end(database: &mut Database, by: &Actor, survivor: Uuid, loser: Uuid, shape: MergeShape) -> Result<(), Refusal> {
    match shape {
        MergeShape::LoserDeleted => {
            let now = database.config.clock.now();
            database.delete("Case", loser, Saving { by, request: None, now })
        }
        MergeShape::LoserCanceled => {
            let body = json!({ "ParentCaseId": survivor, "StatusId": ids::STATUS_CANCELED });
            update(database, by, "Case", loser, &body)
        }
    }
}
