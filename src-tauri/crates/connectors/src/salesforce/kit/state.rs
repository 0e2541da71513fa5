//! How much of the kit the org has, as our user sees it.

use casebridge_domain::{CallFailure, FailureClass};
use serde_json::Value;

use super::super::Salesforce;
use super::super::http::VERSION;
use super::super::read::{Ask, id, strange, string};
use super::super::shape::{KEY, SEQ, SOURCE, WRITE};
use super::super::soql;
use super::{PERMISSION_SET, RULE};
use crate::port::{CallLog, Proof};
use crate::set_up::{KitField, KitPart, KitState};

/// A field as the kit makes it.
struct Wanted {
    name: &'static str,
    purpose: &'static str,
    kind: &'static str,
    /// Least length of a text.
    length: u64,
    unique: bool,
}

const FIELDS: [Wanted; 5] = [
    Wanted { name: KEY, purpose: "finds a case again", kind: "string", length: 36, unique: true },
    Wanted { name: SEQ, purpose: "counts the writes", kind: "double", length: 0, unique: false },
    Wanted { name: WRITE, purpose: "tells attempts apart", kind: "string", length: 32, unique: false },
    Wanted { name: SOURCE, purpose: "names the conversation", kind: "string", length: 1, unique: false },
    Wanted { name: "Case_From__c", purpose: "marks where a case comes from", kind: "string", length: 1, unique: false },
];

impl Salesforce {
    pub(super) async fn read_kit(&self, log: &CallLog) -> Result<KitState, CallFailure> {
        let what = "describing Case";
        let body = self.get(what, format!("{VERSION}/sobjects/Case/describe"), log).await?.good(what)?;
        let described = body["fields"].as_array().ok_or_else(|| strange(what))?;
        let fields = FIELDS.iter().map(|wanted| {
            let found = described.iter().find(|field| field["name"] == wanted.name);
            let problem =
                found.map_or_else(|| "not there, or hidden from the user".to_owned(), |field| wrong(wanted, field));
            KitField {
                name: wanted.name,
                purpose: wanted.purpose,
                present: found.is_some(),
                ok: problem.is_empty(),
                problem,
            }
        });
        let fields = fields.collect();
        let (permission_set, version) = self.permission_set(log).await?;
        Ok(KitState { fields, permission_set, rule: self.rule(log).await?, version, offered: super::VERSION })
    }

    async fn permission_set(&self, log: &CallLog) -> Result<(KitPart, Option<u32>), CallFailure> {
        let part = |proof, detail: &str| KitPart { name: PERMISSION_SET, proof, detail: detail.to_owned() };
        let user = self.http.tokens.bearer().await?.user;
        let what = "reading PermissionSet";
        let soql = format!("SELECT Id,Description FROM PermissionSet WHERE Name = {}", soql::text(PERMISSION_SET));
        let rows = match self.rows(&Ask::new(what, soql), log).await {
            Ok(rows) => rows,
            Err(failure) if is_hidden(&failure) => return Ok((part(Proof::NotProven, &failure.message), None)),
            Err(failure) => return Err(failure),
        };
        let Some((row, set)) = rows.first().and_then(|row| Some((row, id(row, "Id")?))) else {
            return Ok((part(Proof::Missing, "not there"), None));
        };
        let version = string(row, "Description").as_deref().and_then(version_in);
        let soql = format!(
            "SELECT Id FROM PermissionSetAssignment WHERE AssigneeId = {} AND PermissionSetId = {}",
            soql::text(&user.to_string()),
            soql::text(&set.to_string())
        );
        let given = !self.rows(&Ask::new(what, soql), log).await?.is_empty();
        let part = match given {
            true => part(Proof::Yes, "there, and given to the connection's user"),
            false => part(Proof::Missing, "there, but not given to the connection's user"),
        };
        Ok((part, version))
    }

    /// Rules are shown by the Tooling API only, and there only to those who may look at the set-up.
    async fn rule(&self, log: &CallLog) -> Result<KitPart, CallFailure> {
        let part = |proof, detail: String| KitPart { name: RULE, proof, detail };
        let what = "reading ValidationRule";
        let soql = format!(
            "SELECT Id,Active FROM ValidationRule WHERE EntityDefinition.QualifiedApiName = 'Case' AND ValidationName = {}",
            soql::text(RULE)
        );
        let answer = self.get(what, format!("{VERSION}/tooling/query?q={}", soql::percent(&soql)), log).await?;
        let body = match answer.good(what) {
            Ok(body) => body,
            Err(failure) if is_hidden(&failure) => return Ok(part(Proof::NotProven, failure.message)),
            Err(failure) => return Err(failure),
        };
        Ok(match body["records"].as_array().and_then(|rows| rows.first()) {
            Some(row) if row["Active"] == true => part(Proof::Yes, "there, and active".into()),
            Some(_) => part(Proof::Missing, "there, but switched off".into()),
            None => part(Proof::Missing, "not there".into()),
        })
    }
}

/// Whether Salesforce only says that our user may not look.
fn is_hidden(failure: &CallFailure) -> bool {
    matches!(failure.class, FailureClass::Rights | FailureClass::Refused)
}

/// What is wrong with a field that is there; empty when nothing is.
fn wrong(wanted: &Wanted, field: &Value) -> String {
    let kind = field["type"].as_str().unwrap_or_default();
    let kind_fits = kind == wanted.kind || (wanted.kind == "double" && kind == "int");
    if !kind_fits {
        format!("is of type {kind}, not {}", wanted.kind)
    } else if field["length"].as_u64().unwrap_or(0) < wanted.length {
        format!("holds fewer than {} characters", wanted.length)
    } else if wanted.unique && !(field["unique"] == true && field["externalId"] == true) {
        "is no unique external id".into()
    } else if field["createable"] != true || field["updateable"] != true {
        "may not be written by the connection's user".into()
    } else {
        String::new()
    }
}

/// The number after `version` in the permission set's description.
fn version_in(description: &str) -> Option<u32> {
    let (_, rest) = description.split_once("kit, version ")?;
    rest.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_version_is_told_by_the_description() {
        assert_eq!(version_in("Casebridge set-up kit, version 12: the fields"), Some(12));
        assert_eq!(version_in("made by hand"), None);
    }

    #[test]
    fn a_field_that_somebody_made_by_hand_is_looked_at_closely() {
        let good = json!({
            "type": "string", "length": 36, "unique": true, "externalId": true, "createable": true, "updateable": true,
        });
        assert_eq!(wrong(&FIELDS[0], &good), "");
        for (member, value, word) in [
            ("type", json!("textarea"), "type"),
            ("length", json!(18), "36"),
            ("unique", json!(false), "unique"),
            ("updateable", json!(false), "written"),
        ] {
            let mut field = good.clone();
            field[member] = value;
            assert!(wrong(&FIELDS[0], &field).contains(word), "{member}: {}", wrong(&FIELDS[0], &field));
        }
    }
}
