//! What this org's Case looks like to our user: which fields it may write, how long they are, and whether the kit is
//! there. Field security shows nowhere else.

use std::collections::HashMap;

use casebridge_domain::CallFailure;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::ids::SalesforceId;
use super::soql;

/// The unique, case-sensitive external id of a case: our UUID. A field of the kit.
pub const KEY: &str = "Casebridge_Id__c";
/// The source's own name of the conversation. A field of the kit.
pub const SOURCE: &str = "Casebridge_Source_Id__c";
/// How many times a transcript was written to. A field of the kit; its rule refuses a write that does not count on.
pub const SEQ: &str = "Casebridge_Seq__c";
/// The token of the attempt that wrote last. A field of the kit.
pub const WRITE: &str = "Casebridge_Write__c";
/// Holds our UUID where the kit is not installed: it can be searched for, and people do not use it.
pub(crate) const STAND_IN: &str = "SuppliedCompany";
/// What stands before the UUID there.
const STAND_IN_MARK: &str = "Casebridge ";

#[derive(Debug, Clone, Default)]
struct Field {
    createable: bool,
    length: usize,
    /// Values of a list that are in use; empty for other fields.
    values: Vec<String>,
    /// Whether no other value is taken.
    restricted: bool,
    /// A rich text area: what is written there is markup.
    rich: bool,
}

/// See the module.
#[derive(Debug, Clone, Default)]
pub(crate) struct Shape(HashMap<String, Field>);

impl Shape {
    /// Reads a description of Case.
    pub(crate) fn of(describe: &Value) -> Option<Self> {
        let read = |field: &Value| {
            let values = field["picklistValues"].as_array().into_iter().flatten();
            let active = values.filter(|value| value["active"] == true).filter_map(|value| value["value"].as_str());
            let shape = Field {
                createable: field["createable"] == true,
                length: field["length"].as_u64().and_then(|length| usize::try_from(length).ok()).unwrap_or(0),
                values: active.map(str::to_owned).collect(),
                restricted: field["restrictedPicklist"] == true,
                rich: field["htmlFormatted"] == true,
            };
            Some((field["name"].as_str()?.to_owned(), shape))
        };
        Some(Shape(describe["fields"].as_array()?.iter().filter_map(read).collect()))
    }

    pub(crate) fn has(&self, field: &str) -> bool {
        self.0.contains_key(field)
    }

    pub(crate) fn may_write(&self, field: &str) -> bool {
        self.0.get(field).is_some_and(|field| field.createable)
    }

    /// The longest text that a field takes, in UTF-16 units.
    pub(crate) fn length(&self, field: &str, otherwise: usize) -> usize {
        self.0.get(field).map(|field| field.length).filter(|length| *length > 0).unwrap_or(otherwise)
    }

    /// Whether a field shows what it holds as markup.
    pub(crate) fn is_rich(&self, field: &str) -> bool {
        self.0.get(field).is_some_and(|field| field.rich)
    }

    /// The values of a list, in the org's order.
    pub(crate) fn values(&self, field: &str) -> &[String] {
        self.0.get(field).map_or(&[], |field| &field.values)
    }

    /// Whether a list takes this value; every other field does.
    pub(crate) fn allows(&self, field: &str, value: &str) -> bool {
        self.0
            .get(field)
            .is_none_or(|field| !field.restricted || field.values.iter().any(|one| one.eq_ignore_ascii_case(value)))
    }

    /// Whether late writes are refused by the kit's rule, as far as its fields tell.
    pub(crate) fn is_fenced(&self) -> bool {
        self.may_write(SEQ) && self.may_write(WRITE)
    }

