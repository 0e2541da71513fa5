//! Tables, the ledger of writes, and the journal by which a transaction is taken back.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Map, Value as Json, json};

use super::super::config::{OrgUser, SalesforceConfig};
use super::super::deploy::ValidationRule;
use super::super::refusal::Refusal;
use super::super::schema::{self, Field, Object};
use super::table::{Row, Table};
use super::value::moment;

/// What was done to a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum RecordOp {
    /// It was made.
    Insert,
    /// It was changed.
    Update,
    /// It went to the recycle bin.
    Delete,
}

/// One write to one record that was committed, whether or not its writer heard of it.
#[derive(Clone, Debug, Serialize)]
pub struct RecordEntry {
    /// Grows with each entry of the org.
    pub seq: u64,
    /// When it was committed.
    pub at: Timestamp,
    /// The object.
    pub entity: String,
    /// The record, in 18 characters.
    pub id: String,
    /// What was done.
    pub op: RecordOp,
    /// The user that did it, by id.
    pub by: String,
    /// The request that it came with; `None` for people at the keyboard.
    pub request: Option<u64>,
    /// The fields that changed, for an update.
    pub changed: Vec<String>,
}

/// Who saves.
#[derive(Clone, Debug)]
pub(crate) struct Saver {
    pub user: String,
    pub request: Option<u64>,
    pub now: Timestamp,
    /// `Sforce-Auto-Assign` as sent; true when the header is missing.
    pub auto_assign: bool,
    /// Somebody at the keyboard: no rights are missing and no assignment rule runs.
    pub person: bool,
    /// The stand-in itself: read-only fields can be set.
    pub system: bool,
}

/// A row that triggers will see when the transaction is committed.
#[derive(Clone, Debug)]
pub(crate) struct Happened {
    pub what: What,
    pub object: String,
    pub id: String,
    pub changed: Vec<String>,
    pub by: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum What {
    Inserted,
    Updated,
}

enum Undo {
    Insert(String),
    Replace(String, usize, Row),
}

/// Where a transaction began.
pub(crate) struct Mark {
    undo: usize,
    ledger: usize,
    happened: usize,
}

/// Everything that an org holds.
pub(crate) struct Database {
    pub config: Arc<SalesforceConfig>,
    /// Users with their permissions; their rows are in the table `User`.
    pub users: Vec<OrgUser>,
    pub objects: Vec<Object>,
    pub tables: HashMap<String, Table>,
    pub rules: Vec<ValidationRule>,
    /// Everything else that was deployed, by type and name.
    pub metadata: BTreeMap<(String, String), String>,
    pub ledger: Vec<RecordEntry>,
    pub happened: Vec<Happened>,
    undo: Vec<Undo>,
    next: u64,
    next_case: u64,
}

impl Database {
    pub fn new(config: Arc<SalesforceConfig>) -> Self {
        let objects = schema::stock();
        let tables = objects.iter().map(|object| (object.name.clone(), Table::default())).collect();
        let mut database = Self {
            users: config.users.clone(),
            config,
            objects,
            tables,
            rules: Vec::new(),
            metadata: BTreeMap::new(),
            ledger: Vec::new(),
            happened: Vec::new(),
            undo: Vec::new(),
            next: 1,
            next_case: 1000,
        };
        super::super::seed::fill(&mut database);
        database
    }

    /// The user with this id.
    pub fn user(&self, id: &str) -> Option<&OrgUser> {
        self.users.iter().find(|user| user.id == id)
    }

    pub fn object(&self, name: &str) -> Option<&Object> {
        self.objects.iter().find(|object| object.name.eq_ignore_ascii_case(name))
    }

    pub fn object_mut(&mut self, name: &str) -> Option<&mut Object> {
        self.objects.iter_mut().find(|object| object.name.eq_ignore_ascii_case(name))
    }

    /// The object whose records start like this id.
    pub fn object_of(&self, id: &str) -> Option<&Object> {
        self.objects.iter().find(|object| id.starts_with(&object.prefix))
    }

    pub fn table(&self, object: &str) -> &Table {
        &self.tables[object]
    }

    pub fn row(&self, object: &str, id: &str) -> Option<&Row> {
        self.tables.get(object)?.row(id)
    }

    /// One value; null for what is not there.
    pub fn value(&self, object: &str, id: &str, field: &str) -> Json {
        let at = self.object(object).and_then(|object| object.at(field));
        at.and_then(|at| self.row(object, id).map(|row| row.get(at).clone())).unwrap_or_default()
    }

    pub fn text(&self, object: &str, id: &str, field: &str) -> String {
        self.value(object, id, field).as_str().unwrap_or_default().to_owned()
    }

    pub fn is_deleted(&self, object: &str, id: &str) -> bool {
        self.value(object, id, "IsDeleted") == json!(true)
    }

    /// A row with all its fields, as it is, for people who look inside.
    pub fn shown(&self, object: &str, row: &Row) -> Map<String, Json> {
        let mut map = Map::new();
        map.insert("@seq".to_owned(), json!(row.seq));
        map.insert("Id".to_owned(), json!(row.id));
        for (at, field) in
            self.object(object).into_iter().flat_map(Object::live).filter(|(_, field)| field.name != "Id")
        {
            map.insert(field.name.clone(), row.get(at).clone());
        }
        map
    }

