//! The fields of a case on their way to the org: those that it would refuse are left out beforehand, and those that it
//! refused all the same are remembered, so that the next conversation does not pay for them again (R26).

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Mutex, MutexGuard, PoisonError};

use casebridge_domain::text::cut;
use serde_json::{Map, Value};

use super::refusal::Refusal;
use super::shape::{KEY, SEQ, STAND_IN, Shape, WRITE};
use crate::port::LeftOut;

/// Without these a case could not be found again, or a late write would double it.
const NEEDED: [&str; 4] = [KEY, STAND_IN, SEQ, WRITE];
/// Most values remembered; then all are forgotten.
const MOST_VALUES: usize = 1000;
/// Why a field is left out that the description does not offer.
const NOT_WRITABLE: &str = "the org's Case has no such field, or the connection's user may not write it";

/// What was refused: a field whatever it says, or one of its values.
#[derive(Debug, Default)]
struct Remembered {
    fields: HashMap<String, String>,
    values: HashMap<(String, u64), String>,
}

/// The refusals that one client met.
#[derive(Debug, Default)]
pub(crate) struct Refused(Mutex<Remembered>);

impl Refused {
    fn held(&self) -> MutexGuard<'_, Remembered> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Why this value of a field is not to be sent, if it is not.
    fn why(&self, field: &str, value: &Value) -> Option<String> {
        let held = self.held();
        held.fields.get(field).or_else(|| held.values.get(&(field.to_owned(), hash(value)))).cloned()
    }

    /// Learns from a refusal of `sent`. Answers whether there is something to leave out that was not left out before: then
    /// the rest may be sent.
    pub(crate) fn learn(&self, refusal: &Refusal, sent: &Map<String, Value>) -> bool {
        let mut held = self.held();
        let mut new = false;
        for field in refusal.fields_at_fault(sent) {
            if NEEDED.contains(&field.as_str()) {
                // What the whole write rests on: a new description says what to do.
                return false;
            }
            let words = refusal.words();
            let is_new = if refusal.is_about_a_value() {
                if held.values.len() >= MOST_VALUES {
                    held.values.clear();
                }
                let value = hash(sent.get(&field).unwrap_or(&Value::Null));
                held.values.insert((field, value), words).is_none()
            } else {
                held.fields.insert(field, words).is_none()
            };
            new |= is_new;
        }
        new
    }

    /// Somebody looks anew at what the org takes.
    pub(crate) fn forget(&self) {
        *self.held() = Remembered::default();
    }
}

/// Values are customers' words: only a trace of them is kept.
fn hash(value: &Value) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.to_string().hash(&mut hasher);
    hasher.finish()
}

/// The fields of one write.
#[derive(Debug)]
pub(crate) struct CaseFields<'a> {
    shape: &'a Shape,
    refused: &'a Refused,
    body: Map<String, Value>,
    left_out: Vec<LeftOut>,
}

impl<'a> CaseFields<'a> {
    pub(crate) fn new(shape: &'a Shape, refused: &'a Refused) -> Self {
        CaseFields { shape, refused, body: Map::new(), left_out: Vec::new() }
    }

    /// A text that may be cut, with a mark, to the length of its field.
    pub(crate) fn text(&mut self, field: &str, text: &str, otherwise: usize) {
        self.put(field, cut(text, self.shape.length(field, otherwise)).into());
    }

    /// A value that is no longer itself when it is cut.
    pub(crate) fn exact(&mut self, field: &str, value: Value) {
        let Some(text) = value.as_str() else { return self.put(field, value) };
        if text.encode_utf16().count() > self.shape.length(field, usize::MAX) {
            self.leave_out(field, format!("its value is longer than {} characters", self.shape.length(field, 0)));
        } else if !self.shape.allows(field, text) {
            self.leave_out(field, format!("`{text}` is not among the values of its list"));
        } else {
            self.put(field, value);
        }
    }

    /// A field of the kit: an org without the kit is no news.
    pub(crate) fn of_kit(&mut self, field: &str, value: Value) {
        if self.shape.may_write(field) {
            self.put(field, value);
        }
    }

