//! Apex callbacks: triggers that call a web service after the commit, from a job of their own.
//!
//! A callback belongs to its transaction, and nothing is repeated: an answer of 500 or none at all is a debug line.

mod leave;
mod recipe;

use jiff::Timestamp;
use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};
use serde_json::{Value as Json, json};

use super::data::{Happened, What, moment};
use super::refusal::Refusal;
use super::shared::State;

pub(crate) use leave::leave;
pub use leave::{Callout, CalloutOutcome};
pub use recipe::{Recipe, RecipeKind};

/// Jobs that one transaction may start.
const FUTURE_CALLS: usize = 50;
/// Calls that one job may make.
const CALLOUTS: usize = 100;

/// What is deployed as triggers, and what they did.
#[derive(Default)]
pub(crate) struct Callbacks {
    pub recipes: Vec<Recipe>,
    pub calls: Vec<Callout>,
    dice: Option<StdRng>,
}

/// One POST that a job will make.
#[derive(Clone, Debug)]
pub(crate) struct Due {
    pub recipe: Recipe,
    pub url: String,
    pub body: String,
    pub times: u32,
}

/// The calls that a committed transaction leads to.
pub(crate) fn due(state: &mut State, happened: &[Happened], now: Timestamp) -> Vec<Due> {
    let recipes = state.callbacks.recipes.clone();
    let mut out = Vec::new();
    for recipe in recipes {
        let mut calls = match recipe.kind {
            RecipeKind::Old => old(&recipe, happened),
            RecipeKind::Kit => kit(state, &recipe, happened, now),
        };
        calls.truncate(CALLOUTS);
        let dice = state.callbacks.dice.get_or_insert_with(|| StdRng::seed_from_u64(7));
        for call in &mut calls {
            if recipe.loss > 0.0 && dice.random::<f64>() < recipe.loss {
                call.times = 0;
            }
        }
        out.extend(calls);
    }
    out
}

/// One job per new case, with nothing but the case's id in the address.
fn old(recipe: &Recipe, happened: &[Happened]) -> Vec<Due> {
    let new = happened.iter().filter(|each| each.object == "Case" && each.what == What::Inserted);
    new.map(|each| {
        let id = if recipe.short_ids { &each.id[..15] } else { each.id.as_str() };
        // Put together as the public instructions do, so a token in a query makes two question marks.
        let url = format!("{}?caseId={id}", recipe.url);
        Due { recipe: recipe.clone(), url, body: String::new(), times: recipe.times }
    })
    .collect()
}

fn kit(state: &State, recipe: &Recipe, happened: &[Happened], now: Timestamp) -> Vec<Due> {
    let database = &state.database;
    let mut events: Vec<Json> = Vec::new();
    for each in happened.iter().filter(|each| !recipe.skip_users.contains(&each.by)) {
        let get = |field: &str| database.value(&each.object, &each.id, field);
        let case =
            if each.object == "Case" { each.id.clone() } else { database.text(&each.object, &each.id, "ParentId") };
        let changed = |field: &str| each.changed.iter().any(|name| name == field);
        let own = |field: &String| match each.what {
            What::Inserted => !get(field).is_null(),
            _ => changed(field),
        };
        if each.object == "Case" && recipe.own_write.as_ref().is_some_and(own) {
            continue;
        }
        let event = match (each.object.as_str(), each.what) {
            ("Case", What::Inserted) => Some("case_created"),
            ("Case", What::Updated) if changed("IsClosed") && get("IsClosed") == json!(true) => Some("case_closed"),
            ("Case", What::Updated) if ["Status", "IsClosed", "OwnerId"].into_iter().any(changed) => {
                Some("case_updated")
            }
            ("CaseComment", What::Inserted) if get("IsPublished") == json!(true) => Some("new_comment"),
            ("CaseComment", What::Updated) if changed("IsPublished") && get("IsPublished") == json!(true) => {
                Some("new_comment")
            }
            ("EmailMessage", _) if get("Status") == json!("3") && get("Incoming") == json!(false) => Some("new_email"),
            ("EmailMessage", What::Inserted) if get("Incoming") == json!(true) => Some("new_email"),
            _ => None,
        };
        let wanted = recipe.only_with.as_ref().is_none_or(|field| !database.value("Case", &case, field).is_null());
        if let Some(event) = event.filter(|_| wanted) {
            let id = |id: &str| if recipe.short_ids { id[..15.min(id.len())].to_owned() } else { id.to_owned() };
            let event =
                json!({ "event": event, "caseId": id(&case), "recordId": id(&each.id), "commitTime": moment(now) });
            if !events.contains(&event) {
                events.push(event);
            }
        }
    }
    if events.is_empty() {
        return Vec::new();
    }
    let bodies = if recipe.one_call { vec![json!({ "events": events })] } else { events };
    let call = |body: Json| Due {
        recipe: recipe.clone(),
        url: recipe.url.clone(),
        body: body.to_string(),
        times: recipe.times,
    };
    bodies.into_iter().map(call).collect()
}

/// The old recipe starts a job for each case in a loop, so that a load of more than fifty is rolled back.
pub(crate) fn too_many_jobs(state: &State) -> Option<Refusal> {
    let old = state.callbacks.recipes.iter().any(|recipe| recipe.kind == RecipeKind::Old);
    let new =
        state.database.happened.iter().filter(|each| each.object == "Case" && each.what == What::Inserted).count();
    (old && new > FUTURE_CALLS).then(|| {
        let message = format!(
            "CaseTrigger: execution of AfterInsert\n\ncaused by: System.LimitException: Too many future calls: {}",
            FUTURE_CALLS + 1
        );
        Refusal::new(400, "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", message).on(&[])
    })
}
