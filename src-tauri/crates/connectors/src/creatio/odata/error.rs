//! Error bodies, in all shapes that live hosts were seen to answer with.

use serde_json::Value;

/// Longest quoted value that a message keeps: names of columns and objects are shorter, texts of people
/// are not.
const QUOTED: usize = 64;
/// Longest message.
const MESSAGE: usize = 600;

/// What an error body says, outermost first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct ErrorBody {
    /// Messages from the envelope to the innermost cause, without empty ones.
    pub(crate) messages: Vec<String>,
}

impl ErrorBody {
    /// Reads `{error:{message,innererror:{message,internalexception}}}`, `{Message,ExceptionMessage,..}`,
    /// `{Message,MessageDetail}` and plain text.
    pub(crate) fn parse(body: &str) -> Self {
        match serde_json::from_str::<Value>(body) {
            Ok(value) => Self::of(&value),
            Err(_) if body.trim().is_empty() || is_html(None, body) => Self::default(),
            Err(_) => ErrorBody { messages: vec![body.trim().to_owned()] },
        }
    }

    /// The same of a body that is JSON already.
    pub(crate) fn of(value: &Value) -> Self {
        let mut messages = Vec::new();
        let start = match value.get("error") {
            Some(Value::String(text)) => {
                messages.push(text.clone());
                value
            }
            Some(error) => error,
            None => value,
        };
        collect(start, &mut messages, 0);
        messages.retain(|message| !message.trim().is_empty());
        messages.dedup();
        ErrorBody { messages }
    }

    /// The innermost message: live hosts put the cause there and "An error has occurred." on top.
    pub(crate) fn innermost(&self) -> Option<&str> {
        self.messages.last().map(String::as_str)
    }

    /// All messages, to look for known wordings.
    pub(crate) fn all(&self) -> String {
        self.messages.join("\n")
    }

    /// The innermost message, fit for people and logs: one line, nothing of what we sent.
    pub(crate) fn words(&self, sent: &[&str]) -> Option<String> {
        self.innermost().map(|message| scrub(message, sent))
    }
}

fn collect(level: &Value, messages: &mut Vec<String>, depth: usize) {
    if depth > 10 {
        return;
    }
    for member in ["message", "Message", "MessageDetail", "ExceptionMessage", "error_description"] {
        match level.get(member) {
            Some(Value::String(text)) => messages.push(text.clone()),
            Some(Value::Object(nested)) => {
                if let Some(Value::String(text)) = nested.get("value") {
                    messages.push(text.clone());
                }
            }
            _ => {}
        }
    }
    for member in ["innererror", "internalexception", "InnerException", "responseStatus"] {
        if let Some(inner) = level.get(member) {
            collect(inner, messages, depth + 1);
        }
    }
}

/// Whether a body that came with a good status is an error all the same. Transports that hide the status
/// were seen to hand such bodies over as 200.
pub(crate) fn failure_inside(value: &Value) -> bool {
    let Some(object) = value.as_object() else { return false };
    if object.contains_key("Id") || object.contains_key("value") {
        return false;
    }
    object.contains_key("error")
        || (object.contains_key("Message")
            && ["MessageDetail", "ExceptionMessage", "ExceptionType", "StackTrace"]
                .iter()
                .any(|m| object.contains_key(*m)))
}

/// Whether an answer is a page: a login form, a proxy's error, a host without OData.
pub(crate) fn is_html(content_type: Option<&str>, body: &str) -> bool {
    if content_type.is_some_and(|kind| kind.to_ascii_lowercase().contains("html")) {
        return true;
    }
    let start = body.trim_start_matches('\u{feff}').trim_start();
    let head: String = start.chars().take(15).collect::<String>().to_ascii_lowercase();
    head.starts_with("<!doctype html") || head.starts_with("<html") || head.starts_with("<head")
}

/// Takes out what a message may repeat of our request: the values sent, anything like an e-mail address,
/// and long quotations.
fn scrub(message: &str, sent: &[&str]) -> String {
    let mut text: String = casebridge_domain::text::one_line(message);
    for value in sent {
        let value = casebridge_domain::text::one_line(value);
        if value.chars().count() >= 3 {
            text = text.replace(&value, "…");
        }
    }
    let text = without_long_quotes(&text);
    let words: Vec<&str> = text.split(' ').map(|word| if word.contains('@') { "…" } else { word }).collect();
    casebridge_domain::text::cut(&words.join(" "), MESSAGE)
}

fn without_long_quotes(text: &str) -> String {
    let mut kept = String::new();
    let mut rest = text;
    while let Some(start) = rest.find(['\'', '"']) {
        let quote = rest[start..].chars().next().unwrap_or('"');
        let inside = start + quote.len_utf8();
        let Some(end) = rest[inside..].find(quote).map(|end| inside + end) else { break };
        kept.push_str(&rest[..inside]);
        let quoted = &rest[inside..end];
        kept.push_str(if quoted.chars().count() > QUOTED { "…" } else { quoted });
        kept.push(quote);
        rest = &rest[end + quote.len_utf8()..];
    }
    kept.push_str(rest);
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r24_every_shape_yields_its_innermost_words() {
        let shapes = [
            (
                r#"{"error":{"code":"","message":"An error has occurred.","innererror":{"message":"The 'ObjectContent`1' type failed.","type":"","stacktrace":"","internalexception":{"message":"Column by path CaseId not found in schema Activity.","type":"","stacktrace":""}}}}"#,
                "Column by path CaseId not found in schema Activity.",
            ),
            (
                r#"{"Message":"An error has occurred.","ExceptionMessage":"Please, fill in the \"Owner\" field.","ExceptionType":"X","StackTrace":""}"#,
                "Please, fill in the \"Owner\" field.",
            ),
            (
                r#"{"Message":"No HTTP resource was found.","MessageDetail":"No type was found that matches the controller named 'X'."}"#,
                "No type was found that matches the controller named 'X'.",
            ),
            (r#"{"error":{"code":"","message":"An error has occurred."}}"#, "An error has occurred."),
            ("plain words", "plain words"),
        ];
        for (body, expected) in shapes {
            assert_eq!(ErrorBody::parse(body).innermost(), Some(expected), "{body}");
        }
        assert_eq!(ErrorBody::parse("<html>no</html>").innermost(), None, "a page has no words for people");
        assert_eq!(ErrorBody::parse("").innermost(), None);
    }

    #[test]
    fn failures_repeat_nothing_of_what_was_sent() {
        let long = "a".repeat(80);
        let body = ErrorBody {
            messages: vec![format!("Value 'my card is 4111' of \"{long}\" near ada@example.com in \"Subject\"")],
        };
        let words = body.words(&["my card is 4111"]).unwrap();
        assert!(!words.contains("4111") && !words.contains(&long) && !words.contains("ada@"), "{words}");
        assert!(words.contains("\"Subject\""), "names of columns stay: {words}");
    }

    #[test]
    fn r24_errors_in_disguise_and_pages_are_seen() {
        let error: Value = serde_json::from_str(r#"{"Message":"x","ExceptionType":"y"}"#).unwrap();
        assert!(failure_inside(&error), "an error body with status 200 is an error");
        let row: Value = serde_json::from_str(r#"{"Id":"1","Message":"hello","MessageDetail":"x"}"#).unwrap();
        assert!(!failure_inside(&row), "a row may have a column called Message");
        assert!(is_html(Some("text/html; charset=utf-8"), "") && is_html(None, "\r\n<!DOCTYPE html><p>"));
        assert!(!is_html(Some("application/json"), "{}"));
    }
}
