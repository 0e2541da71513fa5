//! One case: its fields, what was said on it, and what a rep can do.

use std::fmt::Write as _;

use html_escape::encode_safe;

use super::super::schema::Kind;
use super::super::shared::State;
use super::layout::{Links, attribute, chip, frame, moment, name_of};

/// The page; `note` says why an act was refused.
pub(super) fn page(state: &State, id: &str, links: &Links, note: Option<&str>) -> Option<String> {
    let database = &state.database;
    let row = database.row("Case", id).filter(|row| !database.is_deleted("Case", &row.id))?;
    let object = database.object("Case")?;
    let text = |field: &str| database.text("Case", &row.id, field);
    let mut fields = String::new();
    for (at, field) in object.live() {
        let value = row.get(at);
        if value.is_null()
            || *value == serde_json::Value::Bool(false)
            || ["Id", "Subject", "CaseNumber", "Status", "Description"].contains(&field.name.as_str())
        {
            continue;
        }
        let shown = match (&field.kind, value.as_str()) {
            (Kind::Reference(_), Some(id)) => name_of(state, id),
            (Kind::DateTime, Some(at)) => moment(at),
            (_, Some(text)) => text.to_owned(),
            (_, None) => value.to_string(),
        };
        // Rich text is markup and shown as such; everything else is text.
        let shown = if matches!(field.kind, Kind::Area(_, true)) { shown } else { encode_safe(&shown).into_owned() };
        let label = field.relationship().unwrap_or_else(|| field.name.clone());
        // Writing to a String cannot fail.
        let _ = write!(fields, "<dt>{}</dt><dd class=\"text\">{shown}</dd>", encode_safe(&label));
    }
    let note =
        note.map(|note| format!("<p class=\"note\" role=\"alert\">{}</p>", encode_safe(note))).unwrap_or_default();
    let body = format!(
        "{note}<h1>{number} {subject}</h1><p>{}</p><div class=\"record\"><section aria-label=\"Fields\"><dl>{fields}</dl>{}</section>\
         <section><h2>Description</h2><div class=\"item text\">{}</div><h2>Comments, e-mails and posts</h2>{}</section></div>",
        chip(state, &text("Status"), text("IsEscalated") == "true"),
        forms(state, &row.id, links),
        encode_safe(&text("Description")),
        said(state, &row.id, links),
        number = encode_safe(&text("CaseNumber")),
        subject = encode_safe(&text("Subject")),
    );
    Some(frame(&text("CaseNumber"), &row.id, links, &body))
}

/// What was said, oldest first.
fn said(state: &State, case: &str, links: &Links) -> String {
    let database = &state.database;
    let mut items: Vec<(u64, String)> = Vec::new();
    for object in ["CaseComment", "EmailMessage", "FeedItem"] {
        for id in database.children(object, "ParentId", case) {
            let text = |field: &str| database.text(object, &id, field);
            let is = |field: &str| database.value(object, &id, field) == serde_json::Value::Bool(true);
            let (what, body) = match object {
                "CaseComment" => {
                    let what = if is("IsPublished") { "Public comment" } else { "Internal comment" };
                    (what, format!("<div class=\"text\">{}</div>", encode_safe(&text("CommentBody"))))
                }
                "EmailMessage" => {
                    let what = match (is("Incoming"), text("Status").as_str()) {
                        (true, _) => "E-mail from the customer",
                        (false, "5") => "E-mail, draft",
                        (false, "3") => "E-mail, sent",
                        (false, _) => "E-mail",
                    };
                    let html = text("HtmlBody");
                    let body = if html.is_empty() { encode_safe(&text("TextBody")).into_owned() } else { html };
                    let draft = if what == "E-mail, draft" { send_draft(&id, case, links) } else { String::new() };
                    (what, format!("<h3>{}</h3><div>{body}</div>{draft}", encode_safe(&text("Subject"))))
                }
                _ => ("Feed post", format!("<div>{}</div>", text("Body"))),
            };
            let by = name_of(state, &text("CreatedById"));
            let item = format!(
                "<article class=\"item\"><header><span>{what}</span><span>{}</span><time>{}</time></header>{body}</article>",
                encode_safe(&by),
                moment(&text("CreatedDate")),
            );
            items.push((database.row(object, &id).map_or(0, |row| row.seq), item));
        }
    }
    items.sort_by_key(|(seq, _)| *seq);
    match items.is_empty() {
        true => "<p class=\"soft\">Nothing yet.</p>".to_owned(),
        false => items.into_iter().map(|(_, item)| item).collect(),
    }
}

