//! The installation's rows, and the one way in which they are saved: defaults, rules, checks, write, ledger, signal.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use jiff::Timestamp;
use uuid::Uuid;

use super::actor::Actor;
use super::altered::Altered;
use super::assign::Assignments;
use super::config::CreatioConfig;
use super::ledger::{RecordEntry, RecordOp};
use super::notification::Notification;
use super::refusal::Refusal;
use super::rules::{self, Draft};
use super::schema::{CREATED_BY, CREATED_ON, Entity, ID, MODIFIED_BY, MODIFIED_ON, OnDelete, Schema};
use super::signal::{Saved, SignalEvent};
use super::table::{IndexKey, Row, Table};
use super::value::Value;

/// What a rolled-back save has to restore.
struct Undo {
    entity: String,
    id: Uuid,
    before: Option<Row>,
}

/// Saves that can still be taken back, and how much there was before them.
struct Open {
    undo: Vec<Undo>,
    records: usize,
    notifications: usize,
    saved: usize,
}

/// Who saves, when, and with which request.
#[derive(Clone, Copy)]
pub(crate) struct Saving<'a> {
    pub by: &'a Actor,
    pub request: Option<u64>,
    pub now: Timestamp,
}

/// All rows, and what saves leave behind.
pub(crate) struct Database {
    pub config: Arc<CreatioConfig>,
    pub schema: Arc<Schema>,
    tables: HashMap<String, Table>,
    next_seq: u64,
    /// The last number given out by the mask `SR{0:00000000}`.
    pub case_number: u64,
    pub records: Vec<RecordEntry>,
    pub notifications: Vec<Notification>,
    /// Columns that became required after set-up.
    pub required_since: HashSet<(String, String)>,
    /// Columns that were changed after set-up.
    pub altered: HashMap<(String, String), Altered>,
    saved: Vec<Saved>,
    open: Option<Open>,
}

impl Database {
    pub fn new(config: Arc<CreatioConfig>) -> Self {
        let schema = Arc::new(Schema::stock(&config.custom_columns));
        let tables =
            schema.entities.iter().map(|entity| (entity.name.clone(), Table::new(Arc::clone(entity)))).collect();
        let mut database = Self {
            config,
            schema,
            tables,
            next_seq: 1,
            case_number: 0,
            records: Vec::new(),
            notifications: Vec::new(),
            required_since: HashSet::new(),
            altered: HashMap::new(),
            saved: Vec::new(),
            open: None,
        };
        super::seed::fill(&mut database);
        // What an installation starts with is not news.
        database.records.clear();
        database.saved.clear();
        database
    }

    pub fn table(&self, name: &str) -> Option<&Table> {
        self.tables.get(name)
    }

    pub fn entity(&self, name: &str) -> Option<Arc<Entity>> {
        self.schema.entity(name).cloned()
    }

    pub fn row(&self, entity: &str, id: Uuid) -> Option<&Row> {
        self.table(entity)?.get(id)
    }

    /// One column of one row; `Null` when there is no such thing.
    pub fn field(&self, entity: &str, id: Uuid, column: &str) -> Value {
        let read = || {
            let table = self.table(entity)?;
            let at = table.entity.column(column)?;
            Some(table.get(id)?.values[at].clone())
        };
        read().unwrap_or(Value::Null)
    }

    /// The saves since the last call, for signals.
    pub fn take_saved(&mut self) -> Vec<Saved> {
        std::mem::take(&mut self.saved)
    }

