//! The body of a case: a pure function of the draft, the settings and the chosen contact.

use casebridge_domain::session::Identifier;
use casebridge_domain::text::{cut, one_line};
use casebridge_domain::{CaseDraft, SessionKey};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::markup;
use super::odata::{guid, instant, percent};
use super::settings::CreatioSettings;

/// Longest Subject: LongText is 500 characters by the platform's convention.
const SUBJECT: usize = 500;
/// Longest session name in a column of the admin's choice: ShortText, the shortest of text, is 50.
const SESSION: usize = 50;

/// Whom a case is for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Customer {
    pub(crate) contact: Option<Uuid>,
    pub(crate) account: Option<Uuid>,
}

/// The columns of a new case. Origin and registration are always sent: the server's default origin is Call,
/// and only newer installations fill the date.
pub(crate) fn body(draft: &CaseDraft, settings: &CreatioSettings, customer: Customer) -> Map<String, Value> {
    let mut body = Map::new();
    let mut set = |column: &str, value: Value| body.insert(column.to_owned(), value);
    set("Id", json!(guid(draft.id)));
    set("Subject", json!(text("Case.Subject", &cut(&one_line(&draft.subject), SUBJECT), settings)));
    set("Symptoms", json!(symptoms(draft, settings)));
    set("RegisteredOn", json!(instant(draft.registered_on)));
    set("OriginId", json!(guid(settings.origin_of(&draft.channel))));
    for (column, id) in [
        ("OwnerId", settings.owner),
        ("GroupId", settings.group),
        ("CategoryId", settings.category),
        ("ContactId", customer.contact),
        ("AccountId", customer.account),
    ] {
        if let Some(id) = id {
            set(column, json!(guid(id)));
        }
    }
    if let Some(column) = &settings.session_column {
        set(column, json!(session_name(&draft.session)));
    }
    body
}

/// The name that the source knows, or our id where that is too long for a column: half a name finds nothing.
fn session_name(session: &SessionKey) -> String {
    let path = session.path();
    if path.encode_utf16().count() <= SESSION { path } else { session.session_id().to_string() }
}

/// Free text for a named column.
pub(crate) fn text(column: &str, text: &str, settings: &CreatioSettings) -> String {
    if settings.is_html(column) { markup::escaped(text) } else { markup::storable(text) }
}

fn symptoms(draft: &CaseDraft, settings: &CreatioSettings) -> String {
    let mut blocks = Vec::new();
    if let Some(summary) = present(draft.summary.as_deref()) {
        blocks.push(vec![format!("Summary: {summary}")]);
    }
    if let Some(message) = present(draft.first_message.as_deref()) {
        blocks.push(vec![message.to_owned()]);
    }
    blocks.push(handoff(draft.reason.as_deref(), draft.language.as_deref(), draft.sentiment.as_deref()));
    blocks.push(customer(draft));
    if settings.session_column.is_none() {
        blocks.push(vec![format!("Session: {}", draft.session.path())]);
    }
    markup::blocks(&blocks, settings.is_html("Case.Symptoms"))
}

/// Lines about a handoff, as far as given.
pub(crate) fn handoff(reason: Option<&str>, language: Option<&str>, sentiment: Option<&str>) -> Vec<String> {
    [("Reason for the handoff", reason), ("Language", language), ("Sentiment", sentiment)]
        .into_iter()
        .filter_map(|(label, value)| present(value).map(|value| format!("{label}: {value}")))
        .collect()
}

fn customer(draft: &CaseDraft) -> Vec<String> {
    let contact = &draft.contact;
    let mut lines = Vec::new();
    if let Some(name) = present(contact.name.as_deref()) {
        lines.push(format!("Customer: {}", one_line(name)));
    }
    for (label, identifier) in
        [("E-mail", &contact.email), ("Phone", &contact.phone), ("Customer id", &contact.external_id)]
    {
        if let Some(Identifier { value, verified }) = identifier
            && let Some(value) = present(Some(value))
        {
            // Whoever reads the case must see whether the address was proven or only typed into a chat (R3).
            let mark = if *verified { "verified" } else { "not verified" };
            lines.push(format!("{label}: {} ({mark})", one_line(value)));
        }
    }
    if let Some(channel) = present(Some(&draft.channel)) {
        lines.push(format!("Channel: {}", one_line(channel)));
    }
    lines
}

