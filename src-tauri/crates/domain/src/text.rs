//! Cutting text for columns of limited length, and the titles of activities.

use crate::event::Speaker;

/// The mark that shows a cut.
const MARK: char = '…';

/// Cuts `text` to at most `max` UTF-16 code units (what CRM columns count), with a mark when cut.
#[must_use]
pub fn cut(text: &str, max: usize) -> String {
    if text.encode_utf16().count() <= max {
        return text.to_owned();
    }
    let mut kept = String::new();
    let mut units = 1; // the mark
    for character in text.chars() {
        units += character.len_utf16();
        if units > max {
            break;
        }
        kept.push(character);
    }
    kept.truncate(kept.trim_end().len());
    kept.push(MARK);
    kept
}

/// The text as one line: control characters and runs of white space become one space.
#[must_use]
pub fn one_line(text: &str) -> String {
    let spaced: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    spaced.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Direction and author, as activity titles begin: `Incoming – Ada`, `Outgoing – AI agent`.
#[must_use]
pub fn direction_and_author(from: Speaker, author: Option<&str>) -> String {
    let (direction, fallback) = match from {
        Speaker::Customer => ("Incoming", "Customer"),
        Speaker::Ai => ("Outgoing", "AI agent"),
        Speaker::Agent => ("Outgoing", "Agent"),
    };
    let author = author.map(one_line).filter(|name| !name.is_empty());
    match (from, author) {
        (Speaker::Ai, Some(name)) => format!("{direction} – {name} (AI agent)"),
        (_, Some(name)) => format!("{direction} – {name}"),
        (_, None) => format!("{direction} – {fallback}"),
    }
}

/// The last UUID that a text holds, such as the record's id in the address of its page, wherever the page puts it.
#[must_use]
pub fn last_uuid(text: &str) -> Option<uuid::Uuid> {
    const LENGTH: usize = 36;
    text.char_indices().rev().filter_map(|(at, _)| text.get(at..at + LENGTH)).find_map(|part| {
        uuid::Uuid::try_parse(part).ok().filter(|_| part.bytes().filter(|byte| *byte == b'-').count() == 4)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cutting_counts_what_the_crm_counts_and_never_splits_a_character() {
        assert_eq!(cut("short", 5), "short", "what fits stays as it is");
        assert_eq!(cut("too long", 5), "too…", "the mark is inside the limit and no space is left before it");
        let emoji = "😀😀😀";
        assert_eq!(cut(emoji, 5), "😀😀…", "an emoji is two code units in a CRM column");
        assert!(cut(emoji, 4).encode_utf16().count() <= 4, "the limit holds for any text");
    }

    #[test]
    fn titles_are_one_line() {
        assert_eq!(one_line("a\r\n  b\u{0}c"), "a b c", "line breaks and control characters break CRM lists");
        assert_eq!(direction_and_author(Speaker::Customer, Some(" Ada\n")), "Incoming – Ada");
        assert_eq!(direction_and_author(Speaker::Ai, None), "Outgoing – AI agent");
    }
}
