//! The columns of `Case`, with the few that a tenant added.

use super::{Column, Entity, OnDelete};

pub(super) fn case() -> Entity {
    Entity::new(
        "Case",
        vec![
            Column::short("Number").indexed(),
            Column::time("RegisteredOn"),
            Column::long("Subject").required(),
            Column::html("Symptoms"),
            Column::html("Solution"),
            Column::lookup("StatusId", "CaseStatus").required(),
            Column::lookup("PriorityId", "CasePriority"),
            Column::lookup("OriginId", "CaseOrigin"),
            Column::lookup("CategoryId", "CaseCategory"),
            Column::lookup("ContactId", "Contact").indexed(),
            Column::lookup("AccountId", "Account"),
            // The owner is a contact, not a user; the group is a role.
            Column::lookup("OwnerId", "Contact"),
            Column::lookup("GroupId", "SysAdminUnit"),
            Column::time("ResponseDate"),
            Column::time("SolutionDate"),
            Column::time("RespondedOn"),
            Column::time("SolutionProvidedOn"),
            Column::time("FirstSolutionProvidedOn"),
            Column::time("ClosureDate"),
            Column::lookup("ClosureCodeId", "ClosureCode"),
            Column::lookup("SatisfactionLevelId", "SatisfactionLevel"),
            Column::max_text("SatisfactionLevelComment"),
            Column::lookup("HolderId", "Contact"),
            Column::lookup("ParentCaseId", "Case").on_delete(OnDelete::Clear),
            Column::lookup("ParentActivityId", "Activity").on_delete(OnDelete::Clear),
            Column::bool("ResponseOverdue"),
            Column::bool("SolutionOverdue"),
            Column::decimal("SolutionRemains"),
            Column::max_text("Notes"),
            Column::short("UsrSessionId").indexed(),
            Column::long("UsrAiSummary"),
            Column::short("UsrSentiment"),
            Column::decimal("UsrAmount"),
            Column::bool("UsrUrgent"),
            Column::time("UsrDueOn"),
            Column::int("UsrSeats"),
            Column::short("UsrOrderNumber"),
            Column::lookup("UsrTopicId", "UsrTopic"),
        ],
    )
}
