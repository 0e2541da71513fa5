//! Which calls a save leads to: who listens, whether the record meets the filter, and what is sent.

use rand::Rng as _;
use serde_json::Value as Json;

use super::super::odata;
use super::super::shared::State;
use super::super::value::{Spelling, to_json};
use super::{Saved, Signal, SignalEvent, SignalSubscription};

/// A call that is due; `times` is 0 when it is lost.
pub(crate) struct Call {
    pub signal: usize,
    pub subscription: SignalSubscription,
    pub body: String,
    pub times: u32,
}

/// Notes the saves since the last look, and the calls that they lead to. To be asked under the same lock as the save,
/// or a stranger's request would wait for the calls.
pub(crate) fn due(state: &mut State) -> Vec<Call> {
    let mut calls = Vec::new();
    for saved in state.database.take_saved() {
        let at = state.signals.fired.len();
        for subscription in state.signals.subscriptions.clone() {
            if !listens(state, &subscription, &saved) {
                continue;
            }
            let body = filled(state, &subscription.body, &saved).to_string();
            let times = if state.faults.rng.random::<f64>() < subscription.loss {
                0
            } else if state.faults.rng.random::<f64>() < subscription.duplication {
                subscription.times
            } else {
                1
            };
            calls.push(Call { signal: at, subscription, body, times });
        }
        let Saved { at: when, entity, id, event, changed } = saved;
        state.signals.fired.push(Signal {
            no: at as u64 + 1,
            at: when,
            entity,
            id,
            event,
            changed,
            deliveries: Vec::new(),
        });
    }
    calls
}

fn listens(state: &State, subscription: &SignalSubscription, saved: &Saved) -> bool {
    if subscription.entity != saved.entity || !subscription.events.contains(&saved.event) {
        return false;
    }
    let watched = &subscription.columns;
    if saved.event == SignalEvent::Modified
        && !watched.is_empty()
        && !saved.changed.iter().any(|column| watched.contains(column))
    {
        return false;
    }
    let Some(filter) = &subscription.filter else { return true };
    let (Some(entity), Some(row)) = (state.database.entity(&saved.entity), state.database.row(&saved.entity, saved.id))
    else {
        return false;
    };
    match odata::parse_filter(&state.database, &entity, filter) {
        Ok(expr) => odata::holds(&state.database, &expr, row),
        Err(refusal) => {
            tracing::warn!(%refusal, filter, "a signal's filter was refused");
            false
        }
    }
}

/// "Read data" by the id that the signal passed, then the body with its parameters.
fn filled(state: &State, body: &Json, saved: &Saved) -> Json {
    match body {
        Json::String(text) if text.contains("[#") => {
            let mut text = text.replace("[#Id#]", &saved.id.to_string());
            if let Some(row) = state.database.row(&saved.entity, saved.id)
                && let Some(entity) = state.database.entity(&saved.entity)
            {
                let spelling = Spelling { date_digits: 6, decimals_as_text: true };
                for (column, value) in entity.columns.iter().zip(&row.values) {
                    let mark = format!("[#{}#]", column.name);
                    if text.contains(&mark) {
                        let shown = to_json(value, &column.kind, spelling);
                        let shown = shown.as_str().map_or_else(|| shown.to_string(), str::to_owned);
                        text = text.replace(&mark, &shown);
                    }
                }
            }
            Json::String(text)
        }
        Json::Array(items) => items.iter().map(|item| filled(state, item, saved)).collect(),
        Json::Object(map) => map.iter().map(|(name, value)| (name.clone(), filled(state, value, saved))).collect(),
        other => other.clone(),
    }
}
