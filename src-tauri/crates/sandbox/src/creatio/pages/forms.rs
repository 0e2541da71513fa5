//! The forms of a case: plain HTML, each posted to the case's own address.

use std::fmt::Write as _;

use html_escape::encode_safe;
use uuid::Uuid;

use super::super::ids;
use super::super::rules::column;
use super::super::schema::ID;
use super::super::shared::State;
use super::super::value::Value;
use super::layout::{Links, name_of};

/// Everything that a person can do to a case.
pub(super) fn acts(state: &State, case: Uuid, links: &Links) -> String {
    let act = links.act(case);
    let mut out = String::from("<h2>Work on it</h2><div class=\"acts\">");
    out.push_str(&who(state, case, links));
    let note = "HTML is sent as it is written.";
    let mail = [("email_reply", "Send"), ("email_draft", "Save as draft")];
    out.push_str(&form(&act, "Reply by e-mail", &area("mail", "E-mail to the customer", note), &mail));
    let hidden = check("hidden", "hidden", "Hide on the portal");
    let theirs = check("from_portal", "from-portal", "Written by the customer");
    let portal = area("portal", "Portal message", note) + &hidden + &theirs;
    out.push_str(&form(&act, "Portal message", &portal, &[("portal_message", "Post")]));
    out.push_str(&form(&act, "Feed", &area("feed", "Feed post", note), &[("feed_post", "Post")]));
    out.push_str(&form(&act, "Task or call", &task(state), &[("task", "Add")]));
    let incoming = area("incoming", "E-mail from the customer", "A resolved or waiting case is reopened by it.");
    out.push_str(&form(&act, "Incoming e-mail", &incoming, &[("incoming_email", "Receive")]));
    let status = [("resolve", "Resolve"), ("close", "Close"), ("reopen", "Reopen")];
    out.push_str(&form(&act, "Status", "", &status));
    out.push_str(&form(&act, "Owner", &owner(state, case), &[("assign", "Assign")]));
    let into = "<label for=\"into\">Number of the case that stays</label>\
                <input id=\"into\" name=\"into\" required placeholder=\"SR00000001\">";
    out.push_str(&form(&act, "Merge", into, &[("merge", "Merge into it")]));
    let sure = check("sure", "sure", "Yes, delete this case");
    out.push_str(&form(&act, "Delete", &sure, &[("delete", "Delete")]));
    out.push_str("</div>");
    out
}

/// The button under a draft.
pub(super) fn send_draft(activity: Uuid, act: &str) -> String {
    format!(
        "<form method=\"post\" action=\"{act}\"><input type=\"hidden\" name=\"activity\" value=\"{activity}\">\
         <button name=\"act\" value=\"send_draft\">Send this draft</button></form>"
    )
}

fn form(act: &str, title: &str, fields: &str, buttons: &[(&str, &str)]) -> String {
    let mut out = format!("<details><summary>{title}</summary><form method=\"post\" action=\"{act}\">{fields}");
    for (name, label) in buttons {
        // Writing to a String cannot fail.
        let _ = write!(out, "<button name=\"act\" value=\"{name}\">{label}</button>");
    }
    out.push_str("</form></details>");
    out
}

fn area(id: &str, label: &str, note: &str) -> String {
    format!(
        "<label for=\"{id}\">{label}</label><textarea id=\"{id}\" name=\"html\" required \
         aria-describedby=\"{id}-note\"></textarea><span class=\"soft\" id=\"{id}-note\">{note}</span>"
    )
}

fn check(name: &str, id: &str, label: &str) -> String {
    format!("<label class=\"check\" for=\"{id}\"><input id=\"{id}\" type=\"checkbox\" name=\"{name}\">{label}</label>")
}

fn select(id: &str, label: &str, options: &[(Option<Uuid>, String)], chosen: Option<Uuid>) -> String {
    let mut out = format!("<label for=\"{id}\">{label}</label><select id=\"{id}\" name=\"{id}\">");
    for (value, name) in options {
        let mark = if *value == chosen { " selected" } else { "" };
        let value = value.map(|value| value.to_string()).unwrap_or_default();
        let _ = write!(out, "<option value=\"{value}\"{mark}>{}</option>", encode_safe(name));
    }
    out.push_str("</select>");
    out
}

/// Who one is, for all forms below.
fn who(state: &State, case: Uuid, links: &Links) -> String {
    let people = select("by", "You are", &employees(state), Some(links.by()));
    let action = format!("/sandbox/cases/{case}");
    format!(
        "<form class=\"row\" method=\"get\" action=\"{action}\">{}<span>{people}</span><button>Change</button></form>",
        links.hidden(false)
    )
}

fn owner(state: &State, case: Uuid) -> String {
    let mut options = vec![(None, "(nobody)".to_owned())];
    options.extend(employees(state));
    select("owner", "Owner", &options, state.database.field("Case", case, "OwnerId").guid())
}

fn task(state: &State) -> String {
    let mut options = Vec::new();
    if let Some(table) = state.database.table("ActivityCategory") {
        for row in table.rows() {
            let get = |name: &str| column(&table.entity, &row.values, name);
            let name = get("Name").text().unwrap_or_default();
            let of = name_of(&state.database, "ActivityType", get("ActivityTypeId").guid());
            options.push((row.values[ID].guid(), format!("{name} ({of})")));
        }
    }
    let category = select("category", "Category", &options, Some(ids::CATEGORY_TO_DO));
    format!(
        "<label for=\"title\">Title</label><input id=\"title\" name=\"title\" required maxlength=\"500\">{category}\
         <label for=\"result\">Result</label><textarea id=\"result\" name=\"result\"></textarea>"
    )
}

/// The contacts of active users who are employees, by name.
fn employees(state: &State) -> Vec<(Option<Uuid>, String)> {
    let Some(table) = state.database.table("SysAdminUnit") else { return Vec::new() };
    let mut people: Vec<(Option<Uuid>, String)> = table
        .rows()
        .filter_map(|row| {
            let get = |name: &str| column(&table.entity, &row.values, name);
            let is_employee = *get("SysAdminUnitTypeValue") == Value::Int(4)
                && !matches!(get("ConnectionType"), Value::Int(kind) if *kind != 0)
                && get("Active").is_true();
            let contact = get("ContactId").guid().filter(|_| is_employee)?;
            Some((Some(contact), name_of(&state.database, "Contact", Some(contact))))
        })
        .collect();
    people.sort_by(|a, b| a.1.cmp(&b.1));
    people
}