    /// Whether a user may know of a field. Fields that were deployed are seen through permission sets only.
    pub fn sees(&self, user: &str, field: &Field) -> bool {
        let Some(sets) = &field.granted else { return true };
        let Some(assignments) = self.object("PermissionSetAssignment") else { return false };
        let (Some(who), Some(what)) = (assignments.at("AssigneeId"), assignments.at("PermissionSetId")) else {
            return false;
        };
        self.table("PermissionSetAssignment").rows.iter().any(|row| {
            row.get(who).as_str() == Some(user)
                && row.get(what).as_str().is_some_and(|set| sets.contains(&self.text("PermissionSet", set, "Name")))
        })
    }

    pub fn next_id(&mut self, object: &str) -> String {
        self.next += 1;
        let prefix = self.object(object).map(|object| object.prefix.clone()).unwrap_or_default();
        super::super::ids::made(&prefix, self.next)
    }

    pub fn next_case_number(&mut self) -> String {
        self.next_case += 1;
        format!("{:08}", self.next_case)
    }

    // The journal.

    pub fn begin(&self) -> Mark {
        Mark { undo: self.undo.len(), ledger: self.ledger.len(), happened: self.happened.len() }
    }

    /// Takes back everything since the mark.
    pub fn roll_back(&mut self, mark: &Mark) {
        while self.undo.len() > mark.undo {
            match self.undo.pop() {
                Some(Undo::Insert(object)) => self.on_table(&object, |table, object| table.pop(object)),
                Some(Undo::Replace(object, place, row)) => {
                    self.on_table(&object, |table, object| drop(table.replace(object, place, row)));
                }
                None => {}
            }
        }
        self.ledger.truncate(mark.ledger);
        self.happened.truncate(mark.happened);
    }

    /// Does the work wholly or not at all.
    pub fn atomically<T, E>(&mut self, work: impl FnOnce(&mut Self) -> Result<T, E>) -> Result<T, E> {
        let mark = self.begin();
        let done = work(self);
        if done.is_err() {
            self.roll_back(&mark);
        }
        done
    }

    /// Ends a request: nothing of it can be taken back any more.
    pub fn commit(&mut self) -> Vec<Happened> {
        self.undo.clear();
        std::mem::take(&mut self.happened)
    }

    fn on_table(&mut self, object: &str, work: impl FnOnce(&mut Table, &Object)) {
        let object = self.objects.iter().find(|each| each.name == object);
        if let Some((object, table)) = object.and_then(|object| Some((object, self.tables.get_mut(&object.name)?))) {
            work(table, object);
        }
    }

    /// Puts a finished row in.
    pub fn put(&mut self, saver: &Saver, object: &str, id: &str, values: Vec<Json>) {
        self.next += 1;
        let row = Row { seq: self.next, id: id.to_owned(), values };
        self.on_table(object, |table, object| table.push(object, row));
        self.undo.push(Undo::Insert(object.to_owned()));
        self.tell(saver, object, id, RecordOp::Insert, Vec::new());
        self.note(saver, What::Inserted, object, id, Vec::new());
    }

    /// Replaces a row; says what changed.
    pub fn replace(&mut self, saver: &Saver, object: &str, row: Row, op: RecordOp, changed: Vec<String>) {
        let Some(place) = self.table(object).place(&row.id) else { return };
        let id = row.id.clone();
        let mut old = None;
        self.on_table(object, |table, object| old = Some(table.replace(object, place, row)));
        self.undo.extend(old.map(|old| Undo::Replace(object.to_owned(), place, old)));
        self.tell(saver, object, &id, op, changed.clone());
        if op == RecordOp::Update {
            self.note(saver, What::Updated, object, &id, changed);
        }
    }

    fn tell(&mut self, saver: &Saver, entity: &str, id: &str, op: RecordOp, changed: Vec<String>) {
        let seq = self.ledger.last().map_or(0, |last| last.seq) + 1;
        let (entity, id, by) = (entity.to_owned(), id.to_owned(), saver.user.clone());
        self.ledger.push(RecordEntry { seq, at: saver.now, entity, id, op, by, request: saver.request, changed });
    }

    fn note(&mut self, saver: &Saver, what: What, object: &str, id: &str, changed: Vec<String>) {
        let by = saver.user.clone();
        self.happened.push(Happened { what, object: object.to_owned(), id: id.to_owned(), changed, by });
    }

    /// Stamps a row as changed by the system, which moves `SystemModstamp` and nothing else.
    pub fn touch(&mut self, saver: &Saver, object: &str, id: &str) -> Result<(), Refusal> {
        let at = self.object(object).and_then(|object| object.at("SystemModstamp"));
        let (Some(at), Some(row)) = (at, self.row(object, id)) else { return Err(Refusal::not_found()) };
        let mut row = row.clone();
        row.set(at, json!(moment(saver.now)));
        self.replace(saver, object, row, RecordOp::Update, vec!["SystemModstamp".to_owned()]);
        Ok(())
    }

    /// Adds a custom field, or changes it; rows keep what they hold.
    pub fn put_field(&mut self, object: &str, field: Field) {
        if let Some(object) = self.object_mut(object) {
            object.put(field);
            let name = object.name.clone();
            self.on_table(&name, Table::reindex);
        }
    }
}
