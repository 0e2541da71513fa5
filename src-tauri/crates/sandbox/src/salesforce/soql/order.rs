//! How values stand to each other, and to patterns.

use std::cmp::Ordering;

use serde_json::Value as Json;

use super::super::ids;

/// How a value stands to another; nothing stands only to nothing.
pub(super) fn order(own: &Json, other: &Json, mind_case: bool) -> Option<Ordering> {
    match (own, other) {
        (Json::Null, Json::Null) => Some(Ordering::Equal),
        // A checkbox that was never set is false.
        (Json::Null, Json::Bool(flag)) => Some(false.cmp(flag)),
        (Json::String(own), Json::String(other)) if mind_case || (own.len() == 18 && own == other) => {
            Some(own.cmp(other))
        }
        (Json::String(own), Json::String(other)) => Some(own.to_lowercase().cmp(&other.to_lowercase())),
        (Json::Bool(own), Json::Bool(other)) => Some(own.cmp(other)),
        (Json::Number(own), Json::Number(other)) => own.as_f64()?.partial_cmp(&other.as_f64()?),
        _ => None,
    }
}

/// Whether text meets a pattern of LIKE; both in lower case.
pub(super) fn like(text: &[char], pattern: &[char]) -> bool {
    match pattern {
        [] => text.is_empty(),
        ['\\', exact, rest @ ..] => text.first() == Some(exact) && like(&text[1..], rest),
        ['%', rest @ ..] => (0..=text.len()).any(|at| like(&text[at..], rest)),
        ['_', rest @ ..] => !text.is_empty() && like(&text[1..], rest),
        [exact, rest @ ..] => text.first() == Some(exact) && like(&text[1..], rest),
    }
}

/// Values by which rows are sorted, with direction and where nothing goes.
pub(super) struct Sorted(pub Vec<Json>, pub Vec<(bool, bool)>);

impl Ord for Sorted {
    fn cmp(&self, other: &Self) -> Ordering {
        for ((own, other), (descending, nulls_last)) in self.0.iter().zip(&other.0).zip(&self.1) {
            let found = match (own.is_null(), other.is_null()) {
                (true, true) => Ordering::Equal,
                (true, false) => {
                    if *nulls_last {
                        Ordering::Greater
                    } else {
                        Ordering::Less
                    }
                }
                (false, true) => {
                    if *nulls_last {
                        Ordering::Less
                    } else {
                        Ordering::Greater
                    }
                }
                // Ids are sorted letter by letter, capitals first.
                _ => {
                    let mind = own.as_str().is_some_and(|own| own.len() == 18 && ids::key(own).is_some());
                    let found = order(own, other, mind).unwrap_or(Ordering::Equal);
                    if *descending { found.reverse() } else { found }
                }
            };
            if found != Ordering::Equal {
                return found;
            }
        }
        Ordering::Equal
    }
}

impl PartialOrd for Sorted {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Sorted {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Sorted {}