    pub fn insert(&mut self, name: &str, set: Assignments, saving: Saving<'_>) -> Result<Uuid, Refusal> {
        let entity = self.entity(name).ok_or_else(Refusal::not_found_page)?;
        let mut values = vec![Value::Null; entity.columns.len()];
        let mut draft = Draft { entity: &entity, values: &mut values };
        rules::defaults(self, &mut draft, saving);
        for (at, value) in set {
            // On insert an empty GUID is no value at all, and overrides a default.
            draft.values[at] = if value == Value::Guid(Uuid::nil()) { Value::Null } else { value };
        }
        if draft.values[ID].is_empty() {
            draft.values[ID] = Value::Guid(Uuid::new_v4());
        }
        rules::before_insert(self, &mut draft, saving)?;
        values[CREATED_ON] = Value::Time(saving.now);
        values[MODIFIED_ON] = Value::Time(saving.now);
        let contact = saving.by.contact.map_or(Value::Null, Value::Guid);
        values[CREATED_BY] = contact.clone();
        values[MODIFIED_BY] = contact;

        let all: Vec<usize> = (0..values.len()).collect();
        self.fit_texts(&entity, &mut values, &all)?;
        self.require_columns(&entity, &values)?;
        self.check_lookups(&entity, &values, &all)?;
        let id = values[ID].guid().unwrap_or_default();
        if self.table(name).is_some_and(|table| table.contains(id)) {
            return Err(Refusal::duplicate_key(self.config.database, name));
        }
        let row = Row { seq: self.next_seq, values };
        self.next_seq += 1;
        self.write(name, row, None);
        self.record(name, id, RecordOp::Insert, Vec::new(), saving);
        rules::after_insert(self, &entity, id, saving);
        Ok(id)
    }

    /// Changes a row. A save that changes nothing writes nothing, so `ModifiedOn` stays and no signal fires.
    pub fn update(&mut self, name: &str, id: Uuid, set: Assignments, saving: Saving<'_>) -> Result<bool, Refusal> {
        let entity = self.entity(name).ok_or_else(Refusal::not_found_page)?;
        let old = self.row(name, id).cloned().ok_or_else(Refusal::no_such_record)?;
        let mut values = old.values.clone();
        for (at, value) in set {
            if at != ID {
                values[at] = value;
            }
        }
        let mut touched = changed_columns(&old.values, &values);
        self.fit_texts(&entity, &mut values, &touched)?;
        touched = changed_columns(&old.values, &values);
        if touched.is_empty() {
            return Ok(false);
        }
        let mut draft = Draft { entity: &entity, values: &mut values };
        rules::before_update(self, &old.values, &mut draft, saving)?;
        let touched = changed_columns(&old.values, &values);
        for at in &touched {
            let column = &entity.columns[*at];
            if column.required && values[*at].is_empty() {
                return Err(Refusal::required(name, &column.name));
            }
        }
        self.check_lookups(&entity, &values, &touched)?;
        values[MODIFIED_ON] = Value::Time(saving.now);
        values[MODIFIED_BY] = saving.by.contact.map_or(Value::Null, Value::Guid);
        let changed: Vec<String> = touched.iter().map(|at| entity.columns[*at].name.clone()).collect();
        self.write(name, Row { seq: old.seq, values }, Some(old.clone()));
        self.record(name, id, RecordOp::Update, changed, saving);
        rules::after_update(self, &entity, id, &old.values, saving);
        Ok(true)
    }

    /// FICTIONAL: gives a row another `ModifiedOn` and nothing else, as a bulk import leaves many rows with one time.
    pub fn stamp(&mut self, name: &str, id: Uuid, at: Timestamp, saving: Saving<'_>) -> Result<(), Refusal> {
        let old = self.row(name, id).cloned().ok_or_else(Refusal::no_such_record)?;
        let mut row = old.clone();
        // Microseconds, as PostgreSQL keeps them.
        row.values[MODIFIED_ON] = Value::Time(Timestamp::from_microsecond(at.as_microsecond()).unwrap_or(at));
        self.write(name, row, Some(old));
        self.record(name, id, RecordOp::Update, vec!["ModifiedOn".to_owned()], saving);
        Ok(())
    }

