//! The body of a case: a pure function of the draft, the settings, the org's shape and the chosen contact.

use casebridge_domain::session::Identifier;
use casebridge_domain::text::{cut, one_line};
use casebridge_domain::{CallFailure, CaseDraft};
use serde_json::{Map, Value, json};

use super::case_fields::{CaseFields, Refused};
use super::comment::storable;
use super::ids::SalesforceId;
use super::settings::SalesforceSettings;
use super::shape::{SEQ, SOURCE, Shape, WRITE};
use crate::creatio::{handoff_lines, present};
use crate::port::LeftOut;

/// What a new case is made of, beside the draft.
pub(crate) struct Making<'a> {
    pub(crate) settings: &'a SalesforceSettings,
    pub(crate) shape: &'a Shape,
    pub(crate) refused: &'a Refused,
    /// The one contact that a verified address names.
    pub(crate) contact: Option<SalesforceId>,
    /// The token of this attempt.
    pub(crate) write: &'a str,
}

/// The fields of a new case, as far as the org takes them, and those that it does not take.
pub(crate) fn body(draft: &CaseDraft, making: &Making<'_>) -> Result<(Map<String, Value>, Vec<LeftOut>), CallFailure> {
    let Making { settings, shape, refused, contact, write } = *making;
    let mut fields = CaseFields::new(shape, refused);
    put_words(&mut fields, draft);
    let origin = settings.origin_of(&draft.channel);
    // A value that the list lacks is refused where the list is restricted, and invented where it is not.
    if shape.values("Origin").iter().any(|value| value == origin) {
        fields.exact("Origin", origin.into());
    } else {
        fields.leave_out("Origin", format!("`{origin}` is not among the values of its list"));
    }
    if let Some(owner) = settings.owner {
        fields.exact("OwnerId", json!(owner));
    }
    match contact {
        Some(contact) => fields.exact("ContactId", json!(contact)),
        None => {
            if let Some(name) = present(draft.contact.name.as_deref()) {
                fields.text("SuppliedName", &one_line(name), 80);
            }
            let email = present(draft.contact.email.as_ref().map(|email| email.value.as_str())).map(one_line);
            if let Some(email) = email.filter(|email| looks_like_mail(email)) {
                fields.exact("SuppliedEmail", email.into());
            }
        }
    }
    fields.exact(&settings.case_from.field, settings.case_from.value.as_str().into());
    fields.of_kit(SOURCE, cut(&draft.session.path(), shape.length(SOURCE, 255)).into());
    fields.of_kit(SEQ, 1.into());
    fields.of_kit(WRITE, write.into());
    let (mut body, left_out) = fields.done();
    shape.put_key(draft.id, &mut body)?;
    Ok((body, left_out))
}

/// The fields that say what the case is about, as far as the org takes them: those that are written again when a late
/// creation left others.
pub(crate) fn words(draft: &CaseDraft, shape: &Shape, refused: &Refused) -> Map<String, Value> {
    let mut fields = CaseFields::new(shape, refused);
    put_words(&mut fields, draft);
    fields.done().0
}

fn put_words(fields: &mut CaseFields<'_>, draft: &CaseDraft) {
    fields.text("Subject", &one_line(&draft.subject), 255);
    fields.text("Description", &storable(&description(draft)), 32_000);
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
