//! Record ids: fifteen characters that mind letter case, and three more for those who do not.

/// The prefixes that records of an object start with.
pub(crate) const ORG: &str = "00D";
/// Deployments.
pub(crate) const DEPLOY: &str = "0Af";

const SUFFIX: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ012345";
const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// The id with its suffix: per chunk of five characters, bit k is set when character k is a capital letter.
/// Text that is no id of 15 characters is given back as it is.
pub fn to_18(id: &str) -> String {
    if id.len() != 15 || !id.is_ascii() {
        return id.to_owned();
    }
    let mut out = id.to_owned();
    for chunk in id.as_bytes().chunks(5) {
        let bits = chunk.iter().rev().fold(0_usize, |bits, c| bits << 1 | usize::from(c.is_ascii_uppercase()));
        out.push(char::from(SUFFIX[bits]));
    }
    out
}

/// The first fifteen characters, by which records are told apart. The suffix of an 18-character id repairs letter
/// case that was lost on the way.
pub(crate) fn key(id: &str) -> Option<String> {
    if !id.bytes().all(|c| c.is_ascii_alphanumeric()) {
        return None;
    }
    match id.len() {
        15 => Some(id.to_owned()),
        18 => {
            let mut out = String::with_capacity(15);
            for (chunk, suffix) in id.as_bytes()[..15].chunks(5).zip(&id.as_bytes()[15..]) {
                let bits = SUFFIX.iter().position(|c| *c == suffix.to_ascii_uppercase())?;
                out.extend(chunk.iter().enumerate().map(|(at, c)| {
                    let upper = bits >> at & 1 == 1;
                    char::from(if upper { c.to_ascii_uppercase() } else { c.to_ascii_lowercase() })
                }));
            }
            Some(out)
        }
        _ => None,
    }
}

/// The id of the record with this number of an object, with its suffix.
pub(crate) fn made(prefix: &str, number: u64) -> String {
    let mut tail = [b'0'; 7];
    let mut left = number;
    for slot in tail.iter_mut().rev() {
        *slot = DIGITS[usize::try_from(left % 62).unwrap_or_default()];
        left /= 62;
    }
    to_18(&format!("{prefix}Hs000{}0", String::from_utf8_lossy(&tail[1..])))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn suffixes_are_those_of_the_published_examples() {
        let known = [
            ("a01M00000062mPg", "IAI"),
            ("001M000000qfPyS", "IAU"),
            ("a0FE000000D6r3F", "MAR"),
            ("0F9E000000092w2", "KAA"),
            ("AbCdEfGhIjKlMnO", "VKV"),
            ("aBcDEfgHIJKLMNO", "025"),
        ];
        for (id, suffix) in known {
            assert_eq!(to_18(id), format!("{id}{suffix}"), "salesforce.md §3: the suffix is computed from letter case");
        }
    }

    #[test]
    fn both_lengths_name_one_record_and_letter_case_is_repaired() {
        let long = to_18("500Hs000AbcDeFG");
        assert_eq!(key(&long).as_deref(), Some("500Hs000AbcDeFG"));
        assert_eq!(key(&long.to_lowercase()).as_deref(), Some("500Hs000AbcDeFG"), "the suffix holds the letter case");
        assert_ne!(key("500Hs000AbcDeFG"), key("500hs000abcdefg"), "without a suffix letter case counts");
        assert_eq!(key("500' or ''='"), None);
        assert_eq!(made("500", 1).len(), 18);
        assert_ne!(made("500", 61), made("500", 62));
    }
}
