//! The list of cases, newest first.

use std::fmt::Write as _;

use html_escape::encode_safe;

use super::super::rules::column;
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
    for row in table.rows().rev().take(SHOWN) {
        line(&mut rows, state, row, links);
    }
    let note = if total > SHOWN {
        format!("<p class=\"soft\">The newest {SHOWN} of {total} are shown.</p>")
    } else {
        String::new()
    };
    let body = format!(
        "<h1>Cases</h1>{note}<table><thead><tr><th>Number</th><th>Subject</th><th>Status</th><th>Contact</th>\
         <th>Owner</th><th>Created (UTC)</th><th class=\"num\">Activities</th></tr></thead><tbody>{rows}</tbody>\
         </table>"
    );
    frame("Cases", &aside, links, &body)
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
