//! Values that nobody has to read: what the source gave, attributes of session and contact, templates of them.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::FieldSources;
use crate::analysis::Analysis;
use crate::mapping::{ColumnKind, Mapping, shown};
use crate::session::Contact;
use crate::text::one_line;

/// A value that the source gave under the column's name, or under its title.
pub(super) fn given<'a>(mapping: &Mapping, values: &'a Map<String, Value>) -> Option<&'a Value> {
    let by_name = values.get(&mapping.column);
    let by_title = || values.iter().find(|(name, _)| name.eq_ignore_ascii_case(&mapping.title)).map(|(_, value)| value);
    by_name.or_else(by_title).filter(|value| !value.is_null())
}

pub(super) fn session_attribute(attribute: &str, sources: FieldSources<'_>) -> Option<Value> {
    let FieldSources { session, said, .. } = sources;
    let analysis = said.analysis.as_ref();
    let text = |text: Option<&String>| text.filter(|text| !text.trim().is_empty()).cloned();
    let of_analysis = |part: fn(&Analysis) -> Option<&String>| text(analysis.and_then(part));
    let found = match attribute {
        "channel" => Some(session.channel.clone()),
        "external_id" => Some(session.key.external_id.clone()),
        "source" => Some(session.key.source.clone()),
        "topic" => text(session.topic.as_ref()).or_else(|| of_analysis(|one| one.topic.as_ref())),
        "language" => text(said.handoff.language.as_ref()).or_else(|| of_analysis(|one| one.language.as_ref())),
        "sentiment" => text(said.handoff.sentiment.as_ref()).or_else(|| of_analysis(|one| one.sentiment.as_ref())),
        "summary" => text(said.handoff.summary.as_ref()).or_else(|| of_analysis(|one| one.summary.as_ref())),
        name => return said.given.get(name).filter(|value| !value.is_null()).cloned(),
    };
    found.map(Value::String)
}

pub(super) fn contact_attribute(attribute: &str, contact: &Contact) -> Option<String> {
    let value = |one: &Option<crate::session::Identifier>| one.as_ref().map(|one| one.value.trim().to_owned());
    let found = match attribute {
        "name" => contact.name.clone(),
        "email" => value(&contact.email),
        "phone" => value(&contact.phone),
        "external_id" => value(&contact.external_id),
        _ => None,
    };
    found.filter(|text| !text.is_empty())
}

/// A template with its names filled in; `None` when it names something and nothing of that is known.
pub(super) fn filled(text: &str, by_column: &BTreeMap<&str, String>, sources: FieldSources<'_>) -> Option<String> {
    let mut made = String::new();
    let (mut named, mut known) = (0, 0);
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        made.push_str(before);
        let Some((name, behind)) = after.split_once('}') else {
            made.push('{');
            rest = after;
            continue;
        };
        named += 1;
        let value = match name.split_once('.') {
            Some(("session", what)) => {
                session_attribute(what, sources).map(|value| shown(&ColumnKind::Boolean, &value))
            }
            Some(("contact", what)) => contact_attribute(what, &sources.session.contact),
            Some(("value", what)) => by_column.get(what).cloned(),
            _ => None,
        };
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            known += 1;
            made.push_str(&value);
        }
        rest = behind;
    }
    made.push_str(rest);
    let made = made.lines().map(one_line).collect::<Vec<_>>().join("\n");
    (named == 0 || known > 0).then_some(made)
}
