//! Custom fields as their XML describes them.

use roxmltree::Node;
use serde_json::json;

use super::super::schema::{Field, Kind};

/// The text of the first child with this name.
pub(super) fn child<'a>(node: Node<'a, '_>, name: &str) -> Option<&'a str> {
    node.children().find(|child| child.tag_name().name() == name).and_then(|child| child.text()).map(str::trim)
}

/// All children with this name.
pub(super) fn children<'a, 'i>(node: Node<'a, 'i>, name: &'static str) -> impl Iterator<Item = Node<'a, 'i>> {
    node.children().filter(move |child| child.tag_name().name() == name)
}

fn number<T: std::str::FromStr>(node: Node, name: &str) -> Result<T, String> {
    let missing = || format!("Must specify a valid '{name}' for a CustomField of this type");
    child(node, name).and_then(|text| text.parse().ok()).ok_or_else(missing)
}

/// Reads a field; the error is what the deployment shows for it.
pub(super) fn read(node: Node) -> Result<Field, String> {
    let name = child(node, "fullName").unwrap_or_default();
    let plain = name.strip_suffix("__c").unwrap_or_default();
    let good = plain.starts_with(|c: char| c.is_ascii_alphabetic())
        && plain.bytes().all(|c| c.is_ascii_alphanumeric() || c == b'_')
        && plain.len() <= 40
        && !plain.ends_with('_')
        && !plain.contains("__");
    if !good {
        return Err(format!(
            "Field name '{name}' is not valid: it must end in __c, begin with a letter and use only letters, digits and single underscores"
        ));
    }
    if child(node, "label").is_none_or(str::is_empty) {
        return Err("Required field is missing: label".to_owned());
    }
    let flag = |name: &str| child(node, name) == Some("true");
    let kind = match child(node, "type").unwrap_or_default() {
        "Text" => match number(node, "length")? {
            length @ 1..=255 => Kind::Text(length),
            _ => return Err("Length of a Text field must be between 1 and 255".to_owned()),
        },
        "TextArea" => Kind::Area(255, false),
        kind @ ("LongTextArea" | "Html") => {
            let length: usize = number(node, "length")?;
            number::<usize>(node, "visibleLines")?;
            if !(256..=131_072).contains(&length) {
                return Err(format!("Length of a {kind} field must be between 256 and 131072"));
            }
            Kind::Area(length, kind == "Html")
        }
        kind @ ("Number" | "Currency" | "Percent") => {
            let (precision, scale): (u32, u32) = (number(node, "precision")?, number(node, "scale")?);
            if precision > 18 || scale > precision {
                return Err("Precision must be at most 18 and scale at most precision".to_owned());
            }
            match kind {
                "Currency" => Kind::Currency(precision, scale),
                "Percent" => Kind::Percent(precision, scale),
                _ => Kind::Number(precision, scale),
            }
        }
        "Checkbox" => Kind::Bool,
        "DateTime" => Kind::DateTime,
        "Date" => Kind::Date,
        "Email" => Kind::Email,
        "Phone" => Kind::Phone,
        "Url" => Kind::Url,
        "Picklist" => {
            let values = node.descendants().filter(|each| each.tag_name().name() == "value");
            let values = values.filter_map(|value| {
                Some((child(value, "fullName")?.to_owned(), child(value, "default") == Some("true")))
            });
            let restricted =
                node.descendants().any(|each| each.tag_name().name() == "restricted" && each.text() == Some("true"));
            Kind::Picklist { values: values.collect(), restricted }
        }
        "Lookup" => Kind::Reference(vec![
            child(node, "referenceTo").ok_or("Required field is missing: referenceTo")?.to_owned(),
        ]),
        "" => return Err("Required field is missing: type".to_owned()),
        other => {
            return Err(format!(
                "'{other}' is not a valid value for the enum 'FieldType', or is not known to this stand-in"
            ));
        }
    };
    if flag("externalId") && !matches!(kind, Kind::Text(_) | Kind::Number(..) | Kind::Email) {
        return Err("externalId is valid only for text, number and email fields".to_owned());
    }
    if kind == Kind::Bool && child(node, "defaultValue").is_none() {
        return Err("Must specify 'defaultValue' for a CustomField of type Checkbox".to_owned());
    }
    let mut field = Field::new(name, kind);
    field.external = flag("externalId");
    field.unique = flag("unique");
    field.case_sensitive = flag("caseSensitive");
    field.required = flag("required");
    field.default = child(node, "defaultValue").map(|text| match (text, &field.kind) {
        (text, Kind::Bool) => json!(text == "true"),
        (text, Kind::Number(..) | Kind::Currency(..) | Kind::Percent(..)) => {
            json!(text.parse::<f64>().unwrap_or_default())
        }
        (text, _) => json!(text.trim_matches('"')),
    });
    // Nobody sees what was deployed until a permission set says so.
    field.granted = Some(std::collections::BTreeSet::new());
    Ok(field)
}
