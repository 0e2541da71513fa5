//! Salesforce's ids, and how they travel where the port speaks of UUIDs.
//!
//! An id is 15 characters of base 62, case-sensitive; answers carry 18, the last three of which are a checksum of the
//! letter case. 62^15 is less than 2^90, so that an id fits into the 122 free bits of a UUID of version 8 and comes
//! out of it again unharmed.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use uuid::Uuid;

const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const CHECK: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ012345";
/// What ids of cases begin with.
const CASES: &str = "500";
/// The first 32 bits of our UUIDs: other makers of version 8 are told apart by them.
const TAG: u128 = 0x5346_4944;
/// The bits of an id below the version, between version and variant, and below the variant.
const LOW: u32 = 62;
const MIDDLE: u32 = 12;

/// The id of a row. Shown and sent with 18 characters.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SalesforceId([u8; 15]);

/// The text is no id of Salesforce.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum IdError {
    /// Neither 15 nor 18 characters, or others than letters and digits.
    #[error("an id of Salesforce has 15 or 18 letters and digits")]
    Shape,
    /// The three characters at the end do not fit the letter case of the others.
    #[error("the id's letter case does not fit its last three characters: copy it again")]
    Checksum,
}

impl SalesforceId {
    /// The three characters that name the object, e.g. `500` for cases.
    #[must_use]
    pub fn prefix(&self) -> &str {
        std::str::from_utf8(&self.0[..3]).unwrap_or_default()
    }

    /// The UUID that carries this id.
    #[must_use]
    pub fn to_uuid(self) -> Uuid {
        let number = self.0.iter().fold(0_u128, |number, byte| number * 62 + u128::from(value(*byte).unwrap_or(0)));
        let low = number & ((1 << LOW) - 1);
        let middle = (number >> LOW) & ((1 << MIDDLE) - 1);
        let high = number >> (LOW + MIDDLE);
        Uuid::from_u128((TAG << 96) | (high << 80) | (8 << 76) | (middle << 64) | (0b10 << LOW) | low)
    }

    /// The id in a UUID that [`Self::to_uuid`] made.
    #[must_use]
    pub fn of_uuid(uuid: Uuid) -> Option<Self> {
        let bits = uuid.as_u128();
        if bits >> 96 != TAG || (bits >> 76) & 0xF != 8 || (bits >> LOW) & 0b11 != 0b10 {
            return None;
        }
        let high = (bits >> 80) & 0xFFFF;
        let middle = (bits >> 64) & ((1 << MIDDLE) - 1);
        let mut number = (high << (LOW + MIDDLE)) | (middle << LOW) | (bits & ((1 << LOW) - 1));
        let mut text = [0; 15];
        for place in text.iter_mut().rev() {
            *place = DIGITS[usize::try_from(number % 62).unwrap_or_default()];
            number /= 62;
        }
        (number == 0).then_some(SalesforceId(text))
    }

    fn checksum(&self) -> [char; 3] {
        std::array::from_fn(|chunk| {
            let capitals = self.0[chunk * 5..chunk * 5 + 5].iter().enumerate();
            let index = capitals.filter(|(_, byte)| byte.is_ascii_uppercase()).fold(0, |sum, (at, _)| sum | (1 << at));
            char::from(CHECK[index])
        })
    }
}

/// The last id of a case that a text holds, such as the address of its page; by itself it counts as well.
#[must_use]
pub fn case_in(text: &str) -> Option<SalesforceId> {
    let words = text.rsplit(|character: char| !character.is_ascii_alphanumeric());
    words.filter_map(|word| word.parse::<SalesforceId>().ok()).find(|id| id.prefix() == CASES)
}

fn value(byte: u8) -> Option<u8> {
    match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'A'..=b'Z' => Some(byte - b'A' + 10),
        b'a'..=b'z' => Some(byte - b'a' + 36),
        _ => None,
    }
}

impl FromStr for SalesforceId {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        if !text.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            return Err(IdError::Shape);
        }
        let (short, check) = match text.len() {
            15 => (text, None),
            18 => (&text[..15], Some(&text[15..])),
            _ => return Err(IdError::Shape),
        };
        let id = SalesforceId(short.as_bytes().try_into().map_err(|_| IdError::Shape)?);
        match check {
            Some(check) if !check.to_ascii_uppercase().chars().eq(id.checksum()) => Err(IdError::Checksum),
            _ => Ok(id),
        }
    }
}

