//! One case: its columns, its HTML columns rendered, and what was said on it.

use std::fmt::Write as _;

use html_escape::encode_safe;
use uuid::Uuid;

use super::super::rules::column;
use super::super::schema::{ID, Kind, PROCESS_LISTENERS};
use super::super::shared::State;
use super::super::value::Value;
use super::layout::{Links, frame, moment, name_of, status_chip};
use super::{forms, timeline};

/// The page; `note` says why an act was refused.
pub(super) fn page(state: &State, id: Uuid, links: &Links, note: Option<&str>) -> Option<String> {
    let database = &state.database;
    let table = database.table("Case")?;
    let row = table.get(id)?;
    let get = |name: &str| column(&table.entity, &row.values, name);
    let number = get("Number").text().unwrap_or_default().to_owned();
    let subject = encode_safe(get("Subject").text().unwrap_or_default()).into_owned();

    let mut columns = String::new();
    let mut markup = String::new();
    for (at, (definition, value)) in table.entity.columns.iter().zip(&row.values).enumerate() {
        if value.is_empty()
            || at == ID
            || at == PROCESS_LISTENERS
            || ["Number", "Subject", "StatusId"].contains(&definition.name.as_str())
        {
            continue;
        }
        if definition.is_html() {
            // As the CRM does: this column is markup, and is shown as such.
            let _ = write!(
                markup,
                "<h2>{}</h2><div class=\"html\">{}</div>",
                definition.name,
                value.text().unwrap_or_default()
            );
            continue;
        }
        let shown = match (&definition.kind, value) {
            (Kind::Lookup { to }, value) => name_of(database, to, value.guid()),
            (_, Value::Time(_)) => moment(value),
            (_, Value::Bool(flag)) => if *flag { "Yes" } else { "No" }.to_owned(),
            (_, Value::Text(text)) => text.clone(),
            (_, Value::Int(number)) => number.to_string(),
            (_, Value::Decimal(number)) => number.to_string(),
            (_, Value::Guid(id)) => id.to_string(),
            _ => String::new(),
        };
        let label = definition.navigation().unwrap_or(&definition.name);
        let _ = write!(columns, "<dt>{label}</dt><dd class=\"text\">{}</dd>", encode_safe(&shown));
    }
    let said = timeline::of_case(state, id, links);
    let body = format!(
        "{note}<h1>{number} {subject}</h1><p>{}</p><div class=\"record\"><section aria-label=\"Columns\"><dl>{columns}</dl>\
         {acts}</section><section>{markup}<h2>Activities and messages</h2>{said}</section></div>",
        status_chip(database, get("StatusId").guid()),
        number = encode_safe(&number),
        acts = forms::acts(state, id, links),
        note =
            note.map(|note| format!("<p class=\"note\" role=\"alert\">{}</p>", encode_safe(note))).unwrap_or_default(),
    );
    Some(frame(&number, &id.to_string(), links, &body))
}