    /// Deletes a row: lookups that name it block, are cleared, or go with it, as the column says.
    pub fn delete(&mut self, name: &str, id: Uuid, saving: Saving<'_>) -> Result<(), Refusal> {
        if self.row(name, id).is_none() {
            return Err(Refusal::no_such_record());
        }
        for (child, at, rule) in self.referrers(name) {
            for row in self.rows_naming(&child, at, id) {
                match rule {
                    OnDelete::Block => {
                        let column = self.entity(&child).map(|entity| entity.columns[at].name.clone());
                        return Err(Refusal::still_referenced(
                            self.config.database,
                            name,
                            &child,
                            &column.unwrap_or_default(),
                        ));
                    }
                    OnDelete::Clear => {
                        let mut cleared = row.clone();
                        cleared.values[at] = Value::Null;
                        self.write(&child, cleared, Some(row));
                    }
                    OnDelete::Cascade => self.delete(&child, row.id(), saving)?,
                }
            }
        }
        if let Some(row) = self.tables.get_mut(name).and_then(|table| table.remove(id)) {
            self.remember(name, id, Some(row));
            self.record(name, id, RecordOp::Delete, Vec::new(), saving);
        }
        Ok(())
    }

    fn referrers(&self, target: &str) -> Vec<(String, usize, OnDelete)> {
        let mut found = Vec::new();
        for entity in &self.schema.entities {
            for (at, column) in entity.columns.iter().enumerate() {
                if column.target() == Some(target) {
                    found.push((entity.name.clone(), at, column.on_delete));
                }
            }
        }
        // What blocks is looked at before anything is changed.
        found.sort_by_key(|(_, _, rule)| *rule != OnDelete::Block);
        found
    }

    /// The rows of `child` whose column names this id.
    pub fn rows_naming(&self, child: &str, at: usize, id: Uuid) -> Vec<Row> {
        let Some(table) = self.table(child) else { return Vec::new() };
        match table.find(at, &IndexKey::Guid(id)) {
            Some(seqs) => seqs.iter().filter_map(|seq| table.by_seq(*seq)).cloned().collect(),
            None => table.rows().filter(|row| row.values[at].guid() == Some(id)).cloned().collect(),
        }
    }

    fn write(&mut self, name: &str, row: Row, before: Option<Row>) {
        let id = row.id();
        self.remember(name, id, before);
        if let Some(table) = self.tables.get_mut(name) {
            table.put(row);
        }
    }

    fn remember(&mut self, name: &str, id: Uuid, before: Option<Row>) {
        if let Some(open) = &mut self.open {
            open.undo.push(Undo { entity: name.to_owned(), id, before });
        }
    }

    fn record(&mut self, name: &str, id: Uuid, op: RecordOp, changed: Vec<String>, saving: Saving<'_>) {
        let event = match op {
            RecordOp::Insert => SignalEvent::Added,
            RecordOp::Update => SignalEvent::Modified,
            RecordOp::Delete => SignalEvent::Deleted,
        };
        self.saved.push(Saved { at: saving.now, entity: name.to_owned(), id, event, changed: changed.clone() });
        self.records.push(RecordEntry {
            seq: self.records.len() as u64 + 1,
            at: saving.now,
            entity: name.to_owned(),
            id,
            op,
            by: saving.by.name.clone(),
            request: saving.request,
            changed,
        });
    }

    /// From here on saves can be taken back, for an `atomicityGroup` that really is atomic.
    pub fn begin(&mut self) {
        self.open = Some(Open {
            undo: Vec::new(),
            records: self.records.len(),
            notifications: self.notifications.len(),
            saved: self.saved.len(),
        });
    }

    pub fn commit(&mut self) {
        self.open = None;
    }

    /// Takes back every save since [`Database::begin`], with the signals and mails that they would have led to.
    pub fn roll_back(&mut self) {
        let Some(open) = self.open.take() else { return };
        for undo in open.undo.into_iter().rev() {
            let Some(table) = self.tables.get_mut(&undo.entity) else { continue };
            table.remove(undo.id);
            if let Some(row) = undo.before {
                table.put(row);
            }
        }
        self.records.truncate(open.records);
        self.notifications.truncate(open.notifications);
        self.saved.truncate(open.saved);
    }
}

fn changed_columns(old: &[Value], new: &[Value]) -> Vec<usize> {
    let same = |a: &Value, b: &Value| a == b || (a.is_empty() && b.is_empty());
    old.iter().zip(new).enumerate().filter(|(_, (a, b))| !same(a, b)).map(|(at, _)| at).collect()
}
