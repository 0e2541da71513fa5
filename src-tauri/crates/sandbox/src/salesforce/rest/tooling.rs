//! The Tooling API, as far as one looks at validation rules with it.

use serde_json::{Value as Json, json};

use super::super::answer::Answer;
use super::super::deploy::ValidationRule;
use super::super::refusal::Refusal;
use super::super::shared::State;
use super::super::{ids, soql};
use super::Call;

pub(super) fn query(state: &State, call: &Call) -> Result<Answer, Refusal> {
    let (from, wanted) = soql::simple(call.option("q").unwrap_or_default())?;
    // That an object of the set-up does not exist for those who may not look at it is UNCONFIRMED.
    let sees = state.database.user(&call.user).is_some_and(|user| user.view_setup || user.modify_all);
    if from != "ValidationRule" || !sees {
        return Err(Refusal::new(400, "INVALID_TYPE", format!("sObject type '{from}' is not supported.")));
    }
    let mut records = Vec::new();
    for (at, rule) in (1..).zip(&state.database.rules) {
        let mut fits = true;
        for (field, value) in &wanted {
            let is = told(rule, field).ok_or_else(|| Refusal::no_column(field, "ValidationRule"))?;
            fits &= is.eq_ignore_ascii_case(value);
        }
        if fits {
            records.push(record(rule, at, call));
        }
    }
    Ok(Answer::json(
        200,
        json!({ "size": records.len(), "totalSize": records.len(), "done": true, "records": records }),
    ))
}

fn told(rule: &ValidationRule, field: &str) -> Option<String> {
    Some(match field {
        "EntityDefinition.QualifiedApiName" => rule.object.clone(),
        "ValidationName" => rule.name.clone(),
        "Active" => rule.active.to_string(),
        _ => return None,
    })
}

fn record(rule: &ValidationRule, at: u64, call: &Call) -> Json {
    let id = ids::made("03d", at);
    json!({
        "attributes": { "type": "ValidationRule", "url": format!("{}/tooling/sobjects/ValidationRule/{id}", call.base) },
        "Id": id, "ValidationName": rule.name, "Active": rule.active, "ErrorMessage": rule.message,
    })
}