    pub(crate) fn leave_out(&mut self, field: &str, why: String) {
        self.left_out.push(LeftOut { column: field.to_owned(), why });
    }

    fn put(&mut self, field: &str, value: Value) {
        if !self.shape.may_write(field) {
            self.leave_out(field, NOT_WRITABLE.into());
        } else if let Some(words) = self.refused.why(field, &value) {
            self.leave_out(field, words);
        } else {
            self.body.insert(field.to_owned(), value);
        }
    }

    /// What is written, and what is not.
    pub(crate) fn done(self) -> (Map<String, Value>, Vec<LeftOut>) {
        (self.body, self.left_out)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn shape() -> Shape {
        Shape::of(&json!({ "fields": [
            { "name": "Subject", "createable": true, "length": 10 },
            { "name": "Code__c", "createable": true, "length": 3 },
            { "name": "Tier__c", "createable": true, "length": 255, "restrictedPicklist": true,
              "picklistValues": [{ "active": true, "value": "Gold" }, { "active": false, "value": "Old" }] },
            { "name": "Read__c", "createable": false },
        ]}))
        .unwrap()
    }

    fn refusal(code: &str, fields: &[&str]) -> Refusal {
        let fields = fields.iter().map(|field| (*field).to_owned()).collect();
        Refusal { code: code.into(), message: "no".into(), fields }
    }

    #[test]
    fn r26_what_the_org_would_refuse_is_left_out_or_cut_before_it_is_sent() {
        let (shape, refused) = (shape(), Refused::default());
        let mut fields = CaseFields::new(&shape, &refused);
        fields.text("Subject", "0123456789abc", 255);
        for (field, value) in [("Code__c", "opencx"), ("Tier__c", "Silver"), ("Read__c", "x"), ("None__c", "x")] {
            fields.exact(field, json!(value));
        }
        let (body, left_out) = fields.done();
        assert_eq!(Value::Object(body), json!({ "Subject": "012345678…" }), "a text is cut with a mark");
        let columns: Vec<&str> = left_out.iter().map(|one| one.column.as_str()).collect();
        assert_eq!(columns, ["Code__c", "Tier__c", "Read__c", "None__c"], "half a code would be another code");
        let mut gold = CaseFields::new(&shape, &refused);
        gold.exact("Tier__c", json!("gold"));
        gold.exact("Tier__c", json!("Old"));
        let (body, left_out) = gold.done();
        assert_eq!((body.len(), left_out.len()), (1, 1), "lists mind no letter case, and values out of use are none");
    }

    #[test]
    fn r26_a_field_is_remembered_whatever_it_says_and_a_value_by_itself() {
        let (shape, refused) = (shape(), Refused::default());
        let sent = json!({ "Subject": "spam", "Tier__c": "Gold" });
        let sent = sent.as_object().unwrap();
        assert!(refused.learn(&refusal("INVALID_FIELD_FOR_INSERT_UPDATE", &["Tier__c"]), sent));
        assert!(refused.learn(&refusal("FIELD_INTEGRITY_EXCEPTION", &["Subject"]), sent));
        assert!(
            !refused.learn(&refusal("FIELD_INTEGRITY_EXCEPTION", &["Subject"]), sent),
            "nothing new: no more tries"
        );
        let written = |subject: &str| {
            let mut fields = CaseFields::new(&shape, &refused);
            fields.text("Subject", subject, 255);
            fields.exact("Tier__c", json!("gold"));
            fields.done().0.keys().cloned().collect::<Vec<_>>()
        };
        assert_eq!(written("spam"), Vec::<String>::new());
        assert_eq!(written("ham"), ["Subject"], "another value may be taken");
        refused.forget();
        assert_eq!(written("spam"), ["Subject", "Tier__c"], "somebody tested the connection");
    }

    #[test]
    fn r15_what_a_case_is_found_by_is_never_left_out() {
        let refused = Refused::default();
        let sent = json!({ KEY: "1", "Subject": "x" });
        assert!(!refused.learn(&refusal("INVALID_FIELD", &[KEY, "Subject"]), sent.as_object().unwrap()));
    }
}
