//! What a save has to pass, in the order of the real one: fields, types, rules of the object, required, lengths,
//! picklists, references, unique values, validation rules.

use serde_json::{Map, Value as Json, json};

use super::super::deploy;
use super::super::ids;
use super::super::refusal::Refusal;
use super::super::schema::{Kind, Object};
use super::database::{Database, RecordOp, Saver};
use super::table::Row;
use super::value::{fits, moment, read};
use super::{case, email};

/// The places of the fields that a body names, with their values.
type Sets = Vec<(usize, Json)>;

fn is_system(name: &str) -> bool {
    ["attributes", "Id"].iter().any(|each| each.eq_ignore_ascii_case(name))
}

impl Database {
    fn read_body(&self, saver: &Saver, object: &Object, body: &Map<String, Json>, new: bool) -> Result<Sets, Refusal> {
        let mut sets = Sets::new();
        for (name, value) in body {
            if name == "attributes" {
                continue;
            }
            let field = object.field(name).filter(|field| self.sees(&saver.user, field));
            let reference = object.through(name).filter(|_| value.is_object());
            let Some((at, field)) = field.and_then(|field| Some((object.at(&field.name)?, field))) else {
                if let Some((at, field)) = reference {
                    sets.push((at, self.by_external_id(field.kind.clone(), name, value)?));
                    continue;
                }
                return Err(Refusal::no_column(name, &object.name));
            };
            if is_system(name) && new {
                let message = "cannot specify Id in an insert call";
                return Err(Refusal::new(400, "INVALID_FIELD_FOR_INSERT_UPDATE", message).on(&["Id"]));
            }
            if is_system(name) {
                let message = "The Id field should not be specified in the sobject data.";
                return Err(Refusal::new(400, "INVALID_FIELD", message));
            }
            if !saver.system && !(if new { field.create } else { field.update }) {
                return Err(Refusal::not_writable(&field.name));
            }
            sets.push((at, read(field, value)?));
        }
        Ok(sets)
    }

    /// `"Contact": {"External__c": "..."}`: a reference by external id.
    fn by_external_id(&self, kind: Kind, name: &str, value: &Json) -> Result<Json, Refusal> {
        let missing = |field: &str| {
            let message = format!("Foreign key external ID: {value} not found for field {field} in entity {name}");
            Refusal::new(400, "INVALID_FIELD", message).on(&[])
        };
        let Kind::Reference(to) = kind else { return Err(missing(name)) };
        let (field, key) = value
            .as_object()
            .and_then(|map| map.iter().find(|(key, _)| *key != "attributes"))
            .ok_or_else(|| missing(name))?;
        let found = to.iter().find_map(|to| {
            let object = self.object(to)?;
            let at = object.at(field).filter(|at| object.fields[*at].external)?;
            let table = self.table(&object.name);
            table.find(object, at, key).first().map(|place| table.rows[*place].id.clone())
        });
        found.map(Json::from).ok_or_else(|| missing(field))
    }

    /// Makes a row; answers its id.
    pub fn insert(&mut self, saver: &Saver, object: &str, body: &Map<String, Json>) -> Result<String, Refusal> {
        self.atomically(|database| database.try_insert(saver, object, body))
    }

    fn try_insert(&mut self, saver: &Saver, name: &str, body: &Map<String, Json>) -> Result<String, Refusal> {
        let object = self.object(name).ok_or_else(Refusal::not_found)?.clone();
        if !saver.system && !object.live().any(|(_, field)| field.create) {
            let message = format!("entity type {name} does not support create");
            return Err(Refusal::new(400, "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", message).on(&[]));
        }
        let sets = self.read_body(saver, &object, body, true)?;
        let mut row = Row { seq: 0, id: self.next_id(&object.name), values: vec![Json::Null; object.fields.len()] };
        for (at, field) in object.live() {
            row.values[at] = field.default.clone().unwrap_or_default();
        }
        for (at, value) in sets {
            row.set(at, value);
        }
        self.stamp(saver, &object, &mut row, true);
        let extra = self.before(saver, &object, None, &mut row, body)?;
        self.check(&object, None, &row)?;
        let id = row.id.clone();
        self.put(saver, &object.name, &id, row.values);
        self.after(saver, &object, &id, extra)?;
        Ok(id)
    }

