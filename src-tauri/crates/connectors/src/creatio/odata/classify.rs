//! What can help against a failed answer. A status alone does not tell: Creatio answers 500 to a missing
//! owner, missing rights and a foreign key alike (R12).

use std::time::Duration;

use casebridge_domain::{CallFailure, FailureClass, FailureScope};
use uuid::Uuid;

use super::super::settings::{ContactPolicy, CreatioSettings};
use super::error::{ErrorBody, is_html};

/// What was attempted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Operation {
    /// Reading rows of an object.
    List,
    /// Reading one record.
    Read,
    /// Making a record.
    Insert,
    /// Changing a record.
    Update,
    /// Many of these in one call.
    Batch,
}

/// On what.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Target<'a> {
    pub(crate) object: &'a str,
    pub(crate) operation: Operation,
    pub(crate) item: Option<Uuid>,
    /// What the admin set: if that is what the CRM refuses, the set-up is wrong and not the record.
    pub(crate) settings: &'a CreatioSettings,
}

/// An answer that is not success.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Answered<'a> {
    pub(crate) status: u16,
    pub(crate) content_type: Option<&'a str>,
    pub(crate) body: &'a str,
    pub(crate) retry_after: Option<Duration>,
    /// Values that were sent, which no message may repeat.
    pub(crate) sent: &'a [&'a str],
}

/// Classes an answer.
pub(crate) fn classify(answered: &Answered<'_>, target: &Target<'_>) -> CallFailure {
    let error = ErrorBody::parse(answered.body);
    let words = error.words(answered.sent);
    let (class, scope, hint) = verdict(answered, target, &error);
    let Target { object, operation, .. } = target;
    let what = match operation {
        Operation::List => format!("reading {object}"),
        Operation::Read => format!("reading a record of {object}"),
        Operation::Insert => format!("making a record of {object}"),
        Operation::Update => format!("changing a record of {object}"),
        Operation::Batch => "the batch".to_owned(),
    };
    let page = is_html(answered.content_type, answered.body);
    let said = match words {
        Some(words) => words,
        None if page => format!("a web page instead of data (HTTP {})", answered.status),
        None => format!("HTTP {} without words", answered.status),
    };
    CallFailure {
        class,
        scope,
        status: Some(answered.status),
        message: format!("{what}: {said}"),
        hint: hint.to_owned(),
        item: target.item,
    }
}

