//! Blots out secrets and card numbers, character by character, so that places stay what they were.

mod card;
mod named;

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use crate::read::pattern;

/// What stands for each character of a secret.
pub const BLOT: char = '\u{2588}';

/// The text with secrets blotted out. It has as many characters as before.
#[must_use]
pub fn masked(text: &str) -> String {
    let secrets = secrets_in(text);
    if secrets.is_empty() {
        return text.to_owned();
    }
    let mut hidden = vec![false; text.len()];
    for secret in secrets {
        hidden[secret].fill(true);
    }
    text.char_indices().map(|(at, c)| if hidden[at] { BLOT } else { c }).collect()
}

static IBAN: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"\b[a-z]{2}\d{2}(?:[\s.\p{Pd}]?[a-z0-9]{4}){2,7}(?:[\s.\p{Pd}]?[a-z0-9]{1,3})?\b"));
/// Forms of keys that say themselves what they are.
static KEYS: LazyLock<Vec<Regex>> = LazyLock::new(|| {
    [
        r"\b(?:sk|pk|rk)[-_](?:live|test|proj|ant|or)?[-_]?[A-Za-z0-9_-]{16,}",
        r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b",
        r"\bgh[pousr]_[A-Za-z0-9]{30,}\b",
        r"\bgithub_pat_[A-Za-z0-9_]{22,}\b",
        r"\bglpat-[A-Za-z0-9_-]{20,}",
        r"\bxox[abeoprs]-[A-Za-z0-9-]{10,}",
        r"\bAIza[0-9A-Za-z_-]{35}",
        r"\bya29\.[0-9A-Za-z_-]{20,}",
        r"\bSG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}",
        r"\bnpm_[A-Za-z0-9]{36}\b",
        r"\bhf_[A-Za-z0-9]{30,}\b",
        r"\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{4,}",
        concat!(r"-----BEGIN [A-Z ]*PRIVATE", r" KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE", r" KEY-----|$)"),
        r"\b00D[A-Za-z0-9]{12,15}![A-Za-z0-9._]{20,}",
    ]
    .iter()
    .map(|source| {
        #[expect(clippy::expect_used, reason = "the patterns are constants, and each is run by a test")]
        Regex::new(source).expect("a pattern that was tested")
    })
    .collect()
});

/// Bytes of a text that hold secrets.
fn secrets_in(text: &str) -> Vec<Range<usize>> {
    let mut secrets = card::cards_in(text);
    secrets.extend(
        IBAN.find_iter(text)
            .filter_map(|found| iban(found.as_str()).map(|length| found.start()..found.start() + length)),
    );
    for form in KEYS.iter() {
        secrets.extend(form.find_iter(text).map(|found| found.range()));
    }
    secrets.extend(named::named_in(text));
    secrets
}

/// How many bytes of this are an IBAN, by its check digits. Words that follow it may have been taken along.
fn iban(said: &str) -> Option<usize> {
    let ends: Vec<usize> = said.char_indices().filter(|(_, c)| !c.is_alphanumeric()).map(|(at, _)| at).collect();
    std::iter::once(said.len()).chain(ends.into_iter().rev()).find(|end| {
        let compact: Vec<char> = said[..*end].chars().filter(|c| c.is_ascii_alphanumeric()).collect();
        (15..=34).contains(&compact.len()) && {
            let turned = compact[4..].iter().chain(&compact[..4]);
            turned.fold(0_u32, |rest, c| {
                let value = c.to_digit(36).unwrap_or(0);
                if value < 10 { (rest * 10 + value) % 97 } else { (rest * 100 + value) % 97 }
            }) == 1
        }
    })
}
