//! The columns of `Activity`: tasks, calls and e-mails.

use super::{Column, Entity, OnDelete};

pub(super) fn activity() -> Entity {
    Entity::new(
        "Activity",
        vec![
            Column::long("Title").required(),
            Column::time("StartDate").required(),
            Column::time("DueDate").required(),
            Column::lookup("PriorityId", "ActivityPriority").required(),
            Column::lookup("StatusId", "ActivityStatus").required(),
            Column::lookup("ActivityCategoryId", "ActivityCategory").required(),
            Column::lookup("TypeId", "ActivityType"),
            Column::lookup("OwnerId", "Contact"),
            Column::lookup("OwnerRoleId", "VwSysRole"),
            Column::lookup("AuthorId", "Contact"),
            Column::lookup("OrganizerId", "Contact"),
            Column::lookup("CaseId", "Case").indexed().on_delete(OnDelete::Clear),
            Column::lookup("ContactId", "Contact"),
            Column::lookup("AccountId", "Account"),
            Column::html("Body"),
            Column::max_text("DetailedResult"),
            Column::max_text("Notes"),
            Column::max_text("CopyRecepient"),
            Column::max_text("BlindCopyRecepient"),
            // The vendor spells it so.
            Column::max_text("Recepient"),
            Column::max_text("HeaderProperties"),
            Column::medium("Sender"),
            Column::medium("Preview"),
            Column::medium("UserEmailAddress"),
            Column::medium("GlobalActivityID"),
            Column::lookup("MessageTypeId", "EmailType"),
            Column::lookup("EmailSendStatusId", "EmailSendStatus"),
            Column::time("SendDate"),
            Column::bool("IsHtmlBody"),
            Column::bool("IsAutoSubmitted"),
            Column::bool("IsNotPublished"),
            Column::bool("ServiceProcessed"),
            Column::bool("IsNeedProcess"),
            Column::bool("ShowInScheduler"),
            Column::lookup("ActivityConnectionId", "Activity").on_delete(OnDelete::Clear),
            Column::lookup("SenderContactId", "Contact"),
            Column::int("DurationInMinutes"),
            Column::short("DurationInMnutesAndHours"),
        ],
    )
}