type Verdict = (FailureClass, FailureScope, &'static str);

fn verdict(answered: &Answered<'_>, target: &Target<'_>, error: &ErrorBody) -> Verdict {
    use FailureClass::{Credentials, Refused, Rights, Setup, Throttled, Unknown, Unreachable};
    use FailureScope::{Connection, Lane};
    let page = is_html(answered.content_type, answered.body);
    let text = error.all().to_ascii_lowercase();
    match answered.status {
        429 => return (Throttled { after: answered.retry_after }, Connection, "nothing: it is repeated later"),
        503 if answered.retry_after.is_some() => {
            return (Throttled { after: answered.retry_after }, Connection, "nothing: it is repeated later");
        }
        300..=399 => {
            return (Setup, Connection, "the instance forwards to another address: enter the one at which it answers");
        }
        502..=504 => return (Unreachable, Lane, "nothing: it is repeated"),
        // The hosting kind decides the root; while objects are rebuilt the same answers appear for a minute.
        404 if page => {
            return (Unreachable, Connection, "if it stays: check the instance's address and test the connection");
        }
        _ => {}
    }
    if says_no_rights(&text) || answered.status == 403 {
        // Making and listing are decided by rights on the object, so every lane would meet the same;
        // one record can be closed to us by its own rights.
        let scope = if matches!(target.operation, Operation::Insert | Operation::List | Operation::Batch) {
            Connection
        } else {
            Lane
        };
        return (
            Rights,
            scope,
            "grant the connection's user the right on this object in Creatio, then test the connection",
        );
    }
    if answered.status == 401 {
        return (
            Credentials,
            Connection,
            "check the OAuth application and whether its user is active and has rights on this object",
        );
    }
    if page {
        return (Unreachable, Lane, "nothing: it is repeated; if it stays, the address may lead to a login page");
    }
    if text.contains("fill in the \"owner\"") || text.contains("either the \"owner\"") {
        return (
            Setup,
            Connection,
            "set an owner or an activity owner for this connection: Creatio takes no activity without one",
        );
    }
    if is_foreign_key(&text) {
        return foreign_key(&text, target);
    }
    if text.contains("23505") || text.contains("duplicate key") || text.contains("violation of primary key") {
        return (Unknown, Lane, "nothing: the record is there already and is found by reading");
    }
    if text.contains("value too long") || text.contains("would be truncated") || text.contains("22001") {
        return (
            Refused,
            Lane,
            "a text is longer than its column in Creatio: make the column longer, or skip the item",
        );
    }
    if text.contains("does not exist on type") || text.contains("could not find a property named") {
        let session_column = target.settings.session_column.as_deref();
        if session_column.is_some_and(|column| text.contains(&format!("'{}'", column.to_ascii_lowercase()))) {
            return (Setup, Connection, "the session column does not exist under this name: letter case counts");
        }
        return (Refused, Lane, "a column is missing in Creatio: check the object's columns");
    }
    if is_required(&text) {
        return (Refused, Lane, "a column is required in Creatio and got no value: give it a default value there");
    }
    if text.contains("incompatible types") || text.contains("the request is invalid") || text.contains("cannot convert")
    {
        return (Refused, Lane, "a value does not fit its column in Creatio");
    }
    if text.contains("no http resource was found") || text.contains("no type was found that matches") {
        return (
            Unknown,
            Connection,
            "the object is not published over OData: if it stays, check the address and the rights",
        );
    }
    match answered.status {
        404 => (Refused, Lane, "the record is not in Creatio"),
        400 | 405..=428 => (Refused, Lane, "Creatio refuses this item: correct what it names, or skip the item"),
        status if !(400..500).contains(&status) => {
            (Unknown, Lane, "look for the cause in Creatio's own log; it is repeated")
        }
        _ => (Unknown, Lane, "it is repeated"),
    }
}

/// The vendor's text; which status carries it over OData is not publicly confirmed.
fn says_no_rights(text: &str) -> bool {
    text.contains("does not have permission")
        || text.contains("securityexception")
        || text.contains("insufficient rights")
}

pub(crate) fn is_foreign_key(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    text.contains("foreign key constraint") || text.contains("23503")
}

fn is_required(text: &str) -> bool {
    text.contains("23502")
        || text.contains("not-null constraint")
        || text.contains("cannot insert the value null")
        || text.contains("required column")
        || text.contains("please, fill in")
}

/// A lookup row that is gone. Lookups that an admin set are the same for every conversation; the case and
/// the contact of a record are its own.
fn foreign_key(text: &str, target: &Target<'_>) -> Verdict {
    use FailureScope::{Connection, Lane};
    let constraint = constraint_name(text);
    let names = |column: &str| constraint.contains(column);
    let configured = ["owner", "group", "status", "origin", "category", "type", "priority"];
    let hint = "a row that the connection's settings name is gone in Creatio: test the connection and choose again";
    let own_contact = matches!(target.settings.contact_policy, ContactPolicy::Create | ContactPolicy::LeaveEmpty);
    match target.object {
        "Case" if own_contact && (names("contact") || names("account")) => (
            FailureClass::Refused,
            Lane,
            "the contact or account is gone in Creatio: it is looked up again when you retry",
        ),
        // All other lookups of our cases come from the settings, even where the constraint's name is a hash.
        "Case" => (FailureClass::Setup, Connection, hint),
        "Activity" if configured.iter().any(|column| names(column)) => (FailureClass::Setup, Connection, hint),
        _ => (FailureClass::Refused, Lane, "the record that this one belongs to is gone in Creatio"),
    }
}

fn constraint_name(text: &str) -> &str {
    let rest = text.find("constraint").map_or(text, |at| &text[at + "constraint".len()..]);
    let mut parts = rest.split(['"', '\'']);
    parts.next();
    parts.next().unwrap_or(rest)
}

#[cfg(test)]
mod tests {
    use url::Url;

    use super::super::super::settings::CreatioAuth;
    use super::*;

    fn settings() -> CreatioSettings {
        let mut settings = CreatioSettings::new(
            Url::parse("https://acme.creatio.com").unwrap(),
            CreatioAuth::ClientCredentials { client_id: "C".into() },
        );
        settings.session_column = Some("UsrSessionId".into());
        settings
    }

    fn judge(status: u16, body: &str, object: &str, operation: Operation) -> CallFailure {
        let settings = settings();
        let target = Target { object, operation, item: None, settings: &settings };
        classify(&Answered { status, content_type: None, body, retry_after: None, sent: &[] }, &target)
    }

    fn inner(text: &str) -> String {
        serde_json::json!({ "error": { "code": "", "message": "An error has occurred.",
            "innererror": { "message": text, "type": "", "stacktrace": "" } } })
        .to_string()
    }

    #[test]
    fn r12_a_500_is_judged_by_its_words() {
        use FailureClass::{Refused, Rights, Setup, Unknown};
        use FailureScope::{Connection, Lane};
        let table = [
            ("Activity", "Please, fill in the \"Owner\" field.", Setup, Connection),
            ("Activity", "Please, fill in either the \"Owner\" or \"Role\" field.", Setup, Connection),
            ("Case", "Current user does not have permissions for the \"Case\" object", Rights, Connection),
            (
                "Case",
                "23503: insert or update on table \"Case\" violates foreign key constraint \"FKCaseOwnerId\"",
                Setup,
                Connection,
            ),
            ("Case", "The INSERT statement conflicted with the FOREIGN KEY constraint \"FK9kQz\".", Setup, Connection),
            (
                "Case",
                "23503: insert or update on table \"Case\" violates foreign key constraint \"FKCaseContactId\"",
                Refused,
                Lane,
            ),
            (
                "Activity",
                "23503: insert or update on table \"Activity\" violates foreign key constraint \"FKActivityCaseId\"",
                Refused,
                Lane,
            ),
            (
                "Activity",
                "23503: insert or update on table \"Activity\" violates foreign key constraint \"FKActivityOwnerId\"",
                Setup,
                Connection,
            ),
            ("Case", "22001: value too long for type character varying(500)", Refused, Lane),
            (
                "Case",
                "23502: null value in column \"UsrX\" of relation \"Case\" violates not-null constraint",
                Refused,
                Lane,
            ),
            ("Case", "23505: duplicate key value violates unique constraint \"PKCaseId\"", Unknown, Lane),
            ("Case", "Object reference not set to an instance of an object.", Unknown, Lane),
        ];
        for (object, text, class, scope) in table {
            let failure = judge(500, &inner(text), object, Operation::Insert);
            assert_eq!((failure.class.clone(), failure.scope), (class, scope), "{text}");
            assert!(
                failure.message.contains(text) && !failure.hint.is_empty(),
                "the CRM's own words are shown: {failure}"
            );
        }
        let bare = judge(500, r#"{"error":{"code":"","message":"An error has occurred."}}"#, "Case", Operation::Insert);
        assert_eq!(bare.class, Unknown, "a bare 500 says nothing about whether repeating helps");
    }

    #[test]
    fn r12_pages_gateways_and_throttling_are_transient() {
        for (status, body) in [
            (200, "<html>login</html>"),
            (502, "<html>bad gateway</html>"),
            (503, ""),
            (504, ""),
            (500, "<!DOCTYPE html>"),
        ] {
            assert_eq!(judge(status, body, "Case", Operation::Batch).class, FailureClass::Unreachable, "{status}");
        }
        let settings = settings();
        let target = Target { object: "Case", operation: Operation::List, item: None, settings: &settings };
        let after = Some(Duration::from_secs(7));
        for status in [429, 503] {
            let answered = Answered { status, content_type: None, body: "", retry_after: after, sent: &[] };
            let failure = classify(&answered, &target);
            assert_eq!(failure.class, FailureClass::Throttled { after }, "the CRM's own patience is honoured");
            assert_eq!(failure.scope, FailureScope::Connection, "a limit is one of the user, not of a conversation");
        }
    }

    #[test]
    fn r12_refusals_by_name_and_rights() {
        let unknown = |column: &str| {
            format!(
                r#"{{"error":{{"code":"","message":"The request is invalid.","innererror":{{"message":"item : The property '{column}' does not exist on type 'Terrasoft.Configuration.OData.Case'."}}}}}}"#
            )
        };
        let ours = judge(400, &unknown("UsrSessionId"), "Case", Operation::Insert);
        assert_eq!(
            (ours.class, ours.scope),
            (FailureClass::Setup, FailureScope::Connection),
            "every case would be refused"
        );
        let other = judge(400, &unknown("UsrOther"), "Case", Operation::Insert);
        assert_eq!((other.class, other.scope), (FailureClass::Refused, FailureScope::Lane));
        assert_eq!(judge(403, "", "Case", Operation::Insert).scope, FailureScope::Connection);
        assert_eq!(
            judge(403, "", "Case", Operation::Update).scope,
            FailureScope::Lane,
            "one record can be closed to us"
        );
        let quoted = r#"{"error":{"code":"","message":"A binary operator with incompatible types was detected."}}"#;
        assert_eq!(judge(400, quoted, "Case", Operation::List).class, FailureClass::Refused);
        assert_eq!(judge(401, "", "Case", Operation::List).class, FailureClass::Credentials);
    }
}
