//! The columns of an object in `$metadata`. It shows neither sizes nor captions, and no defaults.

use casebridge_domain::mapping::{Column, ColumnKind, TextFormat};

/// The server's own.
const OURS_NEVER: &[&str] = &["Id", "CreatedOn", "CreatedById", "ModifiedOn", "ModifiedById", "ProcessListeners"];
/// Who works the case, for whom, how it stands and when: people's to decide, unless an admin unlocks it (R27). Subject and
/// description are written with the case.
const LOCKED: &[&str] = &[
    "Number",
    "Subject",
    "Symptoms",
    "StatusId",
    "OwnerId",
    "GroupId",
    "ContactId",
    "AccountId",
    "HolderId",
    "OriginId",
    "RegisteredOn",
    "RespondedOn",
    "ResponseDate",
    "SolutionDate",
    "SolutionProvidedOn",
    "FirstSolutionProvidedOn",
    "ClosureDate",
    "ClosureCodeId",
    "SupportLevelId",
    "SolvedOnSupportLevelId",
    "ParentCaseId",
    "ParentActivityId",
    "ResponseOverdue",
    "SolutionOverdue",
    "SolutionRemains",
    "SatisfactionLevelId",
    "SatisfactionLevelComment",
];

/// The columns of an object that can be filled, and those that nobody fills here with their type's name. `None`: this is no
/// metadata, or it lacks the object.
pub(super) fn columns(metadata: &str, object: &str, session_column: Option<&str>) -> Option<Vec<Column>> {
    // A document type could define entities without end.
    let document = roxmltree::Document::parse(metadata).ok()?;
    let object = document
        .descendants()
        .find(|node| node.tag_name().name() == "EntityType" && node.attribute("Name") == Some(object))?;
    let named = |tag: &'static str| object.children().filter(move |node| node.tag_name().name() == tag);
    let target = |property: &str| {
        named("NavigationProperty").find_map(|navigation| {
            let of = navigation.children().find_map(|node| node.attribute("Property"));
            let is_its =
                of == Some(property) || (of.is_none() && navigation.attribute("Name") == property.strip_suffix("Id"));
            let kind = navigation.attribute("Type").filter(|_| is_its)?;
            (!kind.starts_with("Collection(")).then(|| kind.rsplit('.').next().unwrap_or(kind).to_owned())
        })
    };
    let column = |property: roxmltree::Node<'_, '_>| {
        let name = property.attribute("Name")?.to_owned();
        if OURS_NEVER.contains(&name.as_str()) {
            return None;
        }
        let kind = match property.attribute("Type").unwrap_or_default() {
            "Edm.String" => {
                let max = property.attribute("MaxLength").and_then(|max| max.parse().ok());
                ColumnKind::Text { max, format: TextFormat::Plain }
            }
            "Edm.Int16" | "Edm.Int32" | "Edm.Int64" => ColumnKind::Integer,
            "Edm.Decimal" | "Edm.Double" | "Edm.Single" => {
                ColumnKind::Decimal { scale: property.attribute("Scale").and_then(|scale| scale.parse().ok()) }
            }
            "Edm.Boolean" => ColumnKind::Boolean,
            "Edm.DateTimeOffset" => ColumnKind::DateTime,
            "Edm.Date" => ColumnKind::Date,
            "Edm.TimeOfDay" => ColumnKind::Time,
            "Edm.Guid" => match target(&name) {
                Some(object) => ColumnKind::Lookup { object, values: Vec::new() },
                None => ColumnKind::Other { name: "Edm.Guid".into() },
            },
            other => ColumnKind::Other { name: other.to_owned() },
        };
        let locked = LOCKED.contains(&name.as_str()) || session_column == Some(name.as_str());
        Some(Column { title: title(&name, &kind), name, kind, required: false, writable: true, locked })
    };
    Some(named("Property").filter_map(column).collect())
}

/// What people may call a column, from its name: captions are not in the metadata.
fn title(name: &str, kind: &ColumnKind) -> String {
    let bare = match kind {
        ColumnKind::Lookup { .. } => name.strip_suffix("Id").unwrap_or(name),
        _ => name,
    };
    let bare = bare.strip_prefix("Usr").filter(|rest| rest.starts_with(char::is_uppercase)).unwrap_or(bare);
    let mut title = String::new();
    let mut before = ' ';
    for (at, letter) in bare.chars().enumerate() {
        let begins_word = letter.is_uppercase() && !before.is_uppercase() && at > 0;
        if begins_word || letter == '_' {
            title.push(' ');
        }
        match letter {
            '_' => {}
            letter if begins_word => title.extend(letter.to_lowercase()),
            letter => title.push(letter),
        }
        before = letter;
    }
    title
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_those_of_the_object_with_their_kinds() {
        let metadata = r#"<?xml version="1.0"?><edmx:Edmx xmlns:edmx="http://docs.oasis-open.org/odata/ns/edmx" Version="4.0">
            <edmx:DataServices><Schema xmlns="http://docs.oasis-open.org/odata/ns/edm" Namespace="Terrasoft.Configuration.OData">
            <EntityType Name="Case"><Property Name="Id" Type="Edm.Guid"/><Property Name="UsrDueOn" Type="Edm.DateTimeOffset"/>
            <Property Name="UsrTopicId" Type="Edm.Guid"/><Property Name="OwnerId" Type="Edm.Guid"/>
            <Property Name="UsrVATRate" Type="Edm.Decimal"/><Property Name="UsrRaw" Type="Edm.Stream"/>
            <NavigationProperty Name="UsrTopic" Type="Terrasoft.Configuration.OData.UsrTopic">
              <ReferentialConstraint Property="UsrTopicId" ReferencedProperty="Id"/></NavigationProperty>
            <NavigationProperty Name="Owner" Type="Terrasoft.Configuration.OData.Contact"/>
            <NavigationProperty Name="ActivityCollectionByCase" Type="Collection(Terrasoft.Configuration.OData.Activity)"/>
            </EntityType></Schema></edmx:DataServices></edmx:Edmx>"#;
        let found = columns(metadata, "Case", None).expect("these are metadata");
        let told: Vec<(&str, &str, &str, bool)> = found
            .iter()
            .map(|column| (column.name.as_str(), column.title.as_str(), column.kind.name(), column.locked))
            .collect();
        assert_eq!(
            told,
            [
                ("UsrDueOn", "Due on", "date_time", false),
                ("UsrTopicId", "Topic", "lookup", false),
                ("OwnerId", "Owner", "lookup", true),
                ("UsrVATRate", "VATRate", "decimal", false),
                ("UsrRaw", "Raw", "other", false),
            ],
            "the server's own are not offered, and the owner is locked (R27)"
        );
        assert_eq!(found[1].kind, ColumnKind::Lookup { object: "UsrTopic".into(), values: Vec::new() });
        assert_eq!(columns("<html>", "Case", None), None);
    }
}
