//! Write bodies: from JSON to columns, with everything that a real instance refuses or swallows on the way.

use jiff::Timestamp;
use jiff::tz::{Offset, TimeZone};
use serde_json::{Map, Value as Json};
use uuid::Uuid;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::config::CreatioConfig;
use super::refusal::Refusal;
use super::schema::{CREATED_BY, CREATED_ON, Column, Entity, Kind, MODIFIED_BY, MODIFIED_ON, PROCESS_LISTENERS};
use super::switches::{EmptyGuidPatch, NavigationInBody, PatchUnknown, ZonelessDates};
use super::value::{Value, WrittenTime, is_min_time, read_time};

/// The columns that a body sets, in its order.
pub(crate) type Assignments = Vec<(usize, Value)>;

/// What a body asks for.
pub(crate) enum Body {
    Assign(Assignments),
    /// Old builds read a PATCH that they do not understand as no PATCH at all, and answer 204.
    Swallowed,
}

/// Reads the body of a POST: an unknown property is refused and nothing is written.
pub(crate) fn insert_body(
    entity: &Entity,
    body: &Map<String, Json>,
    config: &CreatioConfig,
) -> Result<Assignments, Refusal> {
    read(entity, body, config)
}

/// Reads the body of a PATCH. Empty GUIDs are dropped without a word; `null` is what clears a lookup.
pub(crate) fn patch_body(entity: &Entity, body: &Map<String, Json>, config: &CreatioConfig) -> Result<Body, Refusal> {
    if config.patch_unknown == PatchUnknown::SilentDrop && body.keys().any(|name| is_unknown(entity, name)) {
        return Ok(Body::Swallowed);
    }
    let mut assignments = read(entity, body, config)?;
    let before = assignments.len();
    assignments.retain(|(_, value)| !matches!(value, Value::Guid(id) if id.is_nil()));
    let dropped = assignments.len() < before;
    if dropped && config.empty_guid_patch == EmptyGuidPatch::DropTexts {
        assignments.retain(|(at, _)| !entity.columns[*at].is_text());
    }
    Ok(Body::Assign(assignments))
}

fn is_unknown(entity: &Entity, name: &str) -> bool {
    !name.contains('@')
        && entity.column(name).is_none()
        && entity.navigation(name).is_none()
        && entity.reverse(name).is_none()
}

fn read(entity: &Entity, body: &Map<String, Json>, config: &CreatioConfig) -> Result<Assignments, Refusal> {
    let mut assignments = Vec::with_capacity(body.len());
    for (name, json) in body {
        if name.contains('@') {
            continue;
        }
        let Some(at) = entity.column(name) else {
            let navigates = entity.navigation(name).is_some() || entity.reverse(name).is_some();
            if navigates && config.navigation_in_body == NavigationInBody::Ignored {
                continue;
            }
            return Err(Refusal::undeclared(name, &entity.name));
        };
        // Who and when is the server's to say.
        if [CREATED_ON, CREATED_BY, MODIFIED_ON, MODIFIED_BY, PROCESS_LISTENERS].contains(&at) {
            continue;
        }
        assignments.push((at, value(&entity.columns[at], json, config)?));
    }
    Ok(assignments)
}

fn value(column: &Column, json: &Json, config: &CreatioConfig) -> Result<Value, Refusal> {
    let misfit = |edm: &str| {
        Refusal::bad_body(&format!("item : Cannot convert the literal '{json}' to the expected type '{edm}'."))
    };
    if json.is_null() {
        return Ok(Value::Null);
    }
    match &column.kind {
        Kind::Guid | Kind::Lookup { .. } => {
            json.as_str().and_then(|text| Uuid::try_parse(text).ok()).map(Value::Guid).ok_or_else(|| misfit("Edm.Guid"))
        }
        Kind::Text { .. } => json.as_str().map(|text| Value::Text(text.to_owned())).ok_or_else(|| misfit("Edm.String")),
        Kind::Int => json.as_i64().map(Value::Int).ok_or_else(|| misfit("Edm.Int32")),
        // `IEEE754Compatible=true` writes decimals as strings; both are taken.
        Kind::Decimal => json
            .as_f64()
            .or_else(|| json.as_str().and_then(|text| text.parse().ok()))
            .map(Value::Decimal)
            .ok_or_else(|| misfit("Edm.Decimal")),
        Kind::Bool => json.as_bool().map(Value::Bool).ok_or_else(|| misfit("Edm.Boolean")),
        Kind::Time => json.as_str().and_then(|text| time(text, config)).ok_or_else(|| misfit("Edm.DateTimeOffset")),
        Kind::Binary => json
            .as_str()
            .and_then(|text| STANDARD.decode(text).ok())
            .map(Value::Bytes)
            .ok_or_else(|| misfit("Edm.Stream")),
    }
}

fn time(text: &str, config: &CreatioConfig) -> Option<Value> {
    match read_time(text) {
        WrittenTime::Zoned(at) if is_min_time(at) => Some(Value::Null),
        WrittenTime::Zoned(at) => Some(Value::Time(at)),
        // A bare date is midnight in the server's own zone.
        WrittenTime::DateOnly(date) => {
            let zone = TimeZone::fixed(Offset::from_hours(config.server_offset_hours).unwrap_or(Offset::UTC));
            let at: Timestamp = date.to_zoned(zone).ok()?.timestamp();
            Some(Value::Time(at))
        }
        WrittenTime::Zoneless => match config.zoneless_dates {
            ZonelessDates::Reject => None,
            ZonelessDates::StoreMin => Some(Value::Null),
        },
        WrittenTime::Nonsense => None,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::super::schema::Schema;
    use super::*;
    use serde_json::json;

    fn patch(body: Json, config: &CreatioConfig) -> Result<Body, Refusal> {
        let schema = Schema::stock(&[]);
        patch_body(schema.entity("Case").unwrap(), body.as_object().unwrap(), config)
    }

    #[test]
    fn an_empty_guid_takes_the_texts_along_on_one_build() {
        let config = CreatioConfig { empty_guid_patch: EmptyGuidPatch::DropTexts, ..CreatioConfig::default() };
        let body = json!({ "OwnerId": Uuid::nil(), "Subject": "lost", "UsrUrgent": true });
        let Ok(Body::Assign(kept)) = patch(body, &config) else { panic!("the PATCH is answered as if all were well") };
        assert_eq!(kept.len(), 1, "only the column that is neither the lookup nor a text survives");
    }

    #[test]
    fn a_bare_date_is_midnight_in_the_servers_zone() {
        let Ok(Body::Assign(kept)) = patch(json!({ "UsrDueOn": "2026-03-01" }), &CreatioConfig::default()) else {
            panic!("a date alone is accepted")
        };
        let expected: Timestamp = "2026-02-28T21:00:00Z".parse().unwrap();
        assert_eq!(kept[0].1, Value::Time(expected), "three hours east of Greenwich the day starts the evening before");
    }
}
