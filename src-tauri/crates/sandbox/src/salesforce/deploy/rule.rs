//! Validation rules, evaluated at each save.

use serde_json::Value as Json;

use super::super::config::BlankNumbers;
use super::super::data::{Database, Row};
use super::super::refusal::Refusal;
use super::super::schema::{Kind, Object};
use super::formula::{Formula, Record, Value};

/// A rule: a save for which the formula is true is refused with the message.
#[derive(Clone, Debug)]
pub(crate) struct ValidationRule {
    pub object: String,
    pub name: String,
    pub message: String,
    /// Where the message is shown; at the top of the page without one.
    pub field: Option<String>,
    pub active: bool,
    formula: Formula,
}

impl ValidationRule {
    /// Reads a rule against the fields of its object; the error is what a deployment shows.
    pub fn read(
        object: &str,
        name: &str,
        formula: &str,
        message: &str,
        field: Option<String>,
        active: bool,
        database: &Database,
    ) -> Result<Self, String> {
        let formula = Formula::parse(formula)?;
        let shape = database.object(object).ok_or_else(|| format!("Entity {object} does not exist"))?;
        for name in formula.fields() {
            if !name.starts_with('$') && shape.field(name).is_none() {
                return Err(format!("Field {name} does not exist. Check spelling."));
            }
        }
        if message.is_empty() || message.chars().count() > 255 {
            return Err("Required field is missing: errorMessage".to_owned());
        }
        let (object, name, message) = (object.to_owned(), name.to_owned(), message.to_owned());
        Ok(Self { object, name, message, field, active, formula })
    }

    pub fn fields(&self) -> Vec<&str> {
        self.formula.fields()
    }
}

struct Saved<'a> {
    object: &'a Object,
    old: Option<&'a Row>,
    new: &'a Row,
    zero: bool,
}

impl Saved<'_> {
    fn of(&self, row: Option<&Row>, name: &str) -> Value {
        let Some(at) = self.object.at(name) else { return Value::Blank };
        let value = row.map_or(Json::Null, |row| row.get(at).clone());
        match self.object.fields[at].kind {
            Kind::Number(..) | Kind::Currency(..) | Kind::Percent(..) | Kind::Int if value.is_null() && self.zero => {
                Value::Number(0.0)
            }
            _ => Value::from(&value),
        }
    }
}

impl Record for Saved<'_> {
    fn now(&self, field: &str) -> Value {
        self.of(Some(self.new), field)
    }

    fn before(&self, field: &str) -> Value {
        self.of(self.old, field)
    }

    fn is_new(&self) -> bool {
        self.old.is_none()
    }
}

/// Asks every active rule of the object.
pub(crate) fn validate(database: &Database, object: &Object, old: Option<&Row>, new: &Row) -> Result<(), Refusal> {
    let zero = database.config.blank_numbers == BlankNumbers::Zero;
    let saved = Saved { object, old, new, zero };
    for rule in database.rules.iter().filter(|rule| rule.active && rule.object == object.name) {
        if rule.formula.is_true(&saved) {
            let fields: Vec<&str> = rule.field.as_deref().into_iter().collect();
            return Err(Refusal::new(400, "FIELD_CUSTOM_VALIDATION_EXCEPTION", rule.message.clone()).on(&fields));
        }
    }
    Ok(())
}