pub(crate) fn present(text: Option<&str>) -> Option<&str> {
    text.map(str::trim).filter(|text| !text.is_empty())
}

/// The link that opens the session in this product, wherever it is installed.
pub(crate) fn session_link(session: &SessionKey) -> String {
    format!("casebridge://session/{}/{}", percent(&session.source), percent(&session.external_id))
}

#[cfg(test)]
pub(crate) mod tests {
    use casebridge_domain::Contact;
    use url::Url;

    use super::super::settings::CreatioAuth;
    use super::*;

    pub(crate) fn settings() -> CreatioSettings {
        CreatioSettings::new(
            Url::parse("https://acme.creatio.com").unwrap(),
            CreatioAuth::ClientCredentials { client_id: "C".into() },
        )
    }

    pub(crate) fn draft() -> CaseDraft {
        CaseDraft {
            id: Uuid::from_u128(1),
            opening_seq: 1,
            subject: "Printer\non fire".into(),
            first_message: Some("It <b>burns</b>\nhelp".into()),
            summary: Some("Customer's printer burns".into()),
            language: Some("en".into()),
            sentiment: None,
            reason: Some("asked for a person".into()),
            channel: "web".into(),
            contact: Contact {
                name: Some("Ada".into()),
                email: Some(Identifier { value: "boss@acme.com".into(), verified: false }),
                phone: Some(Identifier { value: "+1 555".into(), verified: true }),
                external_id: None,
            },
            session: SessionKey { source: "live chat".into(), external_id: "c/1".into() },
            registered_on: "2026-03-01T10:00:00.5Z".parse().unwrap(),
        }
    }

    #[test]
    fn r24_a_case_always_has_its_origin_and_date_and_no_status() {
        let body = body(&draft(), &settings(), Customer::default());
        assert_eq!(body["OriginId"], json!("019259af-ec9c-4c87-9565-3c00700c7875"), "the server would take Call");
        assert_eq!(body["RegisteredOn"], json!("2026-03-01T10:00:00.500Z"), "older installations do not fill it");
        assert_eq!(body["Subject"], json!("Printer on fire"));
        for absent in ["StatusId", "Number", "PriorityId", "OwnerId", "ContactId", "AccountId"] {
            assert!(!body.contains_key(absent), "{absent} is the server's or the admin's to choose");
        }
    }

    #[test]
    fn r25_r3_the_description_is_escaped_and_says_what_is_proven() {
        let body = body(&draft(), &settings(), Customer::default());
        let symptoms = body["Symptoms"].as_str().unwrap();
        assert!(symptoms.contains("It &lt;b&gt;burns&lt;/b&gt;<br>help"), "the UI renders this column: {symptoms}");
        assert!(symptoms.contains("boss@acme.com (not verified)"), "a typed address is not a proven one: {symptoms}");
        assert!(symptoms.contains("+1 555 (verified)"));
        assert!(
            symptoms.ends_with("<p>Session: live chat/c/1</p>"),
            "R28: the name of the session ends it: {symptoms}"
        );
    }

    #[test]
    fn r28_the_session_goes_into_the_column_that_the_admin_picked() {
        let mut settings = settings();
        settings.session_column = Some("UsrSessionId".into());
        let body = body(&draft(), &settings, Customer { contact: Some(Uuid::from_u128(5)), account: None });
        assert_eq!(body["UsrSessionId"], json!("live chat/c/1"));
        assert!(!body["Symptoms"].as_str().unwrap().contains("Session:"), "once is enough");
        let long = SessionKey { source: "chat".into(), external_id: "x".repeat(60) };
        assert_eq!(session_name(&long), long.session_id().to_string(), "a cut name would find nothing");
        assert_eq!(body["ContactId"], json!("00000000-0000-0000-0000-000000000005"));
        assert_eq!(session_link(&draft().session), "casebridge://session/live%20chat/c%2F1");
    }

    #[test]
    fn a_long_subject_is_cut_to_the_column() {
        let mut draft = draft();
        draft.subject = "😀".repeat(400);
        let body = body(&draft, &settings(), Customer::default());
        assert!(body["Subject"].as_str().unwrap().encode_utf16().count() <= SUBJECT, "over-length text may be refused");
    }
}