    /// Puts our UUID into the body of a new case.
    pub(crate) fn put_key(&self, case: Uuid, body: &mut Map<String, Value>) -> Result<(), CallFailure> {
        let (field, value) = if self.may_write(KEY) {
            (KEY, case.to_string())
        } else if self.may_write(STAND_IN) {
            (STAND_IN, format!("{STAND_IN_MARK}{case}"))
        } else {
            return Err(super::setup(
                format!("the connection's user may write neither Case.{KEY} nor Case.{STAND_IN}"),
                "deploy the set-up kit and give the user its permission set",
            ));
        };
        body.insert(field.into(), value.into());
        Ok(())
    }

    /// The fields by which a row of Case, or of what hangs on one, is known, below `before` (`Parent.`).
    pub(crate) fn key_fields(&self, before: &str) -> String {
        let ours = [KEY, STAND_IN].into_iter().filter(|field| self.has(field));
        ours.map(|field| format!(",{before}{field}")).collect()
    }

    /// The condition that picks these cases, or what hangs on them.
    pub(crate) fn condition(&self, before: &str, cases: &[Uuid]) -> String {
        let theirs: Vec<String> =
            cases.iter().filter_map(|case| SalesforceId::of_uuid(*case)).map(|id| id.to_string()).collect();
        let ours: Vec<&Uuid> = cases.iter().filter(|case| SalesforceId::of_uuid(**case).is_none()).collect();
        let mut any = Vec::new();
        if !theirs.is_empty() || ours.is_empty() {
            any.push(format!("{} IN {}", if before.is_empty() { "Id" } else { "ParentId" }, soql::list(theirs)));
        }
        if !ours.is_empty() && self.has(KEY) {
            any.push(format!("{before}{KEY} IN {}", soql::list(ours.iter().map(|case| case.to_string()))));
        }
        if !ours.is_empty() && self.has(STAND_IN) {
            let marks = ours.iter().map(|case| format!("{STAND_IN_MARK}{case}"));
            any.push(format!("{before}{STAND_IN} IN {}", soql::list(marks)));
        }
        format!("({})", any.join(" OR "))
    }
}

/// Under which id the port knows a row of Case: ours where it is ours, else Salesforce's own.
pub(crate) fn case_uuid(row: &Value, id: SalesforceId) -> Uuid {
    let key = row[KEY].as_str().and_then(|text| Uuid::try_parse(text).ok());
    let stand_in = || Uuid::try_parse(row[STAND_IN].as_str()?.strip_prefix(STAND_IN_MARK)?).ok();
    key.or_else(stand_in).unwrap_or_else(|| id.to_uuid())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn shape(fields: &[&str]) -> Shape {
        let fields: Vec<Value> = fields.iter().map(|name| json!({ "name": name, "createable": true })).collect();
        Shape::of(&json!({ "fields": fields })).unwrap()
    }

    #[test]
    fn r15_a_case_is_found_again_by_the_key_it_was_made_with() {
        let (case, id) = (Uuid::from_u128(7), "500000000000001".parse::<SalesforceId>().unwrap());
        for fields in [&[KEY, STAND_IN][..], &[STAND_IN][..]] {
            let mut body = Map::new();
            shape(fields).put_key(case, &mut body).unwrap();
            assert_eq!(case_uuid(&Value::Object(body), id), case, "with and without the kit");
        }
        assert_eq!(case_uuid(&json!({ STAND_IN: "Acme Ltd" }), id), id.to_uuid(), "a real company is no key");
        assert!(shape(&[]).put_key(case, &mut Map::new()).is_err(), "a case that cannot be found again is not made");
    }

    #[test]
    fn a_condition_looks_for_both_keys_because_the_kit_may_come_later() {
        let ours = Uuid::from_u128(7);
        let theirs: SalesforceId = "500000000000001".parse().unwrap();
        let condition = shape(&[KEY, STAND_IN]).condition("Parent.", &[ours, theirs.to_uuid()]);
        assert_eq!(
            condition,
            format!(
                "(ParentId IN ('{theirs}') OR Parent.{KEY} IN ('{ours}') OR Parent.{STAND_IN} IN ('Casebridge {ours}'))"
            )
        );
    }
}