fn send_draft(email: &str, case: &str, links: &Links) -> String {
    format!(
        "<form method=\"post\" action=\"{}\"><input type=\"hidden\" name=\"email\" value=\"{email}\"><button name=\"act\" \
         value=\"send_draft\">Send this draft</button></form>",
        links.act(case)
    )
}

fn forms(state: &State, case: &str, links: &Links) -> String {
    let act = links.act(case);
    let mut out = String::from("<h2>Work on it</h2><div class=\"acts\">");
    let options = |chosen: &str, list: Vec<(String, String)>| -> String {
        let option = |(id, name): (String, String)| {
            let mark = if id == chosen { " selected" } else { "" };
            format!("<option value=\"{id}\"{mark}>{}</option>", encode_safe(&name))
        };
        list.into_iter().map(option).collect()
    };
    let users: Vec<(String, String)> = state
        .database
        .users
        .iter()
        .filter(|user| user.active)
        .map(|user| (user.id.clone(), user.name.clone()))
        .collect();
    let queues = (0..super::super::seed::QUEUES.len()).map(super::super::seed::queue_id);
    let queues = queues.map(|id| (id.clone(), name_of(state, &id)));
    let owners: Vec<(String, String)> = users.iter().cloned().chain(queues).collect();
    let _ = write!(
        out,
        "<form class=\"row\" method=\"get\" action=\"{}\">{}<span><label for=\"by\">You are</label><select id=\"by\" name=\"by\">{}\
         </select></span><button>Change</button></form>",
        attribute(&format!("/sandbox/cases/{case}")),
        links.hidden(),
        options(&links.by(state), users)
    );
    let mut form = |title: &str, fields: &str, buttons: &[(&str, &str)]| {
        let buttons: String = buttons
            .iter()
            .map(|(name, label)| format!("<button name=\"act\" value=\"{name}\">{label}</button>"))
            .collect();
        let _ = write!(
            out,
            "<details><summary>{title}</summary><form method=\"post\" action=\"{act}\">{fields}{buttons}</form></details>"
        );
    };
    let area = |id: &str, label: &str| {
        format!("<label for=\"{id}\">{label}</label><textarea id=\"{id}\" name=\"text\" required></textarea>")
    };
    let public = "<label class=\"check\" for=\"published\"><input id=\"published\" type=\"checkbox\" name=\"published\">Public</label>";
    form("Case comment", &(area("comment", "Comment") + public), &[("comment", "Save")]);
    form(
        "E-mail",
        &area("mail", "To the customer; HTML is sent as it is written"),
        &[("email_reply", "Send"), ("email_draft", "Save as draft")],
    );
    form("Feed post", &area("feed", "Rich text, for colleagues"), &[("feed_post", "Post")]);
    form("E-mail from the customer", &area("incoming", "What the customer writes"), &[("incoming_email", "Receive")]);
    form("Status", "", &[("close", "Close"), ("reopen", "Reopen")]);
    let owner = options(&state.database.text("Case", case, "OwnerId"), owners);
    form(
        "Owner",
        &format!("<label for=\"owner\">Owner</label><select id=\"owner\" name=\"owner\">{owner}</select>"),
        &[("assign", "Assign")],
    );
    let into = "<label for=\"into\">Number of the case that stays</label><input id=\"into\" name=\"into\" required placeholder=\"00001001\">";
    form("Merge", into, &[("merge", "Merge into it")]);
    let sure = "<label class=\"check\" for=\"sure\"><input id=\"sure\" type=\"checkbox\" name=\"sure\">Yes, delete this case</label>";
    form("Delete", sure, &[("delete", "Delete")]);
    out.push_str("</div>");
    out
}
