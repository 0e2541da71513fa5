//! Links into the window, `casebridge://session/<id>` and `casebridge://case/<id or number>`. Whoever makes one can
//! choose what is shown and nothing else: it navigates, it never acts.

use serde::Serialize;

/// The scheme, as it is registered with the system.
const SCHEME: &str = "casebridge://";
/// Longest link that is looked at, in bytes.
const LONGEST: usize = 160;
/// Longest id or number.
const LONGEST_ID: usize = 64;

/// Where a link or a notification leads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(crate) enum Destination {
    /// A conversation.
    Session {
        /// Its id.
        id: String,
    },
    /// The conversation of a case.
    Case {
        /// The case's id or number.
        id: String,
    },
    /// Conversations that need a person.
    NeedsPerson,
    /// Deliveries.
    Deliveries,
    /// Connections.
    Connections,
    /// Nowhere: a link that was not understood.
    Refused,
}

/// The link among a program's arguments, if there is one.
pub(crate) fn among<'a>(arguments: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let is_ours = |argument: &&str| {
        argument.get(..SCHEME.len() - 2).is_some_and(|start| start.eq_ignore_ascii_case(&SCHEME[..SCHEME.len() - 2]))
    };
    arguments.into_iter().skip(1).find(is_ours)
}

/// Reads a link. Anything but the two forms is [`Destination::Refused`]: nothing is decoded, trimmed or guessed.
pub(crate) fn read(link: &str) -> Destination {
    let parts = || {
        let scheme = link.get(..SCHEME.len()).filter(|_| link.len() <= LONGEST)?;
        let (what, id) = link[SCHEME.len()..].split_once('/').filter(|_| scheme.eq_ignore_ascii_case(SCHEME))?;
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
        let is_id = (1..=LONGEST_ID).contains(&id.len()) && id.bytes().all(is_plain);
        is_id.then(|| (what, id.to_owned()))
    };
    match parts() {
        Some(("session", id)) => Destination::Session { id },
        Some(("case", id)) => Destination::Case { id },
        _ => Destination::Refused,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_two_forms_lead_somewhere() {
        let id = "ses_0b8a2f6e-6a35-5f0e-9a51-6a4c9d0e7b11";
        assert_eq!(read(&format!("casebridge://session/{id}")), Destination::Session { id: id.into() });
        assert_eq!(read("casebridge://case/SR00000042"), Destination::Case { id: "SR00000042".into() });
        assert_eq!(
            read("CASEBRIDGE://case/5003000000D8cuI"),
            Destination::Case { id: "5003000000D8cuI".into() },
            "schemes are written in either case"
        );
    }

    #[test]
    fn hostile_forms_lead_nowhere() {
        let long = format!("casebridge://session/{}", "a".repeat(65));
        for link in [
            "",
            "casebridge:",
            "casebridge://",
            "casebridge:session/a",
            "casebridge:///session/a",
            "casebridge://session",
            "casebridge://session/",
            "casebridge://session/a/",
            "casebridge://session/a/b",
            "casebridge://session/../case/a",
            "casebridge://session/a%2fb",
            "casebridge://session/%2e%2e",
            "casebridge://session/a?act=resolve",
            "casebridge://session/a#/settings",
            "casebridge://session/a b",
            "casebridge://session/a\nb",
            "casebridge://session/a\0",
            "casebridge://session/\u{202e}a",
            "casebridge://session/ä",
            "casebridge://session\\a",
            "casebridge://user@session/a",
            "casebridge://session:80/a",
            "casebridge://settings/a",
            "casebridge://SESSION/a",
            "casebridge://javascript:alert(1)",
            "javascript:alert(1)//casebridge://session/a",
            "https://example.com/?casebridge://session/a",
            "file:///etc/passwd",
            " casebridge://session/a",
            "äasebridge://session/a",
            &long,
        ] {
            assert_eq!(read(link), Destination::Refused, "{link:?} must lead nowhere");
        }
    }

    #[test]
    fn a_link_is_found_among_arguments_and_nothing_else_is_taken_for_one() {
        assert_eq!(among(["casebridge", "--background", "casebridge://case/1"]), Some("casebridge://case/1"));
        assert_eq!(among(["casebridge://case/1"]), None, "the first one is the program");
        assert_eq!(among(["casebridge", "https://example.com", "é", "file:casebridge"]), None);
        assert_eq!(among(["casebridge", "casebridge:%00"]), Some("casebridge:%00"), "a bad one is said to be bad");
    }
}