    /// Changes a row.
    pub fn update(&mut self, saver: &Saver, object: &str, id: &str, body: &Map<String, Json>) -> Result<(), Refusal> {
        self.atomically(|database| database.try_update(saver, object, id, body))
    }

    fn try_update(&mut self, saver: &Saver, name: &str, id: &str, body: &Map<String, Json>) -> Result<(), Refusal> {
        let object = self.object(name).ok_or_else(Refusal::not_found)?.clone();
        let sets = self.read_body(saver, &object, body, false)?;
        let old = self.row(&object.name, id).ok_or_else(Refusal::not_found)?.clone();
        if self.is_deleted(&object.name, id) {
            return Err(Refusal::deleted());
        }
        let mut row = old.clone();
        for (at, value) in sets {
            row.set(at, value);
        }
        self.stamp(saver, &object, &mut row, false);
        let extra = self.before(saver, &object, Some(&old), &mut row, body)?;
        self.check(&object, Some(&old), &row)?;
        let changed = object.live().filter(|(at, _)| old.get(*at) != row.get(*at)).map(|(_, field)| field.name.clone());
        let changed = changed.collect();
        let id = row.id.clone();
        self.replace(saver, &object.name, row, RecordOp::Update, changed);
        self.after(saver, &object, &id, extra)
    }

    /// Moves a row, and what hangs on a case, to the recycle bin.
    pub fn delete(&mut self, saver: &Saver, name: &str, id: &str) -> Result<(), Refusal> {
        let object = self.object(name).ok_or_else(Refusal::not_found)?.clone();
        let mut row = self.row(&object.name, id).ok_or_else(Refusal::not_found)?.clone();
        if self.is_deleted(&object.name, id) {
            return Err(Refusal::deleted());
        }
        let modifies_all = saver.person || saver.system || self.user(&saver.user).is_some_and(|user| user.modify_all);
        if object.name == "CaseComment" && !modifies_all {
            return Err(Refusal::rights());
        }
        if let Some(at) = object.at("IsDeleted") {
            row.set(at, json!(true));
        }
        self.stamp(saver, &object, &mut row, false);
        let id = row.id.clone();
        self.replace(saver, &object.name, row, RecordOp::Delete, Vec::new());
        if object.name == "Case" {
            for child in ["CaseComment", "EmailMessage", "FeedItem"] {
                for row in self.children(child, "ParentId", &id) {
                    self.delete(&Saver { system: true, ..saver.clone() }, child, &row)?;
                }
            }
        }
        Ok(())
    }

    /// The rows, not deleted, of an object that point to this one.
    pub fn children(&self, object: &str, field: &str, id: &str) -> Vec<String> {
        let Some((object, at)) = self.object(object).and_then(|object| Some((object, object.at(field)?))) else {
            return Vec::new();
        };
        let table = self.table(&object.name);
        let places = table.find(object, at, &json!(id));
        let ids = places.into_iter().map(|place| table.rows[place].id.clone());
        ids.filter(|id| !self.is_deleted(&object.name, id)).collect()
    }

    fn stamp(&self, saver: &Saver, object: &Object, row: &mut Row, new: bool) {
        let now = json!(moment(saver.now));
        let mut set = |name: &str, value: &Json| {
            if let Some(at) = object.at(name) {
                row.set(at, value.clone());
            }
        };
        let user = json!(saver.user);
        for (name, value) in [("LastModifiedDate", &now), ("LastModifiedById", &user), ("SystemModstamp", &now)] {
            set(name, value);
        }
        if new {
            set("CreatedDate", &now);
            set("CreatedById", &user);
        }
        let id = json!(row.id);
        if let Some(at) = object.at("Id") {
            row.set(at, id);
        }
    }

