//! The list of cases, newest first.

use std::fmt::Write as _;

use html_escape::encode_safe;

use super::super::shared::State;
use super::layout::{Links, attribute, chip, frame, moment, name_of};

/// So many rows at most; a page is for reading.
const SHOWN: usize = 500;

pub(super) fn page(state: &State, links: &Links) -> String {
    let database = &state.database;
    let rows = &database.table("Case").rows;
    let live = rows.iter().rev().filter(|row| !database.is_deleted("Case", &row.id));
    let total = live.clone().count();
    if total == 0 {
        let empty = "<div class=\"empty\"><p>No cases yet.</p><p>They appear here as soon as somebody creates one over the \
                     API.</p></div>";
        return frame("Cases", "0 cases", links, empty);
    }
    let mut out = String::new();
    for row in live.take(SHOWN) {
        let text = |field: &str| database.text("Case", &row.id, field);
        let comments = database.children("CaseComment", "ParentId", &row.id).len();
        // Writing to a String cannot fail.
        let _ = write!(
            out,
            "<tr><td class=\"name\"><a href=\"{}\">{}</a></td><td class=\"subject\">{}</td><td>{}</td><td>{}</td><td>{}</td>\
             <td class=\"time\">{}</td><td class=\"num\">{comments}</td></tr>",
            attribute(&links.case(&row.id)),
            encode_safe(&text("CaseNumber")),
            encode_safe(&text("Subject")),
            chip(state, &text("Status"), false),
            encode_safe(&name_of(state, &text("ContactId"))),
            encode_safe(&name_of(state, &text("OwnerId"))),
            moment(&text("CreatedDate")),
        );
    }
    let note = if total > SHOWN {
        format!("<p class=\"soft\">The newest {SHOWN} of {total} are shown.</p>")
    } else {
        String::new()
    };
    let body = format!(
        "<h1>Cases</h1>{note}<table><thead><tr><th>Number</th><th>Subject</th><th>Status</th><th>Contact</th><th>Owner</th>\
         <th>Created (UTC)</th><th class=\"num\">Comments</th></tr></thead><tbody>{out}</tbody></table>"
    );
    frame("Cases", &format!("{total} cases"), links, &body)
}
