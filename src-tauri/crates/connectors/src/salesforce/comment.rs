//! The comments that carry one event. Salesforce's comments have no field of ours, so each ends with a line from which
//! it is known again; a long one becomes several.

use casebridge_domain::text::{direction_and_author, one_line};
use casebridge_domain::{ActivityDraft, ActivityKind, SessionKey};
use uuid::Uuid;

use crate::creatio::{file_lines, handoff_lines, present, session_link};

/// `CommentBody` holds bytes, not characters.
const LONGEST: usize = 4000;
const MARK: &str = "[casebridge:";

/// Which event a comment carries, and which part of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Marker {
    pub(crate) activity: Uuid,
    pub(crate) part: usize,
    pub(crate) parts: usize,
}

impl Marker {
    fn line(self) -> String {
        format!("{MARK}{}:{}/{}]", self.activity.simple(), self.part, self.parts)
    }

    /// The marker of a comment of ours. Only in the last line does it count: a person may quote one.
    pub(crate) fn of(body: &str) -> Option<Self> {
        let last = body.trim_end().lines().next_back()?;
        let (activity, part) = last.strip_prefix(MARK)?.strip_suffix(']')?.split_once(':')?;
        let (part, parts) = part.split_once('/')?;
        let marker =
            Marker { activity: Uuid::try_parse(activity).ok()?, part: part.parse().ok()?, parts: parts.parse().ok()? };
        (marker.line() == last && (1..=marker.parts).contains(&marker.part)).then_some(marker)
    }
}

/// The bodies of the comments that carry an event, in order; never none.
pub(crate) fn bodies(draft: &ActivityDraft, session: &SessionKey) -> Vec<String> {
    let (head, text) = words(draft, session);
    let head = format!("{head} · {:.0}", draft.at);
    // The longest marker there can be leaves this much; a head of a few words is a part of it.
    let room = LONGEST - Marker { activity: draft.id, part: 9999, parts: 9999 }.line().len() - 2 - head.len();
    let chunks = split(&text, room);
    let parts = chunks.len();
    let body = |(at, chunk): (usize, &str)| {
        let marker = Marker { activity: draft.id, part: at + 1, parts }.line();
        format!("{head}\n{chunk}\n{marker}")
    };
    chunks.into_iter().enumerate().map(body).collect()
}

fn words(draft: &ActivityDraft, session: &SessionKey) -> (String, String) {
    let (head, mut lines) = match &draft.what {
        ActivityKind::Message { from, author, text } => {
            (direction_and_author(*from, author.as_deref()), vec![text.clone()])
        }
        ActivityKind::File { from, attachment } => (direction_and_author(*from, None), file_lines(attachment)),
        ActivityKind::HandoffNote { reason, summary, language, sentiment } => {
            let summary = present(summary.as_deref()).map(|summary| format!("Summary: {summary}"));
            let mut lines: Vec<String> = summary.into_iter().collect();
            lines.extend(handoff_lines(reason.as_deref(), language.as_deref(), sentiment.as_deref()));
            ("Handed off".to_owned(), lines)
        }
        // Whoever reads the case must see that it is not the whole conversation.
        ActivityKind::LeftOut => (
            "An item of the conversation was left out".to_owned(),
            vec!["It could not be written here and was left out by a decision.".to_owned()],
        ),
    };
    if draft.first || matches!(draft.what, ActivityKind::HandoffNote { .. } | ActivityKind::LeftOut) {
        lines.push(session_link(session));
    }
    let head = casebridge_domain::text::cut(&one_line(&head), 200);
    (head, storable(&lines.join("\n")))
}

/// The text without the control characters that no field of Salesforce keeps.
pub(crate) fn storable(text: &str) -> String {
    text.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\r' | '\t')).collect()
}

/// Cuts at most `room` bytes off at a time: between words where one ends near, never inside a character.
fn split(text: &str, room: usize) -> Vec<&str> {
    let mut chunks = Vec::new();
    let mut rest = text;
    while rest.len() > room {
        let most = (0..=room).rev().find(|at| rest.is_char_boundary(*at)).unwrap_or(rest.len());
        let near = rest[..most].rfind(char::is_whitespace).filter(|at| *at > most / 2);
        // The white space stays with the chunk that it ends, so that nothing is lost.
        let end = near.map_or(most, |at| at + rest[at..].chars().next().map_or(0, char::len_utf8));
        let (chunk, more) = rest.split_at(end);
        chunks.push(chunk);
        rest = more;
    }
    chunks.push(rest);
    chunks
}

#[cfg(test)]
mod tests {
    use casebridge_domain::Speaker;
    use proptest::prelude::*;

    use super::*;

    fn of(text: &str) -> Vec<String> {
        let what = ActivityKind::Message { from: Speaker::Customer, author: Some("Ada".into()), text: text.into() };
        let at = "2026-03-01T10:00:00Z".parse().unwrap();
        let draft = ActivityDraft { id: Uuid::from_u128(0xAB), seq: 3, at, first: false, what };
        bodies(&draft, &SessionKey { source: "chat".into(), external_id: "1".into() })
    }

    #[test]
    fn a_comment_says_who_when_and_what_and_is_known_again() {
        let comments = of("Hello\nthere");
        assert_eq!(
            comments,
            ["Incoming – Ada · 2026-03-01T10:00:00Z\nHello\nthere\n[casebridge:000000000000000000000000000000ab:1/1]"]
        );
        let marker = Marker { activity: Uuid::from_u128(0xAB), part: 1, parts: 1 };
        assert_eq!(Marker::of(&comments[0]), Some(marker));
    }

    #[test]
    fn r5_only_a_marker_in_last_place_counts() {
        let ours = of("Hi").remove(0);
        assert_eq!(Marker::of(&format!("{ours}\nI agree with this, Rita")), None, "a person answers under a quote");
        assert_eq!(Marker::of(&format!("{ours}\n\n")).map(|marker| marker.part), Some(1), "white space is no word");
        assert_eq!(Marker::of("[casebridge:ab:1/1]"), None);
        assert_eq!(
            Marker::of(&of("[casebridge:000000000000000000000000000000cd:1/1]")[0]).unwrap().activity,
            Uuid::from_u128(0xAB),
            "a customer's own marker stands before ours"
        );
    }

    proptest! {
        #[test]
        fn any_text_survives_the_split_within_4000_bytes(text in "[a-zä😀 \\n]{0,9000}") {
            let comments = of(&text);
            let mut whole = String::new();
            for (at, comment) in comments.iter().enumerate() {
                prop_assert!(comment.len() <= LONGEST, "{} bytes", comment.len());
                let marker = Marker::of(comment).expect("each part is known again");
                prop_assert_eq!((marker.part, marker.parts), (at + 1, comments.len()));
                let (_, rest) = comment.split_once('\n').unwrap();
                whole.push_str(rest.rsplit_once('\n').unwrap().0);
            }
            prop_assert_eq!(whole, text);
        }
    }
}