    fn before(
        &mut self,
        saver: &Saver,
        object: &Object,
        old: Option<&Row>,
        row: &mut Row,
        body: &Map<String, Json>,
    ) -> Result<Option<String>, Refusal> {
        match object.name.as_str() {
            "Case" => case::before(self, saver, object, old, row, body),
            "CaseComment" if old.is_some() => email::only_published(self, saver, body).map(|()| None),
            "EmailMessage" => email::before(object, saver, old, row).map(|()| None),
            "Contact" => {
                let name = |at: &str| object.at(at).and_then(|at| row.get(at).as_str()).unwrap_or_default().to_owned();
                let whole = format!("{} {}", name("FirstName"), name("LastName")).trim().to_owned();
                if let Some(at) = object.at("Name") {
                    row.set(at, json!(whole));
                }
                Ok(None)
            }
            _ => Ok(None),
        }
    }

    fn after(&mut self, saver: &Saver, object: &Object, id: &str, comment: Option<String>) -> Result<(), Refusal> {
        if let Some(comment) = comment {
            let body = Map::from_iter([("ParentId".to_owned(), json!(id)), ("CommentBody".to_owned(), json!(comment))]);
            self.try_insert(saver, "CaseComment", &body)?;
        }
        if object.name == "CaseComment" && self.config.comment_touches_case {
            let parent = self.text("CaseComment", id, "ParentId");
            self.touch(saver, "Case", &parent)?;
        }
        Ok(())
    }

    fn check(&self, object: &Object, old: Option<&Row>, row: &Row) -> Result<(), Refusal> {
        let missing: Vec<&str> = object
            .live()
            .filter(|(at, field)| field.required && row.get(*at).is_null())
            .map(|(_, field)| field.name.as_str())
            .collect();
        if !missing.is_empty() {
            let message = format!("Required fields are missing: [{}]", missing.join(", "));
            return Err(Refusal::new(400, "REQUIRED_FIELD_MISSING", message).on(&missing));
        }
        for (at, field) in object.live() {
            let value = row.get(at);
            if value.is_null() || old.is_some_and(|old| old.get(at) == value) {
                continue;
            }
            fits(field, value)?;
            if let (Kind::Reference(to), Some(id)) = (&field.kind, value.as_str()) {
                self.points_somewhere(&field.name, to, id)?;
            }
            if field.unique {
                let others = self.table(&object.name).find(object, at, value);
                let table = self.table(&object.name);
                let other = others
                    .iter()
                    .map(|place| &table.rows[*place])
                    .find(|other| other.id != row.id && !self.is_deleted(&object.name, &other.id));
                if let Some(other) = other {
                    let message = format!(
                        "duplicate value found: {} duplicates value on record with id: {}",
                        field.name, other.id
                    );
                    return Err(Refusal::new(400, "DUPLICATE_VALUE", message).on(&[]));
                }
            }
        }
        deploy::validate(self, object, old, row)
    }

    fn points_somewhere(&self, field: &str, to: &[String], id: &str) -> Result<(), Refusal> {
        let objects: Vec<&Object> = to.iter().filter_map(|name| self.object(name)).collect();
        let Some(object) = objects.iter().find(|object| id.starts_with(&object.prefix)) else {
            let message = format!("{field}: id value of incorrect type: {id}");
            return Err(Refusal::new(400, "MALFORMED_ID", message).on(&[field]));
        };
        match self.row(&object.name, id) {
            None => Err(Refusal::new(400, "INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id").on(&[])),
            Some(_) if self.is_deleted(&object.name, id) => Err(Refusal::deleted()),
            Some(_) => Ok(()),
        }
    }

    /// The rows with this external id; deleted ones do not count.
    pub fn by_external(&self, object: &Object, at: usize, value: &str) -> Vec<String> {
        let table = self.table(&object.name);
        let places = table.find(object, at, &json!(value));
        let ids = places.into_iter().map(|place| table.rows[place].id.clone());
        ids.filter(|id| !self.is_deleted(&object.name, id)).map(|id| ids::to_18(&id)).collect()
    }
}