impl fmt::Display for SalesforceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(std::str::from_utf8(&self.0).unwrap_or_default())?;
        self.checksum().iter().try_for_each(|character| write!(f, "{character}"))
    }
}

impl fmt::Debug for SalesforceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for SalesforceId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// Settings may hold the id as people copy it, or as a picker names it.
impl<'de> Deserialize<'de> for SalesforceId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let picked = Uuid::try_parse(text.trim()).ok().and_then(SalesforceId::of_uuid);
        picked.map_or_else(|| text.trim().parse().map_err(serde::de::Error::custom), Ok)
    }
}

/// The id under which a value that has none in Salesforce (a status, a priority) passes through the port.
#[must_use]
pub fn value_id(field: &str, value: &str) -> Uuid {
    Uuid::new_v5(&Uuid::NAMESPACE_OID, format!("salesforce:{field}\u{1f}{value}").as_bytes())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn r28_a_case_is_named_by_its_page_in_either_length() {
        let case = "500M000000qfPyS".parse::<SalesforceId>().unwrap();
        for text in [
            "500M000000qfPyS",
            &case.to_string(),
            &format!("https://acme.lightning.force.com/lightning/r/Case/{case}/view"),
            "https://acme.my.salesforce.com/500M000000qfPyS?srPos=0",
            "https://acme.lightning.force.com/lightning/r/Account/001M000000qfPySIAU/related/Cases/view?c=500M000000qfPyS",
        ] {
            assert_eq!(case_in(text), Some(case), "{text}");
        }
        assert_eq!(case_in("https://acme.lightning.force.com/lightning/r/Account/001M000000qfPySIAU/view"), None);
        assert_eq!(case_in("00001026"), None, "a number is no id");
    }

    #[test]
    fn r24_the_checksum_is_that_of_known_ids() {
        for (short, check) in [
            ("a01M00000062mPg", "IAI"),
            ("001M000000qfPyS", "IAU"),
            ("a0FE000000D6r3F", "MAR"),
            ("0F9E000000092w2", "KAA"),
            ("AbCdEfGhIjKlMnO", "VKV"),
            ("aBcDEfgHIJKLMNO", "025"),
        ] {
            let id: SalesforceId = short.parse().unwrap();
            assert_eq!(id.to_string(), format!("{short}{check}"), "§3: vectors that were run");
            assert_eq!(format!("{short}{check}").parse(), Ok(id), "both lengths name one row");
        }
        assert_eq!("a01m00000062mpgIAI".parse::<SalesforceId>(), Err(IdError::Checksum), "a mail lost the letter case");
        for bad in ["", "500", "500000000000001AA", "500-00000000001", "50000000000000é"] {
            assert_eq!(bad.parse::<SalesforceId>(), Err(IdError::Shape), "{bad}");
        }
    }

    #[test]
    fn uuids_of_others_are_no_ids() {
        for other in [Uuid::nil(), Uuid::max(), value_id("Status", "New"), Uuid::from_u128(TAG << 96)] {
            assert_eq!(SalesforceId::of_uuid(other), None, "{other} names no row");
        }
        let id: SalesforceId = "zzzzzzzzzzzzzzz".parse().unwrap();
        assert_eq!(id.to_uuid().get_version_num(), 8, "others see what made it");
        assert_eq!(
            SalesforceId::of_uuid(Uuid::from_u128(id.to_uuid().as_u128() + 1)),
            None,
            "one more than the last id"
        );
        let picked: SalesforceId = serde_json::from_value(serde_json::json!(id.to_uuid())).unwrap();
        assert_eq!(picked, id, "a picker's id is taken as well as a pasted one");
    }

    proptest! {
        #[test]
        fn any_id_survives_the_port(text in "[0-9A-Za-z]{15}") {
            let id: SalesforceId = text.parse().unwrap();
            prop_assert_eq!(SalesforceId::of_uuid(id.to_uuid()), Some(id));
            prop_assert_eq!(id.to_string().parse(), Ok(id));
        }

        #[test]
        fn a_random_uuid_is_either_no_id_or_comes_back(bits: u128) {
            let uuid = Uuid::from_u128(bits);
            if let Some(id) = SalesforceId::of_uuid(uuid) {
                prop_assert_eq!(id.to_uuid(), uuid);
            }
        }
    }
}
