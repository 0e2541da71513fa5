//! Lookup objects: a name, and for case statuses the flags that say what a status means.

use super::{Column, Entity};

pub(super) fn all() -> Vec<Entity> {
    let mut entities = vec![
        Entity::new(
            "CaseStatus",
            vec![
                Column::medium("Name").required(),
                Column::medium("Description"),
                Column::bool("IsFinal"),
                Column::bool("IsResolved"),
                Column::bool("IsPaused"),
                Column::int("StageNumber"),
            ],
        ),
        Entity::new(
            "ActivityStatus",
            vec![Column::medium("Name").required(), Column::medium("Description"), Column::bool("Finish")],
        ),
        Entity::new(
            "ActivityCategory",
            vec![
                Column::medium("Name").required(),
                Column::medium("Description"),
                Column::lookup("ActivityTypeId", "ActivityType"),
            ],
        ),
    ];
    entities.extend(
        [
            // A tenant's own.
            "UsrTopic",
            "CasePriority",
            "CaseOrigin",
            "CaseCategory",
            "ClosureCode",
            "SatisfactionLevel",
            "ActivityType",
            "ActivityPriority",
            "EmailType",
            "EmailSendStatus",
            "CommunicationType",
            "ContactType",
            "PortalMessageType",
            "MessageNotifier",
        ]
        .map(plain),
    );
    entities
}

fn plain(name: &str) -> Entity {
    Entity::new(name, vec![Column::medium("Name").required(), Column::medium("Description")])
}
