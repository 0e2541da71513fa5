//! Every request that arrived, with what was answered and which fault it met.

use jiff::Timestamp;
use serde::Serialize;

/// What a request was for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum RequestKind {
    /// The Identity Service.
    Token,
    /// OData.
    Data,
    /// The health check and other pages.
    Ping,
}

/// One part of a `$batch`.
#[derive(Clone, Debug, Serialize)]
pub struct PartEntry {
    /// Its method.
    pub method: String,
    /// Its address as written.
    pub url: String,
    /// What it came to, whether or not that was answered.
    pub status: u16,
}

/// One HTTP request.
#[derive(Clone, Debug, Serialize)]
pub struct RequestEntry {
    /// Counts from 1.
    pub no: u64,
    /// When it arrived.
    pub at: Timestamp,
    /// Its kind.
    pub kind: RequestKind,
    /// Its method.
    pub method: String,
    /// Its path.
    pub path: String,
    /// Its query, as written.
    pub query: String,
    /// The user that it ran as.
    pub user: Option<String>,
    /// The status answered; `None` while it runs, and when no answer was given.
    pub status: Option<u16>,
    /// The parts of a `$batch` that ran.
    pub parts: Vec<PartEntry>,
    /// The faults that it met.
    pub faults: Vec<String>,
    /// How long it took.
    pub duration_us: u64,
}

/// How many requests there were, by kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct RequestCounts {
    /// All of them.
    pub all: u64,
    /// Calls of the Identity Service.
    pub token: u64,
    /// OData calls; a `$batch` is one.
    pub data: u64,
    /// Parts of batches.
    pub parts: u64,
    /// Everything else.
    pub ping: u64,
}

/// Older entries are let go beyond so many.
const KEPT: usize = 200_000;

/// The ledger of requests.
#[derive(Default)]
pub(crate) struct Requests {
    entries: Vec<RequestEntry>,
    next: u64,
    pub counts: RequestCounts,
}

impl Requests {
    /// Takes a request in; the number names it from here on.
    pub fn arrived(&mut self, at: Timestamp, kind: RequestKind, method: &str, path: &str, query: &str) -> u64 {
        let no = self.count(kind);
        if self.entries.len() >= KEPT {
            self.entries.drain(..KEPT / 2);
        }
        self.entries.push(RequestEntry {
            no,
            at,
            kind,
            method: method.to_owned(),
            path: path.to_owned(),
            query: query.to_owned(),
            user: None,
            status: None,
            parts: Vec::new(),
            faults: Vec::new(),
            duration_us: 0,
        });
        no
    }

    /// Counts a request without keeping it, for the null sink.
    pub fn count(&mut self, kind: RequestKind) -> u64 {
        self.next += 1;
        self.counts.all += 1;
        match kind {
            RequestKind::Token => self.counts.token += 1,
            RequestKind::Data => self.counts.data += 1,
            RequestKind::Ping => self.counts.ping += 1,
        }
        self.next
    }

    /// The entry with this number, if it is still kept.
    pub fn entry(&mut self, no: u64) -> Option<&mut RequestEntry> {
        let first = self.entries.first()?.no;
        self.entries.get_mut(usize::try_from(no.checked_sub(first)?).ok()?)
    }

    pub fn since(&self, no: u64) -> Vec<RequestEntry> {
        self.entries.iter().filter(|entry| entry.no > no).cloned().collect()
    }

    /// Empties the ledger and the counts; numbers go on.
    pub fn clear(&mut self) {
        self.entries.clear();
        self.counts = RequestCounts::default();
    }
}
