//! The column for the session's name, looked up in `$metadata`: writes to a name that does not exist are
//! refused, and letter case counts.

use casebridge_domain::CallFailure;

use super::super::Creatio;
use super::super::http::Call;
use super::super::odata::Operation;
use super::{missing, not_proven, yes};
use crate::port::{CallLog, Check};
use crate::wire::NoAnswer;

impl Creatio {
    pub(super) async fn check_column(&self, column: &str, log: &CallLog) -> Result<Check, CallFailure> {
        let what = "session column";
        // The document answers at the service root only, as XML.
        let mut call = Call::get(self.path("$metadata", log).await?, self.settings.read_timeout());
        call.accept = "application/xml";
        let answer = self.http.call(&call, None, log).await.map_err(NoAnswer::into_failure)?;
        if answer.status != 200 {
            let failure = self.good(&answer, &self.target("$metadata", Operation::List, None), &[]).await.err();
            let words = failure.map(|failure| failure.message).unwrap_or_default();
            return Ok(not_proven(what, words, "the first case proves it"));
        }
        Ok(match find(&answer.body, "Case", column) {
            Column::Text => yes(what, format!("Case.{column}")),
            Column::Other(kind) => missing(what, format!("Case.{column} is {kind}, not text"), "choose a text column"),
            Column::Spelt(name) => missing(
                what,
                format!("Case has no column {column}, but one called {name}"),
                "letter case counts: correct the name",
            ),
            Column::None => {
                missing(what, format!("Case has no column {column}"), "make the column in Creatio, or choose another")
            }
            Column::Unreadable => not_proven(what, "the metadata cannot be read".into(), "the first case proves it"),
        })
    }
}

#[derive(Debug, PartialEq, Eq)]
enum Column {
    Text,
    Other(String),
    Spelt(String),
    None,
    Unreadable,
}

fn find(metadata: &str, object: &str, column: &str) -> Column {
    // A document type could define entities without end.
    let Ok(document) = roxmltree::Document::parse(metadata) else { return Column::Unreadable };
    let mut objects = document
        .descendants()
        .filter(|node| node.tag_name().name() == "EntityType" && node.attribute("Name") == Some(object));
    let Some(object) = objects.next() else { return Column::Unreadable };
    let properties = || {
        object
            .children()
            .filter(|node| node.tag_name().name() == "Property")
            .filter_map(|node| Some((node.attribute("Name")?, node.attribute("Type").unwrap_or_default())))
    };
    if let Some((_, kind)) = properties().find(|(name, _)| *name == column) {
        return if kind == "Edm.String" { Column::Text } else { Column::Other(kind.to_owned()) };
    }
    properties()
        .find(|(name, _)| name.eq_ignore_ascii_case(column))
        .map_or(Column::None, |(name, _)| Column::Spelt(name.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r23_the_column_is_found_by_its_exact_name() {
        let metadata = r#"<?xml version="1.0"?><edmx:Edmx xmlns:edmx="http://docs.oasis-open.org/odata/ns/edmx" Version="4.0">
            <edmx:DataServices><Schema xmlns="http://docs.oasis-open.org/odata/ns/edm" Namespace="Terrasoft.Configuration.OData">
            <EntityType Name="Contact"><Property Name="UsrOther" Type="Edm.String"/></EntityType>
            <EntityType Name="Case"><Property Name="UsrSessionId" Type="Edm.String" Nullable="false"/>
            <Property Name="UsrNumber" Type="Edm.Int32"/></EntityType></Schema></edmx:DataServices></edmx:Edmx>"#;
        assert_eq!(find(metadata, "Case", "UsrSessionId"), Column::Text);
        assert_eq!(find(metadata, "Case", "usrsessionid"), Column::Spelt("UsrSessionId".into()));
        assert_eq!(find(metadata, "Case", "UsrNumber"), Column::Other("Edm.Int32".into()));
        assert_eq!(find(metadata, "Case", "UsrOther"), Column::None, "another object's column does not help");
        assert_eq!(find("<html>", "Case", "x"), Column::Unreadable);
    }
}
