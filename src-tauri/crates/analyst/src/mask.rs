//! Blots out secrets and card numbers, character by character, so that places stay what they were.

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
    text.char_indices()
        .map(|(at, c)| if secrets.iter().any(|secret| secret.contains(&at)) { BLOT } else { c })
        .collect()
}

static DIGITS: LazyLock<Regex> = LazyLock::new(|| pattern(r"\d(?:[ \-.]{0,2}\d){12,18}"));
static IBAN: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"\b[a-z]{2}\d{2}(?:[ -]?[a-z0-9]{4}){2,7}(?:[ -]?[a-z0-9]{1,3})?\b"));
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
/// What people call a secret, and the secret after it.
static NAMED: LazyLock<Vec<Regex>> = LazyLock::new(|| {
    let is = r"(?:\s+(?:is|was|will be|should be)(?:\s+now)?\s*:?\s*|\s*[:=]\s*|\s+-\s+)";
    let secret = r#"["'“‘`]?(?P<secret>[^\s"'”’`]+)"#;
    [
        format!(r"\b(?:pass\s?word|passwd|pwd|pass\s?phrase|pass\s?code|kennwort|passwort|contraseña|mot de passe)\b(?:\s+(?:for|to|of)\s+[^.?!\n]{{1,30}}?)?{is}{secret}"),
        format!(r"\b(?:api|access|secret|private|client|auth|bearer|refresh)[\s_-]?(?:key|token|secret)\b{is}{secret}"),
        r"\b(?:pin|pin code|pin number|cvv2?|cvc2?|security code|card verification (?:code|number))\b(?:\s*(?:is|was|code|number|:|=|-))*\s*(?P<secret>\d{3,8})\b".to_owned(),
        format!(r"\b(?:one[\s-]?time (?:code|password|pin)|otp|2fa(?: code)?|verification code|login code|auth(?:entication)? code|confirmation pin)\b(?:\s+(?:i got|i received|you sent))?{is}(?P<secret>[\d][\d\s-]{{2,9}}\d)\b"),
        r"\b(?:ssn|social security(?: number)?)\b(?:\s*(?:is|:|=|-|#))*\s*(?P<secret>\d{3}[\s-]?\d{2}[\s-]?\d{4})\b".to_owned(),
        r"\bbearer\s+(?P<secret>[A-Za-z0-9._~+/-]{16,}=*)".to_owned(),
        r"\b[a-z][a-z0-9+.-]*://[^\s/:@]+:(?P<secret>[^\s/@]+)@".to_owned(),
        r"[?&](?:access_token|token|api_key|apikey|key|secret|password|sig|signature)=(?P<secret>[^\s&#]{6,})".to_owned(),
    ]
    .iter()
    .map(|source| pattern(source))
    .collect()
});

/// What follows "my password is" without being one.
const NO_SECRET: [&str; 44] = [
    "wrong",
    "not",
    "incorrect",
    "invalid",
    "expired",
    "expiring",
    "lost",
    "forgotten",
    "correct",
    "too",
    "weak",
    "locked",
    "the",
    "a",
    "an",
    "being",
    "no",
    "never",
    "required",
    "missing",
    "reset",
    "changed",
    "stored",
    "still",
    "always",
    "what",
    "where",
    "in",
    "on",
    "also",
    "and",
    "or",
    "to",
    "for",
    "my",
    "your",
    "rejected",
    "refused",
    "accepted",
    "working",
    "broken",
    "different",
    "saved",
    "that",
];

/// Bytes of a text that hold secrets.
fn secrets_in(text: &str) -> Vec<Range<usize>> {
    let mut secrets: Vec<Range<usize>> = Vec::new();
    for found in DIGITS.find_iter(text) {
        let before = text[..found.start()].chars().next_back();
        let after = text[found.end()..].chars().next();
        let whole = !before.is_some_and(|c| c.is_alphanumeric()) && !after.is_some_and(|c| c.is_alphanumeric());
        if whole && is_card(found.as_str()) {
            secrets.push(found.range());
        }
    }
    secrets.extend(
        IBAN.find_iter(text)
            .filter_map(|found| iban(found.as_str()).map(|length| found.start()..found.start() + length)),
    );
    for form in KEYS.iter() {
        secrets.extend(form.find_iter(text).map(|found| found.range()));
    }
    for form in NAMED.iter() {
        for found in form.captures_iter(text) {
            let Some(secret) = found.name("secret") else { continue };
            let bare = secret.as_str().trim_end_matches(['.', ',', ';', '?', ')']);
            if bare.chars().count() >= 3 && !NO_SECRET.contains(&bare.trim_end_matches('!').to_lowercase().as_str()) {
                secrets.push(secret.start()..secret.start() + bare.len());
            }
        }
    }
    secrets
}

/// Whether digits are a card's: issued prefix and length, and Luhn's sum.
fn is_card(said: &str) -> bool {
    let digits: Vec<u32> = said.chars().filter_map(|c| c.to_digit(10)).collect();
    let first = |count: usize| digits.iter().take(count).fold(0, |sum, digit| sum * 10 + digit);
    let issued = match digits.len() {
        13 | 16 | 19 if digits.first() == Some(&4) => true,
        14 => matches!(first(2), 36 | 38 | 39) || (300..=305).contains(&first(3)),
        15 => matches!(first(2), 34 | 37),
        16 => (2221..=2720).contains(&first(4)) || matches!(first(2), 35 | 50..=69 | 81),
        17..=19 => matches!(first(2), 50 | 56..=69),
        _ => false,
    };
    issued && luhn(&digits)
}

fn luhn(digits: &[u32]) -> bool {
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(place, digit)| if place % 2 == 0 { *digit } else { (digit * 2) / 10 + (digit * 2) % 10 })
        .sum();
    sum.is_multiple_of(10)
}

/// How many bytes of this are an IBAN, by its check digits. Words that follow it may have been taken along.
fn iban(said: &str) -> Option<usize> {
    let ends: Vec<usize> = said.char_indices().filter(|(_, c)| matches!(c, ' ' | '-')).map(|(at, _)| at).collect();
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
