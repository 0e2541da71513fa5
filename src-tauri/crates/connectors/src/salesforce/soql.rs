//! Queries. Every text that reaches one goes through [`text`], every part of an address through [`percent`].

use jiff::Timestamp;

pub(crate) use crate::creatio::percent;

/// A text literal.
pub(crate) fn text(value: &str) -> String {
    let mut literal = String::with_capacity(value.len() + 2);
    literal.push('\'');
    for character in value.chars() {
        match character {
            '\\' | '\'' => literal.extend(['\\', character]),
            '\n' => literal.push_str("\\n"),
            '\r' => literal.push_str("\\r"),
            '\t' => literal.push_str("\\t"),
            '\u{8}' => literal.push_str("\\b"),
            '\u{c}' => literal.push_str("\\f"),
            // No field holds other control characters, and a query with one is refused.
            other if other.is_control() => literal.push(' '),
            other => literal.push(other),
        }
    }
    literal.push('\'');
    literal
}

/// A list of text literals, as `IN` takes one.
pub(crate) fn list<T: AsRef<str>>(values: impl IntoIterator<Item = T>) -> String {
    let literals: Vec<String> = values.into_iter().map(|value| text(value.as_ref())).collect();
    format!("({})", literals.join(","))
}

/// A pattern for `LIKE` that finds texts holding this one; its own wildcards are letters like any other.
pub(crate) fn part(value: &str) -> String {
    let quoted = text(value);
    let inner = &quoted[1..quoted.len() - 1];
    format!("'%{}%'", inner.replace('%', "\\%").replace('_', "\\_"))
}

/// A moment, never in quotes, with its zone.
pub(crate) fn moment(at: Timestamp) -> String {
    format!("{at:.3}")
}

/// A moment of an answer. Salesforce writes the zone without a colon (`+0000`).
pub(crate) fn read_moment(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    let known = text.strip_suffix("+0000").map_or_else(|| text.to_owned(), |head| format!("{head}Z"));
    known.parse().ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// What Salesforce makes of a text literal; `None` when it ends early or not at all.
    fn read_back(literal: &str) -> Option<String> {
        let inner = literal.strip_prefix('\'')?.strip_suffix('\'')?;
        let mut value = String::new();
        let mut characters = inner.chars();
        while let Some(character) = characters.next() {
            match character {
                '\'' => return None,
                '\\' => value.push(match characters.next()? {
                    'n' => '\n',
                    'r' => '\r',
                    't' => '\t',
                    'b' => '\u{8}',
                    'f' => '\u{c}',
                    same @ ('\\' | '\'') => same,
                    _ => return None,
                }),
                other => value.push(other),
            }
        }
        Some(value)
    }

    #[test]
    fn r25_the_usual_suspects() {
        assert_eq!(text("o'neil@x.com"), r"'o\'neil@x.com'");
        assert_eq!(percent(&text("a+b@x.com")), "%27a%2Bb%40x.com%27", "a bare plus would arrive as a space");
        assert_eq!(text("x' or '1'='1"), r"'x\' or \'1\'=\'1'", "one literal, not a condition");
        assert_eq!(text("x\\' OR Id != null"), r"'x\\\' OR Id != null'", "a backslash must not free the quote");
        assert_eq!(part("100%_"), r"'%100\%\_%'", "a customer's name is no pattern");
        assert_eq!(list(["a", "b'c"]), r"('a','b\'c')");
    }

    #[test]
    fn r24_moments_are_read_as_salesforce_writes_them() {
        let at: Timestamp = "2015-08-19T08:17:00.120Z".parse().unwrap();
        assert_eq!(read_moment("2015-08-19T08:17:00.120+0000"), Some(at), "§2.2: no colon in the offset");
        assert_eq!(moment(at), "2015-08-19T08:17:00.120Z");
        assert_eq!(read_moment("soon"), None);
    }

    proptest! {
        #[test]
        fn r25_any_text_stays_one_literal(value in "\\PC{0,40}") {
            prop_assert_eq!(read_back(&text(&value)), Some(value));
        }

        #[test]
        fn r25_control_characters_end_no_literal(value in "[\\x00-\\x1f'\\\\a]{0,20}") {
            prop_assert!(read_back(&text(&value)).is_some());
        }
    }
}
