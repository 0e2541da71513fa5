//! The list of cases, newest first.

use std::fmt::Write as _;

use html_escape::encode_safe;

use super::super::rules::column;
use super::super::schema::Entity;
use super::super::shared::State;
use super::super::table::{IndexKey, Row};
use super::layout::{Links, frame, moment, name_of, status_chip};

/// So many rows at most; a page is for reading.
const SHOWN: usize = 500;

pub(super) fn page(state: &State, links: &Links) -> String {
    let database = &state.database;
    let Some(table) = database.table("Case") else { return String::new() };
    let total = table.len();
    let activities = database.table("Activity").map_or(0, super::super::table::Table::len);
    let aside = format!("{total} cases, {activities} activities");
    if total == 0 {
        let empty = "<div class=\"empty\"><p>No cases yet.</p><p>They appear here as soon as somebody creates one \
                     over OData.</p></div>";
        return frame("Cases", &aside, links, empty);
    }
    let mut rows = String::new();
    let wanted = links.wanted.to_lowercase();
    let mut shown = 0;
    for row in table.rows().rev().filter(|row| meets(&table.entity, row, &wanted)).take(SHOWN) {
        line(&mut rows, state, row, links);
        shown += 1;
    }
    let note = if shown == 0 {
        "<p class=\"soft\">No case has this in its number, subject or session.</p>".to_owned()
    } else if total > SHOWN && wanted.is_empty() {
        format!("<p class=\"soft\">The newest {SHOWN} of {total} are shown.</p>")
    } else {
        String::new()
    };
    let body = format!(
        "<h1>Cases</h1><form class=\"row\" method=\"get\" action=\"/sandbox/\" role=\"search\">{hidden}<span><label \
         for=\"q\">Number, subject or session</label><input id=\"q\" name=\"q\" type=\"search\" value=\"{q}\"></span>\
         <button>Find</button></form>{note}<table><thead><tr><th>Number</th><th>Subject</th><th>Status</th><th>Contact</th>\
         <th>Owner</th><th>Created (UTC)</th><th class=\"num\">Activities</th></tr></thead><tbody>{rows}</tbody>\
         </table>",
        hidden = links.hidden(true),
        q = encode_safe(&links.wanted),
    );
    frame("Cases", &aside, links, &body)
}

/// Whether a case has this, in lower case, in its number, subject or session.
fn meets(entity: &Entity, row: &Row, wanted: &str) -> bool {
    let has =
        |name: &str| column(entity, &row.values, name).text().is_some_and(|text| text.to_lowercase().contains(wanted));
    wanted.is_empty() || ["Number", "Subject", "UsrSessionId"].into_iter().any(has)
}

fn line(out: &mut String, state: &State, row: &Row, links: &Links) {
    let database = &state.database;
    let Some(case) = database.table("Case") else { return };
    let get = |name: &str| column(&case.entity, &row.values, name);
    let text = |name: &str| encode_safe(get(name).text().unwrap_or_default()).into_owned();
    let activities = database.table("Activity").and_then(|table| {
        table.find(table.entity.column("CaseId")?, &IndexKey::Guid(row.id())).map(|found| found.len())
    });
    // Writing to a String cannot fail.
    let _ = write!(
        out,
        "<tr><td class=\"name\"><a href=\"{}\">{}</a></td><td class=\"subject\">{}</td><td>{}</td><td>{}</td>\
         <td>{}</td><td class=\"time\">{}</td><td class=\"num\">{}</td></tr>",
        links.case(row.id()),
        text("Number"),
        text("Subject"),
        status_chip(database, get("StatusId").guid()),
        encode_safe(&name_of(database, "Contact", get("ContactId").guid())),
        encode_safe(&name_of(database, "Contact", get("OwnerId").guid())),
        moment(get("CreatedOn")),
        activities.unwrap_or_default(),
    );
}
