//! What was said and done on a case, in the order of its start dates.

use std::fmt::Write as _;

use html_escape::encode_safe;
use jiff::Timestamp;
use uuid::Uuid;

use super::super::database::Database;
use super::super::ids;
use super::super::rules::column;
use super::super::shared::State;
use super::super::table::{IndexKey, Row, Table};
use super::super::value::Value;
use super::forms;
use super::layout::{Links, moment, name_of};

struct Item {
    at: Option<Timestamp>,
    seq: u64,
    markup: String,
}

pub(super) fn of_case(state: &State, case: Uuid, links: &Links) -> String {
    let mut items = Vec::new();
    for (entity, link, time) in [
        ("Activity", "CaseId", "StartDate"),
        ("PortalMessage", "EntityId", "CreatedOn"),
        ("SocialMessage", "EntityId", "CreatedOn"),
    ] {
        let Some(table) = state.database.table(entity) else { continue };
        let found = table.entity.column(link).and_then(|at| table.find(at, &IndexKey::Guid(case))).unwrap_or_default();
        for row in found.iter().filter_map(|seq| table.by_seq(*seq)) {
            let when = column(&table.entity, &row.values, time);
            let at = match when {
                Value::Time(at) => Some(*at),
                _ => None,
            };
            items.push(Item { at, seq: row.seq, markup: item(state, table, row, when, &links.act(case)) });
        }
    }
    if items.is_empty() {
        return "<div class=\"empty\">Nothing was said or done on this case yet.</div>".to_owned();
    }
    items.sort_by_key(|item| (item.at, item.seq));
    items.into_iter().map(|item| item.markup).collect()
}

fn item(state: &State, table: &Table, row: &Row, when: &Value, act: &str) -> String {
    let database = &state.database;
    let get = |name: &str| column(&table.entity, &row.values, name);
    let incoming = get("MessageTypeId").guid() == Some(ids::EMAIL_INCOMING);
    let author = get("SenderContactId").guid().filter(|_| incoming).or(get("AuthorId").guid());
    let author = name_of(database, "Contact", author.or(get("CreatedById").guid()));
    let author = if author.is_empty() { "(no author)".to_owned() } else { author };
    let kind = match table.entity.name.as_str() {
        "Activity" => name_of(database, "ActivityCategory", get("ActivityCategoryId").guid()),
        "PortalMessage" if get("HideOnPortal").is_true() => "Portal, hidden".to_owned(),
        "PortalMessage" => "Portal".to_owned(),
        _ => "Feed".to_owned(),
    };
    let mut markup = format!(
        "<article class=\"item\"><header><strong>{}</strong><span>{}</span><span>{}</span></header>",
        encode_safe(&author),
        encode_safe(&format!("{kind}{}", mail_state(database, table, row))),
        moment(when)
    );
    let text = |name: &str| get(name).text().unwrap_or_default();
    if !text("Title").is_empty() {
        let _ = write!(markup, "<h3>{}</h3>", encode_safe(text("Title")));
    }
    if !text("DetailedResult").is_empty() {
        let _ = write!(markup, "<div class=\"text\">{}</div>", encode_safe(text("DetailedResult")));
    }
    for html in ["Body", "Message"] {
        if !text(html).is_empty() {
            // Markup, as the CRM shows it.
            let _ = write!(markup, "<div>{}</div>", text(html));
        }
    }
    let is_draft = get("EmailSendStatusId").guid() == Some(ids::SEND_NOT_SENT);
    if is_draft {
        markup.push_str(&forms::send_draft(row.id(), act));
    }
    markup.push_str("</article>");
    markup
}

/// Which way an e-mail goes and how far it came.
fn mail_state(database: &Database, table: &Table, row: &Row) -> String {
    let get = |name: &str| column(&table.entity, &row.values, name).guid();
    if get("TypeId") != Some(ids::TYPE_EMAIL) {
        return String::new();
    }
    match get("MessageTypeId") {
        Some(ids::EMAIL_INCOMING) => ", incoming".to_owned(),
        _ => format!(", {}", name_of(database, "EmailSendStatus", get("EmailSendStatusId"))),
    }
}
