//! Rows of one object in the order they came, with the indexes that keep look-ups fast.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use jiff::Timestamp;
use uuid::Uuid;

use super::schema::{Entity, ID, MODIFIED_ON};
use super::value::Value;

/// A row and its place in the order in which rows of the whole installation were made.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    pub seq: u64,
    pub values: Vec<Value>,
}

impl Row {
    pub fn id(&self) -> Uuid {
        self.values[ID].guid().unwrap_or_default()
    }
}

/// What an index is asked for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum IndexKey {
    Guid(Uuid),
    /// Lower case; a comparison that looks at letter case checks the row again.
    Text(String),
}

impl IndexKey {
    pub fn of(value: &Value) -> Option<Self> {
        match value {
            Value::Guid(id) => Some(Self::Guid(*id)),
            Value::Text(text) => Some(Self::Text(text.to_lowercase())),
            _ => None,
        }
    }
}

/// The rows of one object.
#[derive(Clone, Debug)]
pub(crate) struct Table {
    pub entity: Arc<Entity>,
    rows: BTreeMap<u64, Row>,
    by_id: HashMap<Uuid, u64>,
    indexes: HashMap<usize, HashMap<IndexKey, BTreeSet<u64>>>,
    by_modified: BTreeSet<(Timestamp, u64)>,
}

impl Table {
    pub fn new(entity: Arc<Entity>) -> Self {
        let indexes = entity
            .columns
            .iter()
            .enumerate()
            .filter(|(_, column)| column.indexed)
            .map(|(at, _)| (at, HashMap::new()))
            .collect();
        Self { entity, rows: BTreeMap::new(), by_id: HashMap::new(), indexes, by_modified: BTreeSet::new() }
    }

    pub fn len(&self) -> usize {
        self.rows.len()
    }

    pub fn rows(&self) -> impl DoubleEndedIterator<Item = &Row> {
        self.rows.values()
    }

    pub fn get(&self, id: Uuid) -> Option<&Row> {
        self.by_id.get(&id).and_then(|seq| self.rows.get(seq))
    }

    pub fn contains(&self, id: Uuid) -> bool {
        self.by_id.contains_key(&id)
    }

    pub fn by_seq(&self, seq: u64) -> Option<&Row> {
        self.rows.get(&seq)
    }

    pub fn seq_of(&self, id: Uuid) -> Option<u64> {
        self.by_id.get(&id).copied()
    }

    /// The rows whose indexed column has this value, or `None` when the column has no index.
    pub fn find(&self, column: usize, key: &IndexKey) -> Option<Vec<u64>> {
        let index = self.indexes.get(&column)?;
        Some(index.get(key).map(|seqs| seqs.iter().copied().collect()).unwrap_or_default())
    }

    /// The rows that were last changed at `from` or later.
    pub fn modified_since(&self, from: Timestamp) -> Vec<u64> {
        let mut seqs: Vec<u64> = self.by_modified.range((from, 0)..).map(|(_, seq)| *seq).collect();
        seqs.sort_unstable();
        seqs
    }

    /// The same in the order of their changes.
    pub fn changed_since(&self, from: Timestamp) -> impl Iterator<Item = &Row> {
        self.by_modified.range((from, 0)..).filter_map(|(_, seq)| self.rows.get(seq))
    }

    /// Puts a row in, in place of the one with the same sequence number if there is one.
    pub fn put(&mut self, row: Row) {
        if let Some(old) = self.rows.remove(&row.seq) {
            self.forget(&old);
        }
        self.by_id.insert(row.id(), row.seq);
        for (column, index) in &mut self.indexes {
            if let Some(key) = IndexKey::of(&row.values[*column]) {
                index.entry(key).or_default().insert(row.seq);
            }
        }
        if let Value::Time(at) = row.values[MODIFIED_ON] {
            self.by_modified.insert((at, row.seq));
        }
        self.rows.insert(row.seq, row);
    }

    pub fn remove(&mut self, id: Uuid) -> Option<Row> {
        let seq = self.by_id.get(&id).copied()?;
        let row = self.rows.remove(&seq)?;
        self.forget(&row);
        Some(row)
    }

    fn forget(&mut self, row: &Row) {
        self.by_id.remove(&row.id());
        for (column, index) in &mut self.indexes {
            if let Some(key) = IndexKey::of(&row.values[*column])
                && let Some(seqs) = index.get_mut(&key)
            {
                seqs.remove(&row.seq);
                if seqs.is_empty() {
                    index.remove(&key);
                }
            }
        }
        if let Value::Time(at) = row.values[MODIFIED_ON] {
            self.by_modified.remove(&(at, row.seq));
        }
    }
}
