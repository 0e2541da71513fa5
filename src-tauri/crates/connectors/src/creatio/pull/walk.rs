//! The way through the rows of a set by the time of their change, where thousands may share one time (R16).

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use casebridge_domain::{CallFailure, FailureClass, FailureScope, Mark};
use jiff::Timestamp;
use serde_json::Value;
use uuid::Uuid;

use super::super::many::Ask;
use super::super::odata::{Filter, Page, Query, id_of, string};
use super::{ORDER, PAGE};

/// A mark, and the last row that was read where the mark skips rows: if it is not found in its place again, rows
/// before it moved away, and what is skipped now was never read.
#[derive(Debug, Clone)]
pub(super) struct Walk {
    pub(super) mark: Mark,
    last: Option<Uuid>,
    top: usize,
}

impl Walk {
    /// From the beginning, or from a time.
    pub(super) fn since(since: Option<String>, top: usize) -> Self {
        Walk { mark: Mark { at: since, skip: 0 }, last: None, top }
    }

    /// The next page of a set among the rows in `scope`.
    pub(super) fn ask(&self, set: &'static str, select: &str, scope: Option<Filter>) -> Result<Ask, CallFailure> {
        let since = match self.mark.at.as_deref() {
            Some(at) => Some(Filter::at_or_after("ModifiedOn", at).ok_or_else(|| no_moment(set))?),
            None => None,
        };
        let filter = match (scope, since) {
            (Some(scope), Some(since)) => Some(scope.and(since)),
            (scope, since) => scope.or(since),
        };
        let query = Query { set, select, filter, top: self.top };
        let skip = self.mark.skip - usize::from(self.proves());
        Ok(Ask::page(set, &Page { query, order: ORDER, skip }))
    }

    fn proves(&self) -> bool {
        self.mark.skip > 0 && self.last.is_some()
    }

    /// Takes a page: the rows that are new to the walk, and whether there is more to read.
    pub(super) fn take(&mut self, mut rows: Vec<Value>) -> (Vec<Value>, bool) {
        let full = rows.len() >= self.top;
        if self.proves() {
            if rows.first().and_then(id_of) != self.last {
                self.mark.skip = 0;
                self.last = None;
                return (Vec::new(), true);
            }
            rows.remove(0);
        }
        let Some(end) = rows.last() else { return (rows, full) };
        let (newest, id) = (string(end, "ModifiedOn"), id_of(end));
        let same = newest.is_none() || newest.as_deref().map(at) == self.mark.at.as_deref().map(at);
        if !same {
            self.mark = Mark { at: newest, skip: 0 };
            self.last = None;
        } else if full || self.mark.skip > 0 {
            // Also at the end: a set that is done must not be walked again while another one goes on.
            self.mark.skip += rows.len();
            self.last = id;
        }
        (rows, full)
    }
}

/// The moment of a text; a text that is none equals itself only.
fn at(text: &str) -> Result<Timestamp, &str> {
    text.parse().map_err(|_| text)
}

fn no_moment(set: &str) -> CallFailure {
    CallFailure {
        class: FailureClass::Setup,
        scope: FailureScope::Connection,
        status: None,
        message: format!("the mark of {set} is not a moment that Creatio told"),
        hint: "this is a fault of the program: report it".into(),
        item: None,
    }
}

/// The last rows behind the marks that were handed out. A mark without one (after a restart) begins its time again.
#[derive(Debug, Default)]
pub(crate) struct Walked(Mutex<HashMap<&'static str, (Mark, Uuid)>>);

impl Walked {
    pub(super) fn resume(&self, set: &'static str, mark: &Mark) -> Walk {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner).get(set).cloned();
        match known {
            Some((known, last)) if known == *mark => Walk { mark: known, last: Some(last), top: PAGE },
            _ => Walk::since(mark.at.clone(), PAGE),
        }
    }

    pub(super) fn keep(&self, set: &'static str, walk: &Walk) {
        let mut walked = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match walk.last {
            Some(last) => walked.insert(set, (walk.mark.clone(), last)),
            None => walked.remove(set),
        };
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn rows(times: &[(u128, &str)]) -> Vec<Value> {
        times.iter().map(|(id, at)| json!({ "Id": Uuid::from_u128(*id).to_string(), "ModifiedOn": at })).collect()
    }

    const A: &str = "2026-03-01T10:00:00.0000000Z";
    const B: &str = "2026-03-01T10:00:01.0000000Z";

    #[test]
    fn r16_a_walk_goes_by_time_and_by_rows_inside_one_time() {
        let mut walk = Walk::since(Some(A.into()), 2);
        assert!(walk.take(rows(&[(1, A), (2, A)])).1, "a full page");
        assert_eq!(walk.mark, Mark { at: Some(A.into()), skip: 2 }, "all of one time: on by rows");
        let (fresh, more) = walk.take(rows(&[(2, A), (3, B)]));
        assert_eq!((fresh.len(), more), (1, true), "the row before is asked for again, as a proof");
        assert_eq!(walk.mark, Mark { at: Some(B.into()), skip: 0 }, "a newer time: on by time");
        let (fresh, more) = walk.take(rows(&[(3, B)]));
        assert_eq!((fresh.len(), more), (1, false), "a short page ends it, and a time is read again from its start");
        assert_eq!(walk.mark, Mark { at: Some(B.into()), skip: 0 });
    }

    #[test]
    fn r16_rows_that_left_their_place_make_the_time_begin_again() {
        let mut walk = Walk::since(Some(A.into()), 2);
        walk.take(rows(&[(1, A), (2, A)]));
        let (fresh, more) = walk.take(rows(&[(3, A), (4, A)]));
        assert_eq!((fresh.len(), more), (0, true), "row 1 went away, so row 3 was skipped: nothing is believed");
        assert_eq!(walk.mark, Mark { at: Some(A.into()), skip: 0 });
    }
}
