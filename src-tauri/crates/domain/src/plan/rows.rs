//! Rows of lookups that are not offered whole: said by their label, and asked of the CRM.

use std::collections::BTreeMap;
use std::fmt;

use serde_json::Value;

use crate::mapping::{Allowed, ColumnKind, coerce};
use crate::text::one_line;

/// A row that somebody named.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct RowName {
    /// The lookup's object, as the CRM calls it.
    pub object: String,
    /// The row's label, as it was said, on one line.
    pub label: String,
}

/// What people said is nobody's business: `Debug` names the object only.
impl fmt::Debug for RowName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RowName").field("object", &self.object).finish_non_exhaustive()
    }
}

impl RowName {
    /// The row that a value names, where the column is a lookup whose rows are not listed and the value is no id.
    #[must_use]
    pub fn of(kind: &ColumnKind, value: &Value) -> Option<Self> {
        let ColumnKind::Lookup { object, values } = kind else { return None };
        let label = one_line(value.as_str()?);
        let names = values.is_empty() && !label.is_empty() && coerce(kind, value).is_err();
        names.then(|| RowName { object: object.clone(), label })
    }

    /// Which of the rows that the CRM found bears the name: the whole label, letter case aside. Of several nobody knows
    /// which is meant.
    #[must_use]
    pub fn among(&self, rows: impl IntoIterator<Item = Allowed>) -> NamedRow {
        let wanted = self.label.to_lowercase();
        let mut found: Option<Allowed> = None;
        for row in rows.into_iter().filter(|row| one_line(&row.label).to_lowercase() == wanted) {
            match &found {
                Some(one) if one.value != row.value => return NamedRow::Several,
                _ => found = Some(row),
            }
        }
        found.map_or(NamedRow::Nobody, NamedRow::One)
    }
}

/// What a name turned out to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NamedRow {
    /// This row.
    One(Allowed),
    /// No row bears it.
    Nobody,
    /// More than one does.
    Several,
    /// The CRM does not let them be searched; why, without the name.
    Unread(String),
}

impl NamedRow {
    /// Why the column is left out, in a sentence that does not repeat the name.
    pub(super) fn why_not(&self) -> String {
        match self {
            NamedRow::One(_) => String::new(),
            NamedRow::Nobody => "no row of the CRM bears this name".to_owned(),
            NamedRow::Several => "several rows of the CRM bear this name: nobody knows which is meant".to_owned(),
            NamedRow::Unread(why) => format!("the row of this name cannot be looked for: {why}"),
        }
    }
}

/// What the CRM said about names of rows.
#[derive(Debug, Clone, Default)]
pub struct Rows(BTreeMap<RowName, NamedRow>);

impl Rows {
    pub(super) fn get(&self, name: &RowName) -> Option<&NamedRow> {
        self.0.get(name)
    }
}

impl FromIterator<(RowName, NamedRow)> for Rows {
    fn from_iter<T: IntoIterator<Item = (RowName, NamedRow)>>(names: T) -> Self {
        Self(names.into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn row(value: &str, label: &str) -> Allowed {
        Allowed { value: value.into(), label: label.into() }
    }

    fn branches(values: Vec<Allowed>) -> ColumnKind {
        ColumnKind::Lookup { object: "Branch".into(), values }
    }

    #[test]
    fn a_name_is_asked_for_only_where_the_rows_are_not_known() {
        let name = |kind: &ColumnKind, value: Value| RowName::of(kind, &value).map(|name| name.label);
        let open = branches(Vec::new());
        assert_eq!(name(&open, json!("  Lisbon\n Centre ")), Some("Lisbon Centre".into()));
        assert_eq!(name(&open, json!("5f1e7a10-2c0b-4a5e-9a51-0a3f6d2b7c01")), None, "an id is nobody's name");
        assert_eq!(name(&open, json!(" ")), None, "nothing was said");
        assert_eq!(
            name(&branches(vec![row("1", "Porto")]), json!("Lisbon")),
            None,
            "the list is whole: it is not there"
        );
        assert_eq!(name(&ColumnKind::Boolean, json!("Lisbon")), None);
    }

    #[test]
    fn the_row_is_the_one_of_the_whole_label_whatever_its_letter_case() {
        let name = RowName { object: "Branch".into(), label: "lisbon centre".into() };
        let found = name.among([row("1", "Lisbon"), row("2", "Lisbon  Centre"), row("3", "New Lisbon Centre")]);
        assert_eq!(found, NamedRow::One(row("2", "Lisbon  Centre")));
        assert_eq!(name.among([row("1", "Lisbon")]), NamedRow::Nobody, "a part of a name is another name");
        let twice = [row("2", "Lisbon Centre"), row("4", "LISBON CENTRE")];
        assert_eq!(name.among(twice), NamedRow::Several, "nobody knows which is meant");
        let again = [row("2", "Lisbon Centre"), row("2", "Lisbon Centre")];
        assert_eq!(name.among(again), NamedRow::One(row("2", "Lisbon Centre")), "one row that was found twice is one");
    }
}
