//! E-mail addresses, phone numbers and web addresses.

use std::sync::LazyLock;

use regex::Regex;

use super::{Reading, pattern};

static EMAIL: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"\b[\p{L}\d._%+'-]{1,64}@(?:[\p{L}\d](?:[\p{L}\d-]{0,61}[\p{L}\d])?\.)+\p{L}{2,24}\b"));
static PHONE: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?:\+|\b00)?\(?\b?\d{1,4}\)?(?:[\s.\-/]?\(?\d{2,5}\)?){1,5}\b"));
static WEB: LazyLock<Regex> = LazyLock::new(|| pattern(r"\bhttps?://[^\s<>\x22]+[^\s<>\x22.,;:!?)\]]"));

/// E-mail addresses.
pub(crate) fn emails_in(text: &str) -> Vec<Reading> {
    EMAIL.find_iter(text).map(|found| Reading::sure(found.range(), found.as_str())).collect()
}

/// Phone numbers, as they were written: 7 to 15 digits, grouped or with an international prefix. A bare row of
/// digits is as well an order number, so it is none unless it begins with `+` or `00`.
pub(crate) fn phones_in(text: &str) -> Vec<Reading> {
    PHONE
        .find_iter(text)
        .filter(|found| {
            let said = found.as_str();
            let digits = said.chars().filter(char::is_ascii_digit).count();
            let grouped = said.contains(['-', ' ', '(', '.', '/']);
            let iso_day =
                said.len() == 10 && said.as_bytes().get(4) == Some(&b'-') && said.as_bytes().get(7) == Some(&b'-');
            let prefixed = said.starts_with('+') || said.starts_with("00");
            (7..=15).contains(&digits) && (grouped && digits >= 9 || prefixed || seven(said)) && !iso_day
        })
        .map(|found| Reading::sure(found.range(), found.as_str().trim()))
        .collect()
}

/// `555-0134`.
fn seven(said: &str) -> bool {
    said.len() == 8 && said.as_bytes().get(3) == Some(&b'-')
}

/// Web addresses.
pub(crate) fn addresses_in(text: &str) -> Vec<Reading> {
    WEB.find_iter(text).map(|found| Reading::sure(found.range(), found.as_str())).collect()
}
