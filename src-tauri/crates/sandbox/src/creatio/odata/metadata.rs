//! `$metadata`: types, navigation and sets. It never shows defaults, sizes or which text is markup.

use std::fmt::Write as _;

use super::super::database::Database;
use super::super::schema::{Column, Entity, Kind};
use super::filter::edm_name;

const NAMESPACE: &str = "Terrasoft.Configuration.OData";

/// The CSDL of the whole service.
pub(super) fn csdl(database: &Database) -> String {
    let mut xml = String::from(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<edmx:Edmx Version=\"4.0\" \
         xmlns:edmx=\"http://docs.oasis-open.org/odata/ns/edmx\"><edmx:DataServices>",
    );
    // Writing to a String cannot fail.
    let _ = write!(xml, "<Schema Namespace=\"{NAMESPACE}\" xmlns=\"http://docs.oasis-open.org/odata/ns/edm\">");
    let schema = &database.schema;
    for entity in &schema.entities {
        entity_type(&mut xml, entity, |column| !database.is_removed(&entity.name, &column.name));
    }
    xml.push_str("</Schema><Schema Namespace=\"Default\" xmlns=\"http://docs.oasis-open.org/odata/ns/edm\">");
    xml.push_str("<EntityContainer Name=\"Container\">");
    for entity in &schema.entities {
        let name = &entity.name;
        let _ = write!(xml, "<EntitySet Name=\"{name}\" EntityType=\"{NAMESPACE}.{name}\" />");
    }
    xml.push_str("</EntityContainer></Schema></edmx:DataServices></edmx:Edmx>");
    xml
}

fn entity_type(xml: &mut String, entity: &Entity, is_there: impl Fn(&Column) -> bool) {
    let _ = write!(xml, "<EntityType Name=\"{}\"><Key><PropertyRef Name=\"Id\" /></Key>", entity.name);
    for column in entity.columns.iter().filter(|column| is_there(column)) {
        let nullable = match column.kind {
            Kind::Lookup { .. } | Kind::Binary => "",
            _ => " Nullable=\"false\"",
        };
        let _ = write!(xml, "<Property Name=\"{}\" Type=\"{}\"{nullable} />", column.name, edm_name(&column.kind));
    }
    for column in entity.columns.iter().filter(|column| is_there(column)) {
        if let (Some(navigation), Some(target)) = (column.navigation(), column.target()) {
            let _ = write!(xml, "<NavigationProperty Name=\"{navigation}\" Type=\"{NAMESPACE}.{target}\">");
            let _ = write!(xml, "<ReferentialConstraint Property=\"{}\" ReferencedProperty=\"Id\" />", column.name);
            xml.push_str("</NavigationProperty>");
        }
    }
    for reverse in &entity.reverse {
        let _ = write!(
            xml,
            "<NavigationProperty Name=\"{}\" Type=\"Collection({NAMESPACE}.{})\" />",
            reverse.name, reverse.child
        );
    }
    xml.push_str("</EntityType>");
}
