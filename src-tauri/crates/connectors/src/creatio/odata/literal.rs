//! Literals. Every text that reaches a `$filter` goes through [`text`], every address through [`percent`].

use jiff::Timestamp;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use uuid::Uuid;

/// Everything but what RFC 3986 leaves alone everywhere.
const KEPT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Encodes one part of an address.
pub(crate) fn percent(text: &str) -> String {
    utf8_percent_encode(text, KEPT).to_string()
}

/// A text literal: single quotes, those inside doubled. Not yet encoded.
pub(crate) fn text(value: &str) -> String {
    format!("'{}'", value.replace('\'', "''"))
}

/// A GUID literal. Live hosts answer a quoted one with a type error.
pub(crate) fn guid(id: Uuid) -> String {
    id.hyphenated().to_string()
}

/// A moment: unquoted, always with its zone. Without a zone it is refused on some builds and stored as
/// year 1 on others.
pub(crate) fn instant(at: Timestamp) -> String {
    format!("{at:.3}")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// What a server makes of a text literal.
    fn read_back(literal: &str) -> Option<String> {
        let inner = literal.strip_prefix('\'')?.strip_suffix('\'')?;
        let mut value = String::new();
        let mut characters = inner.chars();
        while let Some(character) = characters.next() {
            if character == '\'' && characters.next() != Some('\'') {
                return None;
            }
            value.push(character);
        }
        Some(value)
    }

    #[test]
    fn r25_the_usual_suspects() {
        assert_eq!(text("o'neil@x.com"), "'o''neil@x.com'");
        assert_eq!(percent(&text("a+b@x.com")), "%27a%2Bb%40x.com%27", "a bare plus would arrive as a space");
        assert_eq!(text("x' or '1'='1"), "'x'' or ''1''=''1'", "one literal, not a condition");
    }

    #[test]
    fn r24_moments_have_a_zone_and_milliseconds() {
        let at: Timestamp = "2026-03-01T10:00:00.1239Z".parse().unwrap();
        assert_eq!(instant(at), "2026-03-01T10:00:00.123Z", "a later instant must never be named");
        assert_eq!(guid(Uuid::from_u128(0xAB)), "00000000-0000-0000-0000-0000000000ab");
    }

    proptest! {
        #[test]
        fn r25_any_text_stays_one_literal(value in "\\PC{0,40}") {
            prop_assert_eq!(read_back(&text(&value)), Some(value));
        }

        #[test]
        fn r25_any_text_survives_the_address(value in "\\PC{0,40}") {
            let encoded = percent(&value);
            prop_assert!(encoded.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._~%".contains(&b)));
            let decoded = percent_encoding::percent_decode_str(&encoded).decode_utf8().unwrap().into_owned();
            prop_assert_eq!(decoded, value);
        }
    }
}
