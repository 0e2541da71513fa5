//! Whole sets of processes, as a customer builds them from public instructions or with a guide beside them.

use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use uuid::Uuid;

use super::super::ids;
use super::{SignalEvent, SignalSubscription, default_timeout, default_times, json_content};

/// How the processes were built.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RecipeKind {
    /// From public instructions: every activity with a case is told of, the caller's own rows included.
    Plain,
    /// With a "Read data" step, the record's id, and the caller's own rows left out.
    Guided,
}

/// A recipe with what the way of its calls is like.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recipe {
    /// How the processes were built.
    pub kind: RecipeKind,
    /// Where the calls go; `http://` only.
    pub url: String,
    /// Guided only: activities of this category are the caller's own and not told of.
    #[serde(default)]
    pub own_category: Option<Uuid>,
    /// How often a call is lost.
    #[serde(default)]
    pub loss: f64,
    /// How many times each call is made; 1 by default.
    #[serde(default = "once")]
    pub duplication: u32,
    /// Calls in the background, in the order of dice with this seed.
    #[serde(default)]
    pub shuffled: Option<u64>,
    /// "Run in background" on every process.
    #[serde(default)]
    pub background: bool,
    /// How long an attempt may take; 5000 by default.
    #[serde(default = "default_timeout")]
    pub timeout_ms: u64,
    /// Further attempts after a failure; 0 by default.
    #[serde(default)]
    pub retries: u32,
}

fn once() -> u32 {
    1
}

impl Recipe {
    /// The processes of the recipe.
    pub fn subscriptions(&self) -> Vec<SignalSubscription> {
        let list = match self.kind {
            RecipeKind::Plain => SignalSubscription::plain_recipe(&self.url),
            RecipeKind::Guided => SignalSubscription::guided_recipe(&self.url, self.own_category),
        };
        let mut list = list.with_loss(self.loss).with_duplication(self.duplication);
        for one in &mut list {
            (one.timeout_ms, one.retries) = (self.timeout_ms, self.retries);
            one.background |= self.background;
        }
        match self.shuffled {
            Some(seed) => list.shuffled(seed),
            None => list,
        }
    }
}

/// Changes all processes of a recipe at once.
pub trait RecipeExt: Sized {
    /// Loses calls so often, from 0 to 1.
    #[must_use]
    fn with_loss(self, loss: f64) -> Self;
    /// Makes every call so many times.
    #[must_use]
    fn with_duplication(self, times: u32) -> Self;
    /// Makes the calls in the background.
    #[must_use]
    fn in_background(self) -> Self;
    /// Makes the calls in the background, in the order of dice with this seed.
    #[must_use]
    fn shuffled(self, seed: u64) -> Self;
    /// Gives up an attempt after so long.
    #[must_use]
    fn with_timeout_ms(self, timeout_ms: u64) -> Self;
    /// Makes so many further attempts after a failure.
    #[must_use]
    fn with_retries(self, retries: u32) -> Self;
}

fn each(mut list: Vec<SignalSubscription>, change: impl Fn(&mut SignalSubscription)) -> Vec<SignalSubscription> {
    list.iter_mut().for_each(change);
    list
}

impl RecipeExt for Vec<SignalSubscription> {
    fn with_loss(self, loss: f64) -> Self {
        each(self, |one| one.loss = loss)
    }

    fn with_duplication(self, times: u32) -> Self {
        each(self, |one| {
            one.duplication = if times > 1 { 1.0 } else { 0.0 };
            one.times = times.max(1);
        })
    }

    fn in_background(self) -> Self {
        each(self, |one| one.background = true)
    }

    fn shuffled(self, seed: u64) -> Self {
        each(self.in_background(), |one| one.shuffled = Some(seed))
    }

    fn with_timeout_ms(self, timeout_ms: u64) -> Self {
        each(self, |one| one.timeout_ms = timeout_ms)
    }

    fn with_retries(self, retries: u32) -> Self {
        each(self, |one| one.retries = retries)
    }
}

impl SignalSubscription {
    /// A process with a signal start on one object, called inside the save, with 5 s and no further attempt.
    pub fn new(name: &str, entity: &str, event: SignalEvent, url: &str, body: Json) -> Self {
        Self {
            name: name.to_owned(),
            entity: entity.to_owned(),
            events: vec![event],
            columns: Vec::new(),
            filter: None,
            url: url.to_owned(),
            headers: Vec::new(),
            body,
            content_type: json_content(),
            timeout_ms: default_timeout(),
            retries: 0,
            background: false,
            loss: 0.0,
            duplication: 0.0,
            times: default_times(),
            shuffled: None,
        }
    }

    /// The same only for these columns.
    #[must_use]
    pub fn watching(mut self, columns: &[&str]) -> Self {
        self.columns = columns.iter().map(|&column| column.to_owned()).collect();
        self
    }

    /// The same only for records that meet a `$filter`.
    #[must_use]
    pub fn only_if(mut self, filter: &str) -> Self {
        self.filter = Some(filter.to_owned());
        self
    }

    /// What a customer builds from public instructions: three processes that name the case and nothing else. Every
    /// activity with a case is told of, whoever wrote it, so a caller hears the echo of its own rows.
    pub fn plain_recipe(url: &str) -> Vec<Self> {
        let body = |event: &str, case: &str| json!({ "event_type": event, "caseId": case });
        let closed = format!("Status/Id eq {} or Status/Id eq {}", ids::STATUS_RESOLVED, ids::STATUS_CLOSED);
        let (added, modified) = (SignalEvent::Added, SignalEvent::Modified);
        vec![
            // A signal's own filter can ask for a filled lookup ("Case is filled in").
            Self::new("new activity", "Activity", added, url, body("new_activity", "[#CaseId#]"))
                .only_if("Case ne null"),
            Self::new("case closed", "Case", modified, url, body("case_closed", "[#Id#]"))
                .watching(&["StatusId"])
                .only_if(&closed),
            Self::new("case updated", "Case", modified, url, body("case_updated", "[#Id#]")),
        ]
    }

    /// What our own guide leads to: the record's id goes along, drafts are told of again when they are sent, portal
    /// messages and reopening are told of, and activities of `own_category` are not.
    pub fn guided_recipe(url: &str, own_category: Option<Uuid>) -> Vec<Self> {
        let body = |event: &str, case: &str| json!({ "event_type": event, "caseId": case, "recordId": "[#Id#]" });
        let others = own_category.map(|own| format!(" and ActivityCategory/Id ne {own}")).unwrap_or_default();
        let activity = format!("Case ne null{others}");
        let of_case = format!("EntitySchemaUId eq {}", ids::CASE_SCHEMA);
        let (added, modified) = (SignalEvent::Added, SignalEvent::Modified);
        vec![
            Self::new("activity added", "Activity", added, url, body("new_activity", "[#CaseId#]")).only_if(&activity),
            Self::new("activity sent", "Activity", modified, url, body("new_activity", "[#CaseId#]"))
                .watching(&["EmailSendStatusId"])
                .only_if(&activity),
            Self::new("portal message", "PortalMessage", added, url, body("new_activity", "[#EntityId#]"))
                .only_if(&of_case),
            Self::new("case closed", "Case", modified, url, body("case_closed", "[#Id#]"))
                .watching(&["StatusId"])
                .only_if("Status/IsFinal eq true or Status/IsResolved eq true"),
            Self::new("case status", "Case", modified, url, body("case_updated", "[#Id#]"))
                .watching(&["StatusId"])
                .only_if("Status/IsFinal eq false and Status/IsResolved eq false"),
        ]
    }
}
