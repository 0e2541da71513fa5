//! Resource paths: a set, a key in parentheses or as a segment, a property, `$count`, `$value`.

use percent_encoding::percent_decode_str;
use uuid::Uuid;

use super::super::refusal::Refusal;

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Resource {
    /// The service root: the list of entity sets.
    Sets,
    Metadata,
    Batch,
    Set(String),
    Count(String),
    Record(String, Uuid),
    Property {
        set: String,
        id: Uuid,
        property: String,
        raw: bool,
    },
}

/// Reads what follows the service root. Keys are bare GUIDs; one in quotes is refused.
pub(super) fn parse(path: &str) -> Result<Resource, Refusal> {
    let decoded = percent_decode_str(path.trim_matches('/')).decode_utf8_lossy().into_owned();
    let mut segments = Vec::new();
    for segment in decoded.split('/').filter(|segment| !segment.is_empty()) {
        match segment.strip_suffix(')').and_then(|open| open.split_once('(')) {
            Some((set, key)) => segments.extend([set.to_owned(), key.to_owned()]),
            None => segments.push(segment.to_owned()),
        }
    }
    let words: Vec<&str> = segments.iter().map(String::as_str).collect();
    match words.as_slice() {
        [] => Ok(Resource::Sets),
        ["$metadata"] => Ok(Resource::Metadata),
        ["$batch"] => Ok(Resource::Batch),
        [set] => Ok(Resource::Set((*set).to_owned())),
        [set, "$count"] => Ok(Resource::Count((*set).to_owned())),
        [set, id] => Ok(Resource::Record((*set).to_owned(), key(id)?)),
        [set, id, property] => property_of(set, id, property, false),
        [set, id, property, "$value"] => property_of(set, id, property, true),
        _ => Err(Refusal::not_found_page()),
    }
}

fn property_of(set: &str, id: &str, property: &str, raw: bool) -> Result<Resource, Refusal> {
    Ok(Resource::Property { set: set.to_owned(), id: key(id)?, property: property.to_owned(), raw })
}

fn key(text: &str) -> Result<Uuid, Refusal> {
    if text.starts_with('$') {
        // `$metadata` lives at the service root only.
        return Err(Refusal::not_found_page());
    }
    Uuid::try_parse(text).map_err(|_| Refusal::bad_body(&format!("The key value '{text}' is not a GUID.")))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    #[test]
    fn a_key_stands_in_parentheses_or_as_a_segment() {
        let id = Uuid::new_v4();
        let expected = Resource::Record("Case".to_owned(), id);
        assert_eq!(parse(&format!("/Case({id})")).unwrap(), expected);
        assert_eq!(parse(&format!("/Case/{id}")).unwrap(), expected);
        assert!(parse(&format!("/Case('{id}')")).is_err(), "a quoted key is not a GUID");
    }

    #[test]
    fn metadata_is_at_the_service_root_only() {
        assert_eq!(parse("/$metadata").unwrap(), Resource::Metadata);
        assert_eq!(parse("/Case/$metadata").unwrap_err().status, 404);
    }
}
