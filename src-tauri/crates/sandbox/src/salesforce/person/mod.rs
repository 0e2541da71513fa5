//! A person at the keyboard: what the pages of the real product do, with every server rule but no missing rights.

mod act;

use serde_json::{Map, Value as Json, json};

use super::config::MergeShape;
use super::data::{Database, Saver};
use super::refusal::Refusal;

pub use act::Act;

fn map(value: Json) -> Map<String, Json> {
    value.as_object().cloned().unwrap_or_default()
}

/// Does it; answers the row that was made, or the case that was changed.
pub(super) fn perform(database: &mut Database, saver: &Saver, act: &Act) -> Result<String, Refusal> {
    let update = |database: &mut Database, case: &str, fields: Json| {
        database.update(saver, "Case", case, &map(fields)).map(|()| super::ids::to_18(case))
    };
    match act {
        Act::NewCase { fields } => database.insert(saver, "Case", fields),
        Act::Comment { case, body, published } => {
            let fields = json!({ "ParentId": case, "CommentBody": body, "IsPublished": published });
            database.insert(saver, "CaseComment", &map(fields))
        }
        Act::Publish { comment } => database
            .update(saver, "CaseComment", comment, &map(json!({ "IsPublished": true })))
            .map(|()| comment.clone()),
        Act::FeedPost { case, html } => {
            let fields = json!({ "ParentId": case, "Body": html, "IsRichText": true });
            database.insert(saver, "FeedItem", &map(fields))
        }
        Act::EmailReply { case, html } => email(database, saver, case, html, false, "3", None),
        Act::EmailDraft { case, html } => email(database, saver, case, html, false, "5", None),
        Act::SendDraft { email } => {
            let fields = json!({ "Status": "3", "MessageDate": super::data::moment(saver.now) });
            database.update(saver, "EmailMessage", email, &map(fields)).map(|()| email.clone())
        }
        Act::IncomingEmail { case, from, html } => email(database, saver, case, html, true, "0", from.as_deref()),
        Act::SetStatus { case, status } => update(database, case, json!({ "Status": status })),
        Act::Close { case } => {
            let status = database.first_status(true);
            update(database, case, json!({ "Status": status }))
        }
        Act::Reopen { case } => {
            let status = database.default_status();
            update(database, case, json!({ "Status": status }))
        }
        Act::Assign { case, owner } => update(database, case, json!({ "OwnerId": owner })),
        Act::Edit { case, fields } => database.update(saver, "Case", case, fields).map(|()| super::ids::to_18(case)),
        Act::DeleteCase { case } => database.delete(saver, "Case", case).map(|()| super::ids::to_18(case)),
        Act::MergeCases { survivor, loser, shape } => merge(database, saver, survivor, loser, *shape),
    }
}

fn email(
    database: &mut Database,
    saver: &Saver,
    case: &str,
    html: &str,
    incoming: bool,
    status: &str,
    from: Option<&str>,
) -> Result<String, Refusal> {
    let customer = [database.text("Case", case, "ContactEmail"), database.text("Case", case, "SuppliedEmail")];
    let customer =
        customer.into_iter().find(|address| !address.is_empty()).unwrap_or_else(|| "customer@example.com".to_owned());
    let support = "support@sandbox.example".to_owned();
    let (from, to) = if incoming { (from.unwrap_or(&customer).to_owned(), support) } else { (support, customer) };
    let subject = format!("Re: {}", database.text("Case", case, "Subject"));
    let text: String = plain(html);
    let number = database.ledger.len();
    let fields = json!({
        "ParentId": case, "Subject": subject, "HtmlBody": html, "TextBody": text, "FromAddress": from, "ToAddress": to,
        "Incoming": incoming, "Status": status, "MessageIdentifier": format!("<{number}.sandbox@mail.example>"),
    });
    database.insert(saver, "EmailMessage", &map(fields))
}

/// The text between tags, as the plain part of a mail.
fn plain(html: &str) -> String {
    let mut out = String::new();
    let mut inside = false;
    for c in html.chars() {
        match c {
            '<' => inside = true,
            '>' if inside => inside = false,
            c if !inside => out.push(c),
            _ => {}
        }
    }
    html_escape::decode_html_entities(&out).trim().to_owned()
}

/// Moves what was said to the survivor; the loser names it in `MasterRecordId`.
fn merge(
    database: &mut Database,
    saver: &Saver,
    survivor: &str,
    loser: &str,
    shape: Option<MergeShape>,
) -> Result<String, Refusal> {
    let shape = shape.unwrap_or(database.config.merge_shape);
    database.atomically(|database| {
        for id in [survivor, loser] {
            database.row("Case", id).ok_or_else(Refusal::not_found)?;
            if database.is_deleted("Case", id) {
                return Err(Refusal::deleted());
            }
        }
        let system = Saver { system: true, ..saver.clone() };
        for child in ["CaseComment", "EmailMessage", "FeedItem"] {
            for id in database.children(child, "ParentId", loser) {
                database.update(&system, child, &id, &map(json!({ "ParentId": survivor })))?;
            }
        }
        database.update(&system, "Case", loser, &map(json!({ "MasterRecordId": survivor })))?;
        match shape {
            MergeShape::LoserDeleted => database.delete(&system, "Case", loser)?,
            MergeShape::LoserKept => {
                let closed = database.first_status(true);
                database.update(&system, "Case", loser, &map(json!({ "Status": closed })))?;
            }
        }
        database.touch(&system, "Case", survivor)?;
        Ok(super::ids::to_18(survivor))
    })
}
