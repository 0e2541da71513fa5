//! The body of an activity. Ours have one shape: completed tasks that nobody's calendar shows, never an
//! e-mail: Creatio reopens cases and clears their owner for incoming mail.

use casebridge_domain::text::{cut, direction_and_author, one_line};
use casebridge_domain::{ActivityDraft, ActivityKind, Attachment, SessionKey};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::case::{handoff, present, session_link, text};
use super::markup;
use super::odata::{guid, instant};
use super::settings::CreatioSettings;
use super::stock;

/// Longest Title: LongText is 500 characters by the platform's convention.
const TITLE: usize = 500;
/// First words in a title; lists show no more.
const WORDS: usize = 120;

/// The columns of a new activity. The owner is always sent: the server's default is the user's contact, and
/// whether technical users have one is unconfirmed.
pub(crate) fn body(
    draft: &ActivityDraft,
    case: Uuid,
    session: &SessionKey,
    owner: Uuid,
    settings: &CreatioSettings,
) -> Map<String, Value> {
    let at = instant(draft.at);
    let columns = json!({
        "Id": guid(draft.id),
        "Title": text("Activity.Title", &cut(&title(draft), TITLE), settings),
        "StartDate": at,
        "DueDate": at,
        "OwnerId": guid(owner),
        "TypeId": guid(settings.activity_type.unwrap_or(stock::TYPE_TASK)),
        "ActivityCategoryId": guid(settings.activity_category.unwrap_or(stock::CATEGORY_TO_DO)),
        "StatusId": guid(stock::ACTIVITY_COMPLETED),
        "PriorityId": guid(stock::PRIORITY_MEDIUM),
        "ShowInScheduler": false,
        "CaseId": guid(case),
        "DetailedResult": detail(draft, session, settings),
    });
    match columns {
        Value::Object(columns) => columns,
        _ => Map::new(),
    }
}

fn title(draft: &ActivityDraft) -> String {
    match &draft.what {
        ActivityKind::Message { from, author, text } => {
            let who = direction_and_author(*from, author.as_deref());
            match cut(&one_line(text), WORDS) {
                words if words.is_empty() => who,
                words => format!("{who}: {words}"),
            }
        }
        ActivityKind::File { from, attachment } => {
            format!("{}: file {}", direction_and_author(*from, None), cut(&one_line(&attachment.name), WORDS))
        }
        ActivityKind::HandoffNote { reason, .. } => match present(reason.as_deref()) {
            Some(reason) => format!("Handed off: {}", cut(&one_line(reason), WORDS)),
            None => "Handed off".to_owned(),
        },
        ActivityKind::LeftOut => "An item of the conversation was left out".to_owned(),
    }
}

fn detail(draft: &ActivityDraft, session: &SessionKey, settings: &CreatioSettings) -> String {
    let mut blocks = match &draft.what {
        ActivityKind::Message { text, .. } => vec![vec![text.clone()]],
        ActivityKind::File { attachment, .. } => vec![file(attachment)],
        ActivityKind::HandoffNote { reason, summary, language, sentiment } => {
            let summary = present(summary.as_deref()).map(|summary| format!("Summary: {summary}"));
            vec![summary.into_iter().collect(), handoff(reason.as_deref(), language.as_deref(), sentiment.as_deref())]
        }
        // Whoever reads the case must see that it is not the whole conversation.
        ActivityKind::LeftOut => {
            vec![vec![
                "An item of the conversation could not be written here and was left out by a decision.".to_owned(),
            ]]
        }
    };
    let points_home = matches!(draft.what, ActivityKind::HandoffNote { .. } | ActivityKind::LeftOut);
    if draft.first || points_home {
        blocks.push(vec![session_link(session)]);
    }
    markup::blocks(&blocks, settings.is_html("Activity.DetailedResult"))
}

/// What is told of a file.
pub(crate) fn file(attachment: &Attachment) -> Vec<String> {
    let mut lines = vec![format!("File: {}", one_line(&attachment.name))];
    if let Some(kind) = present(attachment.media_type.as_deref()) {
        lines.push(format!("Type: {}", one_line(kind)));
    }
    if let Some(size) = attachment.size {
        lines.push(format!("Size: {size} bytes"));
    }
    if let Some(url) = present(attachment.url.as_deref()) {
        lines.push(format!("Address: {}", one_line(url)));
    }
    lines
}

#[cfg(test)]
mod tests {
    use casebridge_domain::Speaker;

    use super::super::case::tests::settings;
    use super::*;

    fn of(what: ActivityKind, first: bool) -> Map<String, Value> {
        let at = "2026-03-01T10:00:00.123456Z".parse().unwrap();
        let draft = ActivityDraft { id: Uuid::from_u128(2), seq: 3, at, first, what };
        let session = SessionKey { source: "chat".into(), external_id: "ö 1".into() };
        body(&draft, Uuid::from_u128(1), &session, Uuid::from_u128(9), &settings())
    }

    fn message(text: &str) -> ActivityKind {
        ActivityKind::Message { from: Speaker::Customer, author: Some("Ada".into()), text: text.into() }
    }

    #[test]
    fn r6_our_activities_have_one_shape() {
        let body = of(message("Hello\nthere"), false);
        assert_eq!(body["Title"], json!("Incoming – Ada: Hello there"));
        assert_eq!(body["StartDate"], body["DueDate"], "a message takes no time");
        assert_eq!(body["StartDate"], json!("2026-03-01T10:00:00.123Z"));
        assert_eq!(body["TypeId"], json!(stock::TYPE_TASK.to_string()), "never an e-mail: those reopen cases");
        assert_eq!(body["StatusId"], json!(stock::ACTIVITY_COMPLETED.to_string()), "not a to-do");
        assert_eq!(body["ShowInScheduler"], json!(false), "not in a calendar");
        assert_eq!(body["OwnerId"], json!(Uuid::from_u128(9).to_string()), "Creatio refuses an empty owner");
        assert!(!body.contains_key("MessageTypeId") && !body.contains_key("Body"), "columns of e-mails");
    }

    #[test]
    fn r25_the_whole_text_goes_verbatim_into_the_text_column() {
        let text = "<b>1 < 2</b>\r\n  \"quoted\"  ";
        assert_eq!(of(message(text), false)["DetailedResult"], json!(text));
    }

    #[test]
    fn r28_the_first_activity_and_handoff_notes_end_with_the_link() {
        let link = "casebridge://session/chat/%C3%B6%201";
        assert_eq!(of(message("Hi"), true)["DetailedResult"], json!(format!("Hi\n\n{link}")));
        let note =
            ActivityKind::HandoffNote { reason: Some("angry".into()), summary: None, language: None, sentiment: None };
        let body = of(note, false);
        assert_eq!(body["Title"], json!("Handed off: angry"));
        assert_eq!(body["DetailedResult"], json!(format!("Reason for the handoff: angry\n\n{link}")));
    }

    #[test]
    fn r36_a_file_is_told_with_its_name_type_size_and_address() {
        let attachment = Attachment {
            name: "a.png".into(),
            media_type: Some("image/png".into()),
            size: Some(12),
            url: Some("https://x/a.png".into()),
        };
        let body = of(ActivityKind::File { from: Speaker::Ai, attachment }, false);
        assert_eq!(body["Title"], json!("Outgoing – AI agent: file a.png"));
        assert_eq!(
            body["DetailedResult"],
            json!("File: a.png\nType: image/png\nSize: 12 bytes\nAddress: https://x/a.png")
        );
    }
}
