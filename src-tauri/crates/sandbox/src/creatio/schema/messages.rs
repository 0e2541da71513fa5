//! Portal messages, the feed, the gathered history of a case, and its files.

use super::{Column, Entity, OnDelete};

pub(super) fn all() -> Vec<Entity> {
    vec![
        Entity::new(
            "PortalMessage",
            vec![
                Column::guid("EntitySchemaUId"),
                Column::guid("EntityId").indexed(),
                Column::html("Message"),
                Column::bool("HideOnPortal"),
                Column::bool("FromPortal"),
                Column::lookup("TypeId", "PortalMessageType"),
            ],
        ),
        Entity::new(
            "SocialMessage",
            vec![
                Column::guid("EntitySchemaUId"),
                Column::guid("EntityId").indexed(),
                Column::html("Message"),
                Column::lookup("ParentId", "SocialMessage").on_delete(OnDelete::Cascade),
            ],
        ),
        Entity::new(
            "CaseMessageHistory",
            vec![
                Column::lookup("CaseId", "Case").indexed().on_delete(OnDelete::Cascade),
                Column::lookup("MessageNotifierId", "MessageNotifier"),
                Column::guid("RecordId"),
                Column::html("Message"),
                Column::bool("HasAttachment"),
            ],
        ),
        Entity::new(
            "CaseFile",
            vec![
                Column::medium("Name").required(),
                Column::lookup("CaseId", "Case").indexed().on_delete(OnDelete::Cascade),
                Column::int("Size"),
                Column::int("Version"),
                Column::binary("Data"),
                Column::max_text("Notes"),
            ],
        ),
    ]
}
