//! The fields of `Case` as the org describes them to our user. Hidden fields are not there at all.

use casebridge_domain::mapping::{Allowed, Column, ColumnKind, TextFormat};
use serde_json::Value;

/// Who works the case, for whom, and how it stands: people's to decide, unless an admin unlocks it (R27). Subject and
/// description are written with the case.
const LOCKED: &[&str] = &[
    "OwnerId",
    "Status",
    "ContactId",
    "AccountId",
    "ParentId",
    "RecordTypeId",
    "Origin",
    "Subject",
    "Description",
    "SuppliedName",
    "SuppliedEmail",
    "SuppliedPhone",
    "SuppliedCompany",
    "IsEscalated",
    "AssetId",
    "EntitlementId",
];
/// Written only: each write of it makes another comment of the case (§3), which would be none of ours.
const MAKES_COMMENTS: &str = "Comments";
/// Ours: see the kit.
const OURS: &str = "Casebridge_";

/// The fields that can be filled, or that people may expect to be: those of the org's own that our user may not write are
/// among them, as not writable.
pub(super) fn columns(describe: &Value) -> Option<Vec<Column>> {
    Some(describe["fields"].as_array()?.iter().filter_map(column).collect())
}

fn column(field: &Value) -> Option<Column> {
    let name = field["name"].as_str()?;
    let is = |flag: &str| field[flag] == true;
    let writable = is("createable") && is("updateable");
    if name == MAKES_COMMENTS || name.starts_with(OURS) || is("calculated") || (!writable && !is("custom")) {
        return None;
    }
    let kind = kind(field);
    let required = !is("nillable") && is("createable") && !is("defaultedOnCreate") && kind != ColumnKind::Boolean;
    Some(Column {
        name: name.to_owned(),
        title: field["label"].as_str().unwrap_or(name).to_owned(),
        kind,
        required,
        writable,
        locked: LOCKED.contains(&name),
    })
}

fn kind(field: &Value) -> ColumnKind {
    let text = |format| {
        let max = field["length"].as_u64().and_then(|max| u32::try_from(max).ok()).filter(|max| *max > 0);
        ColumnKind::Text { max, format }
    };
    let scale = field["scale"].as_u64().and_then(|scale| u8::try_from(scale).ok());
    let restricted = field["restrictedPicklist"] == true;
    match field["type"].as_str().unwrap_or_default() {
        "string" | "textarea" | "encryptedstring" => text(TextFormat::Plain),
        "email" => text(TextFormat::Email),
        "phone" => text(TextFormat::Phone),
        "url" => text(TextFormat::Url),
        "int" | "long" => ColumnKind::Integer,
        "double" | "percent" => ColumnKind::Decimal { scale },
        "currency" => ColumnKind::Money { scale },
        "date" => ColumnKind::Date,
        "datetime" => ColumnKind::DateTime,
        "time" => ColumnKind::Time,
        "boolean" => ColumnKind::Boolean,
        "picklist" | "combobox" => ColumnKind::Picklist { values: values(field), restricted },
        "multipicklist" => ColumnKind::MultiPicklist { values: values(field), restricted },
        "reference" => match field["referenceTo"][0].as_str() {
            Some(object) => ColumnKind::Lookup { object: object.to_owned(), values: Vec::new() },
            None => ColumnKind::Other { name: "reference".into() },
        },
        other => ColumnKind::Other { name: other.to_owned() },
    }
}

fn values(field: &Value) -> Vec<Allowed> {
    let values = field["picklistValues"].as_array().into_iter().flatten().filter(|one| one["active"] == true);
    let allowed = |one: &Value| {
        let value = one["value"].as_str()?.to_owned();
        Some(Allowed { label: one["label"].as_str().unwrap_or(&value).to_owned(), value })
    };
    values.filter_map(allowed).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn fields_are_told_with_their_kind_and_who_may_write_them() {
        let field = |name: &str, kind: &str, more: Value| {
            let mut field = json!({
                "name": name, "label": name, "type": kind, "createable": true, "updateable": true, "nillable": true,
                "custom": name.ends_with("__c"), "calculated": false, "defaultedOnCreate": false,
            });
            for (member, value) in more.as_object().unwrap() {
                field[member] = value.clone();
            }
            field
        };
        let one =
            |value: &str, active: bool| json!({ "value": value, "label": value.to_uppercase(), "active": active });
        let described = json!({ "fields": [
            field("Area__c", "picklist", json!({ "restrictedPicklist": true, "picklistValues": [one("hw", true), one("old", false)] })),
            field("Fee__c", "currency", json!({ "scale": 2 })),
            field("Plan__c", "string", json!({ "length": 20, "nillable": false })),
            field("OwnerId", "reference", json!({ "referenceTo": ["Group", "User"] })),
            field("Closed__c", "boolean", json!({ "updateable": false })),
            field("Sum__c", "double", json!({ "calculated": true })),
            field("CaseNumber", "string", json!({ "createable": false, "updateable": false })),
            field("Casebridge_Seq__c", "double", json!({})),
        ]});
        let found = columns(&described).unwrap();
        let names: Vec<&str> = found.iter().map(|column| column.name.as_str()).collect();
        assert_eq!(
            names,
            ["Area__c", "Fee__c", "Plan__c", "OwnerId", "Closed__c"],
            "formulas, numbers and ours are nobody's to fill"
        );
        let hardware = Allowed { value: "hw".into(), label: "HW".into() };
        assert_eq!(
            found[0].kind,
            ColumnKind::Picklist { values: vec![hardware], restricted: true },
            "only what is active"
        );
        assert_eq!(found[1].kind, ColumnKind::Money { scale: Some(2) });
        assert!(found[2].required, "no case without it");
        assert!(found[3].locked, "R27: the owner is people's to choose");
        assert!(!found[4].writable, "one of the org's own that our user may not write is shown, as such");
    }
}
