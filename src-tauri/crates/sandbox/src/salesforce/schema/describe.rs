//! `describe` as JSON.

use serde_json::{Value as Json, json};

use super::{Field, Kind, Object};

fn type_name(kind: &Kind) -> &'static str {
    match kind {
        Kind::Id => "id",
        Kind::Text(_) => "string",
        Kind::Email => "email",
        Kind::Phone => "phone",
        Kind::Url => "url",
        Kind::Area(..) => "textarea",
        Kind::Bool => "boolean",
        Kind::Int => "int",
        Kind::Number(..) => "double",
        Kind::Currency(..) => "currency",
        Kind::Percent(..) => "percent",
        Kind::DateTime => "datetime",
        Kind::Date => "date",
        Kind::Time => "time",
        Kind::Picklist { .. } => "picklist",
        Kind::MultiPicklist { .. } => "multipicklist",
        Kind::Reference(_) => "reference",
    }
}

fn soap_type(kind: &Kind) -> &'static str {
    match kind {
        Kind::Id | Kind::Reference(_) => "tns:ID",
        Kind::Bool => "xsd:boolean",
        Kind::Int => "xsd:int",
        Kind::Number(..) | Kind::Currency(..) | Kind::Percent(..) => "xsd:double",
        Kind::Time => "xsd:time",
        Kind::DateTime => "xsd:dateTime",
        Kind::Date => "xsd:date",
        _ => "xsd:string",
    }
}

/// `CaseNumber` as `Case Number`, `Casebridge_Seq__c` as `Casebridge Seq`.
fn label(name: &str) -> String {
    let plain = name.trim_end_matches("__c").replace('_', " ");
    let mut out = String::new();
    for c in plain.chars() {
        if c.is_ascii_uppercase() && out.chars().last().is_some_and(|last| last.is_ascii_lowercase()) {
            out.push(' ');
        }
        out.push(c);
    }
    out
}

fn field(field: &Field) -> Json {
    let length = match field.kind {
        Kind::Id | Kind::Reference(_) => 18,
        _ => field.max_length().unwrap_or(0),
    };
    let (precision, scale) = field.kind.digits().unwrap_or_default();
    let (values, restricted) = field.kind.list().unwrap_or_default();
    let picklist: Vec<Json> = values
        .iter()
        .map(|(value, default)| {
            json!({ "active": true, "defaultValue": default, "label": value, "validFor": null, "value": value })
        })
        .collect();
    let targets = match &field.kind {
        Kind::Reference(to) => to.clone(),
        _ => Vec::new(),
    };
    json!({
        "name": field.name,
        "label": label(&field.name),
        "type": type_name(&field.kind),
        "soapType": soap_type(&field.kind),
        "length": length,
        "byteLength": if field.in_bytes { length } else { length * 3 },
        "digits": 0,
        "precision": precision,
        "scale": scale,
        "createable": field.create,
        "updateable": field.update,
        "nillable": !field.required && !matches!(field.kind, Kind::Id | Kind::Bool),
        "defaultedOnCreate": field.default.is_some(),
        "defaultValue": field.default,
        "filterable": field.is_filterable(),
        "sortable": field.is_filterable(),
        "groupable": field.is_filterable(),
        "unique": field.unique,
        "externalId": field.external,
        "idLookup": field.external || field.name == "Id",
        "caseSensitive": field.case_sensitive,
        "custom": field.is_custom(),
        "calculated": false,
        "autoNumber": field.name == "CaseNumber",
        "htmlFormatted": matches!(field.kind, Kind::Area(_, true)),
        "extraTypeInfo": match field.kind { Kind::Area(_, true) => "richtextarea", Kind::Area(..) => "plaintextarea", _ => "" },
        "permissionable": field.is_custom(),
        "picklistValues": picklist,
        "restrictedPicklist": restricted,
        "referenceTo": targets,
        "relationshipName": field.relationship(),
        "namePointing": targets.len() > 1,
        "polymorphicForeignKey": targets.len() > 1,
        "inlineHelpText": null,
        "nameField": matches!(field.name.as_str(), "Name" | "CaseNumber"),
    })
}

/// One entry of the list of all objects, and the head of a describe.
pub(crate) fn overview(object: &Object, base: &str) -> Json {
    let any = |can: fn(&Field) -> bool| object.live().any(|(_, field)| can(field));
    let url = format!("{base}/sobjects/{}", object.name);
    json!({
        "name": object.name,
        "label": object.label,
        "labelPlural": format!("{}s", object.label),
        "keyPrefix": object.prefix,
        "custom": object.name.ends_with("__c"),
        "createable": any(|field| field.create),
        "updateable": any(|field| field.update),
        "deletable": any(|field| field.create),
        "queryable": true,
        "retrieveable": true,
        "searchable": true,
        "replicateable": true,
        "undeletable": true,
        "mergeable": matches!(object.name.as_str(), "Case" | "Contact" | "Account"),
        "triggerable": true,
        "layoutable": true,
        "urls": {
            "sobject": url,
            "describe": format!("{url}/describe"),
            "rowTemplate": format!("{url}/{{ID}}"),
        },
    })
}

/// Everything about one object, with the fields that this caller sees.
pub(crate) fn describe(object: &Object, base: &str, sees: impl Fn(&Field) -> bool) -> Json {
    let mut whole = overview(object, base);
    let fields: Vec<Json> = object.live().filter(|(_, each)| sees(each)).map(|(_, each)| field(each)).collect();
    whole["fields"] = Json::from(fields);
    whole["childRelationships"] = json!([]);
    whole["recordTypeInfos"] = json!([{
        "active": true, "available": true, "defaultRecordTypeMapping": true, "developerName": "Master",
        "master": true, "name": "Master", "recordTypeId": "012000000000000AAA"
    }]);
    whole
}

/// The list of all objects.
pub(crate) fn global(objects: &[Object], base: &str) -> Json {
    let list: Vec<Json> = objects.iter().map(|object| overview(object, base)).collect();
    json!({ "encoding": "UTF-8", "maxBatchSize": 200, "sobjects": list })
}
