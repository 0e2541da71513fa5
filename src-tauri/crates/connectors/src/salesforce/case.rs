//! The body of a case: a pure function of the draft, the settings, the org's shape and the chosen contact.

use casebridge_domain::session::Identifier;
use casebridge_domain::text::{cut, one_line};
use casebridge_domain::{CallFailure, CaseDraft};
use serde_json::{Map, Value, json};

use super::comment::storable;
use super::ids::SalesforceId;
use super::settings::SalesforceSettings;
use super::shape::{SEQ, SOURCE, Shape, WRITE};
use crate::creatio::{handoff_lines, present};

/// The fields of a new case, as far as our user may write them. `write`: the token of this attempt.
pub(crate) fn body(
    draft: &CaseDraft,
    settings: &SalesforceSettings,
    shape: &Shape,
    contact: Option<SalesforceId>,
    write: &str,
) -> Result<Map<String, Value>, CallFailure> {
    let mut body = Map::new();
    let mut set = |field: &str, value: Value| {
        if shape.may_write(field) {
            body.insert(field.to_owned(), value);
        }
    };
    for (field, value) in words(draft, shape) {
        set(field, value.into());
    }
    let origin = settings.origin_of(&draft.channel);
    // A value that the list lacks is refused where the list is restricted, and invented where it is not.
    if shape.values("Origin").iter().any(|value| value == origin) {
        set("Origin", origin.into());
    }
    if let Some(owner) = settings.owner {
        set("OwnerId", json!(owner));
    }
    match contact {
        Some(contact) => set("ContactId", json!(contact)),
        None => {
            let text = |value: Option<&str>| present(value).map(|value| cut(&one_line(value), 80));
            if let Some(name) = text(draft.contact.name.as_deref()) {
                set("SuppliedName", name.into());
            }
            let email = text(draft.contact.email.as_ref().map(|email| email.value.as_str()));
            if let Some(email) = email.filter(|email| looks_like_mail(email)) {
                set("SuppliedEmail", email.into());
            }
        }
    }
    set(&settings.case_from.field, settings.case_from.value.as_str().into());
    set(SOURCE, cut(&draft.session.path(), shape.length(SOURCE, 255)).into());
    set(SEQ, 1.into());
    set(WRITE, write.into());
    shape.put_key(draft.id, &mut body)?;
    Ok(body)
}

/// The fields that say what the case is about: those that are written again when a late creation left others.
pub(crate) fn words(draft: &CaseDraft, shape: &Shape) -> [(&'static str, String); 2] {
    [
        ("Subject", cut(&one_line(&draft.subject), shape.length("Subject", 255))),
        ("Description", cut(&storable(&description(draft)), shape.length("Description", 32_000))),
    ]
}

/// Salesforce refuses the whole case for an address that is none.
fn looks_like_mail(text: &str) -> bool {
    let shape = text.split_once('@');
    shape.is_some_and(|(name, host)| {
        !name.is_empty() && host.contains('.') && !host.starts_with('.') && !host.ends_with('.')
    }) && text.bytes().all(|byte| byte.is_ascii_graphic() && !b"()<>,;:\\\"[]".contains(&byte))
        && text.matches('@').count() == 1
}

fn description(draft: &CaseDraft) -> String {
    let mut blocks: Vec<String> = Vec::new();
    blocks.extend(present(draft.summary.as_deref()).map(|summary| format!("Summary: {summary}")));
    blocks.extend(present(draft.first_message.as_deref()).map(str::to_owned));
    let handoff =
        handoff_lines(draft.reason.as_deref(), draft.language.as_deref(), draft.sentiment.as_deref()).join("\n");
    blocks.push(handoff);
    blocks.push(customer(draft));
    blocks.push(format!("Session: {}", draft.session.path()));
    blocks.retain(|block| !block.trim().is_empty());
    blocks.join("\n\n")
}

/// Who the customer says to be: in the text, where it selects nobody (R3).
fn customer(draft: &CaseDraft) -> String {
    let contact = &draft.contact;
    let line = |label: &str, identifier: Option<&Identifier>| {
        let one = identifier?;
        let value = present(Some(&one.value))?;
        Some(format!("{label}: {} ({})", one_line(value), if one.verified { "verified" } else { "unverified" }))
    };
    let name = present(contact.name.as_deref()).map(|name| format!("Customer: {}", one_line(name)));
    let lines = [
        name,
        line("E-mail", contact.email.as_ref()),
        line("Phone", contact.phone.as_ref()),
        line("Customer id", contact.external_id.as_ref()),
    ];
    lines.into_iter().flatten().collect::<Vec<_>>().join("\n")
}
