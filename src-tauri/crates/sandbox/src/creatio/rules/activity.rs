//! Activity: required columns and their defaults, the owner check, and incoming mail that reopens a case.

use jiff::Timestamp;
use uuid::Uuid;

use super::super::actor::Actor;
use super::super::database::{Database, Saving};
use super::super::ids;
use super::super::refusal::Refusal;
use super::super::value::Value;
use super::Draft;

/// Longest text of `Preview`.
const PREVIEW: usize = 245;

pub(super) fn defaults(draft: &mut Draft<'_>, saving: Saving<'_>) {
    let whole = Timestamp::from_second(saving.now.as_second()).unwrap_or(saving.now);
    draft.set("StartDate", Value::Time(whole));
    draft.set("DueDate", Value::Time(whole));
    draft.set("PriorityId", Value::Guid(ids::ACTIVITY_PRIORITY_MEDIUM));
    draft.set("StatusId", Value::Guid(ids::ACTIVITY_NOT_STARTED));
    draft.set("ActivityCategoryId", Value::Guid(ids::CATEGORY_TO_DO));
    draft.set("TypeId", Value::Guid(ids::TYPE_TASK));
    // The current user's contact; a technical user may have none.
    if let Some(contact) = saving.by.contact {
        for column in ["OwnerId", "AuthorId", "OrganizerId"] {
            draft.set(column, Value::Guid(contact));
        }
    }
}

pub(super) fn before_save(database: &mut Database, draft: &mut Draft<'_>) -> Result<(), Refusal> {
    if draft.get("TypeId").is_empty() {
        let category = draft.get("ActivityCategoryId").guid().unwrap_or_default();
        draft.set("TypeId", database.field("ActivityCategory", category, "ActivityTypeId"));
    }
    if draft.get("TypeId").guid() == Some(ids::TYPE_EMAIL) {
        draft.set_if_empty("EmailSendStatusId", Value::Guid(ids::SEND_NOT_SENT));
        let preview: String = plain_text(draft.get("Body").text().unwrap_or_default()).chars().take(PREVIEW).collect();
        draft.set("Preview", Value::Text(preview));
    }
    durations(draft);
    let by_role = database.config.owner_roles;
    let owned_by_role = by_role && !draft.get("OwnerRoleId").is_empty();
    if draft.get("OwnerId").is_empty() && !owned_by_role {
        // How OData wraps this text is UNCONFIRMED.
        let text = if by_role {
            "Please, fill in either the \"Owner\" or \"Role\" field."
        } else {
            "Please, fill in the \"Owner\" field."
        };
        return Err(Refusal::save_failed(text, "System.Exception"));
    }
    Ok(())
}

fn durations(draft: &mut Draft<'_>) {
    let (Value::Time(start), Value::Time(due)) = (draft.get("StartDate").clone(), draft.get("DueDate").clone()) else {
        return;
    };
    let minutes = (due.as_second() - start.as_second()) / 60;
    draft.set("DurationInMinutes", Value::Int(minutes));
    let text = if minutes >= 60 { format!("{}h {}m", minutes / 60, minutes % 60) } else { format!("{minutes}m") };
    draft.set("DurationInMnutesAndHours", Value::Text(text));
}

/// Tags out, entities read, white space joined.
fn plain_text(html: &str) -> String {
    let mut text = String::with_capacity(html.len());
    let mut inside = false;
    for c in html.chars() {
        match c {
            '<' => inside = true,
            '>' if inside => {
                inside = false;
                text.push(' ');
            }
            _ if !inside => text.push(c),
            _ => {}
        }
    }
    let decoded = html_escape::decode_html_entities(&text);
    decoded.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// An incoming e-mail on a resolved or paused case reopens it and, out of the box, takes its owner away.
/// The exact filter of the trigger is UNCONFIRMED.
pub(super) fn reopen_case(database: &mut Database, id: Uuid, saving: Saving<'_>) {
    let field = |column: &str| database.field("Activity", id, column).guid();
    let incoming = field("TypeId") == Some(ids::TYPE_EMAIL) && field("MessageTypeId") == Some(ids::EMAIL_INCOMING);
    let Some(case) = field("CaseId").filter(|_| incoming) else { return };
    let status = database.field("Case", case, "StatusId").guid().unwrap_or_default();
    let flag = |name: &str| database.field("CaseStatus", status, name).is_true();
    if !flag("IsResolved") && !flag("IsPaused") {
        return;
    }
    let Some(entity) = database.entity("Case") else { return };
    let mut set = Vec::new();
    if let Some(at) = entity.column("StatusId") {
        set.push((at, Value::Guid(ids::STATUS_REOPENED)));
    }
    if let Some(at) = entity.column("OwnerId").filter(|_| database.config.clear_assignee_on_reopening) {
        set.push((at, Value::Null));
    }
    let server = Actor::server();
    if let Err(refusal) = database.update("Case", case, set, Saving { by: &server, ..saving }) {
        tracing::warn!(%refusal, "the case was not reopened");
    }
}

#[cfg(test)]
mod tests {
    use super::plain_text;

    #[test]
    fn a_preview_is_plain_text() {
        assert_eq!(plain_text("<p>Tom &amp; <b>Jerry</b></p>\n<br/>hi"), "Tom & Jerry hi");
    }
}
