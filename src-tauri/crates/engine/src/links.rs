//! Which case a conversation has, when a person decides it: made by hand, another one, the survivor of a merge, or none
//! (R42). What would happen is counted before anything does.

pub mod drift;
mod found;

use casebridge_connectors::CallLog;
use casebridge_domain::absorb::KnownCase;
use casebridge_domain::plan::{Plan, Snapshot, plan};
use casebridge_domain::{
    Case, CaseFacts, CaseState, Connection, RecordKind, ReopenPolicy, Session, SessionId, SessionStatus, ids,
};
use casebridge_store::{CaseChoice, Step, WriteFrom};
use jiff::Timestamp;
use serde_json::json;
use uuid::Uuid;

use crate::Engine;
use crate::error::EngineError;
use found::Found;

/// What a person wants to be the conversation's case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LinkTo {
    /// A new case.
    New,
    /// This one: its number, its id, or the address of its page.
    Case(String),
    /// The case that took over the records of the present one.
    Survivor,
    /// None: the conversation is taken off its case.
    Nothing,
}

/// What somebody's decision does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkAct {
    /// A case is made.
    Create,
    /// The conversation goes on in another case.
    Link,
    /// It goes on in a case that it had before.
    LinkBack,
    /// It goes on in the survivor of a merge.
    Follow,
    /// It has no case any more.
    Unlink,
    /// It is so already.
    Nothing,
}

/// What would happen, or did.
#[derive(Debug, Clone)]
pub struct LinkEffect {
    /// What.
    pub act: LinkAct,
    /// The connection's name.
    pub connection: String,
    /// The case that the conversation has until now.
    pub from: Option<Case>,
    /// The case that it gets.
    pub case: Option<Uuid>,
    /// Its number.
    pub number: Option<String>,
    /// How it stands in the CRM, as it was read just now.
    pub facts: Option<CaseFacts>,
    /// Records that are written there.
    pub records: usize,
    /// Other conversations on it.
    pub others: i64,
    /// Whether a new period begins, and which.
    pub period: Option<usize>,
    /// The consequences, in sentences.
    pub sentences: Vec<String>,
}

impl Engine {
    /// What a decision would do. The CRM is read where that is needed; nothing changes.
    pub async fn link_preview(
        &self,
        session: SessionId,
        connection: &str,
        to: &LinkTo,
    ) -> Result<LinkEffect, EngineError> {
        let connection = self.connection(connection).await?;
        let log = CallLog::default();
        let wanted = self.wanted_link(session, &connection, to, &log).await?;
        Ok(wanted.effect)
    }

    /// Carries a decision out. What the CRM must prove is read first; then it is one transaction.
    pub async fn link(
        &self,
        session: SessionId,
        connection: &str,
        to: &LinkTo,
        actor: &str,
    ) -> Result<LinkEffect, EngineError> {
        let connection = self.connection(connection).await?;
        let log = CallLog::default();
        let Wanted { effect, choice } = self.wanted_link(session, &connection, to, &log).await?;
        let now = self.clock().now();
        let detail = json!({
            "act": effect.act.name(), "by": actor, "case": effect.case, "number": effect.number,
            "from": effect.from.as_ref().map(|case| case.crm_id), "records": effect.records,
        });
        let step = Step { at: now, what: "link".into(), detail: detail.clone() };
        let done = match (choice, &effect.from) {
            (Some(choice), _) => {
                let attempts = log.take().into_iter().map(|call| crate::pass::attempt(0, call)).collect();
                self.store().choose_case(CaseChoice { attempts, step, ..choice }, now).await?
            }
            (None, Some(from)) if effect.act == LinkAct::Unlink => {
                self.store().unlink_case(connection.id, session, from.crm_id, step, now).await?
            }
            (None, _) => return Ok(effect),
        };
        if !done {
            return Err(EngineError::Changed { what: "the conversation's case".into() });
        }
        self.store().audit(actor, "case.link", &session.to_string(), detail, now).await?;
        self.tell_of(session);
        self.wake();
        Ok(effect)
    }

    /// Asks the CRM again how a case stands: what is known of it is fresh soon.
    pub async fn look_at_case(&self, session: SessionId, connection: &str) -> Result<(), EngineError> {
        let connection = self.connection(connection).await?;
        let case = self.store().case(connection.id, session).await?.filter(|case| case.state != CaseState::Unlinked);
        let case = case.ok_or_else(|| EngineError::NotFound { what: "case of", name: session.to_string() })?;
        let want = casebridge_store::PullWant { case: case.crm_id, moved_to: None };
        self.store().want_pulls(connection.id, vec![want], "by hand", None, self.clock().now()).await?;
        self.wake();
        Ok(())
    }

    async fn wanted_link(
        &self,
        session: SessionId,
        connection: &Connection,
        to: &LinkTo,
        log: &CallLog,
    ) -> Result<Wanted, EngineError> {
        let head = self.session(session).await?;
        let from = self.store().case(connection.id, session).await?;
        let mut had = self.store().cases(session).await?;
        had.retain(|case| case.connection == connection.id);
        let about = About { engine: self, session: head, connection, from, had };
        match to {
            LinkTo::New => about.new_case().await,
            LinkTo::Nothing => about.nothing(),
            LinkTo::Case(text) => {
                let found = self.find_in_crm(connection, text, log).await?;
                about.found(found, false).await
            }
            LinkTo::Survivor => {
                let survivor = about.from.as_ref().and_then(|case| case.merged_into).ok_or_else(|| {
                    EngineError::invalid(
                        "to",
                        "cannot be the survivor: the case was not merged",
                        "name the case, or make a new one",
                    )
                })?;
                let found = self.prove_case(connection, survivor, log).await?;
                about.found(found, true).await
            }
        }
    }
}

/// A decision with what carries it out.
struct Wanted {
    effect: LinkEffect,
    choice: Option<CaseChoice>,
}

/// What a decision is about.
struct About<'a> {
    engine: &'a Engine,
    session: Session,
    connection: &'a Connection,
    from: Option<Case>,
    had: Vec<Case>,
}

impl About<'_> {
    fn name(&self, case: &Case) -> String {
        case.number.clone().unwrap_or_else(|| case.crm_id.to_string())
    }

    fn effect(&self, act: LinkAct) -> LinkEffect {
        LinkEffect {
            act,
            connection: self.connection.name.clone(),
            from: self.from.clone(),
            case: None,
            number: None,
            facts: None,
            records: 0,
            others: 0,
            period: None,
            sentences: Vec::new(),
        }
    }

    fn nothing(self) -> Result<Wanted, EngineError> {
        let Some(from) = self.from.as_ref().filter(|case| case.state != CaseState::Unlinked) else {
            let mut effect = self.effect(LinkAct::Nothing);
            effect.sentences.push("This conversation has no case.".into());
            return Ok(Wanted { effect, choice: None });
        };
        let mut effect = self.effect(LinkAct::Unlink);
        let name = self.name(from);
        (effect.case, effect.number) = (Some(from.crm_id), from.number.clone());
        effect.sentences = vec![
            format!("Nothing is written to case {name} any more, and nothing is taken from it."),
            format!("Case {name} stays in {} as it is.", self.connection.name),
            "No message goes to the customer.".into(),
            "No new case is made for this conversation until somebody asks for one.".into(),
        ];
        Ok(Wanted { effect, choice: None })
    }

    async fn new_case(self) -> Result<Wanted, EngineError> {
        if let Some(case) = self.from.as_ref().filter(|case| lives(case)) {
            let mut effect = self.effect(LinkAct::Nothing);
            (effect.case, effect.number) = (Some(case.crm_id), case.number.clone());
            effect.sentences.push(format!("This conversation has case {} already: none is made.", self.name(case)));
            return Ok(Wanted { effect, choice: None });
        }
        if self.session.last_seq == 0 {
            let hint = "wait for the first message";
            return Err(EngineError::invalid("session", "has no event yet: a case would say nothing", hint));
        }
        let namespace = ids::instance_namespace(&self.connection.instance);
        let key = self.session.key.path();
        let mut previous = self.from.as_ref().map(|case| case.crm_id);
        let mut crm_id = ids::case_id(namespace, &key, previous);
        // A case that followed on the same one before is not this one.
        while self.had.iter().any(|case| case.crm_id == crm_id) {
            previous = Some(crm_id);
            crm_id = ids::case_id(namespace, &key, previous);
        }
        let from = if self.from.is_some() { WriteFrom::Start } else { WriteFrom::StartAsPlanned };
        let choice = self.choice(crm_id, None, CaseState::Reserved, None, None, from);
        let mut effect = self.effect(LinkAct::Create);
        effect.case = Some(crm_id);
        effect.records = self.records(&choice).await?;
        effect.period = Some(self.had.len() + 1);
        effect.sentences.push(format!(
            "One case is made in {}, and {} of this conversation {} written to it.",
            self.connection.name,
            records(effect.records),
            is_are(effect.records)
        ));
        if let Some(case) = &self.from {
            effect.sentences.push(format!("Case {} stays as it is: nothing more is written there.", self.name(case)));
            effect.sentences.push(format!("A new period begins: number {}.", self.had.len() + 1));
        } else if self.session.status == SessionStatus::Resolved {
            effect.sentences.push("The conversation is resolved, so the case is resolved too.".into());
        }
        effect.sentences.push("No message goes to the customer. Asked for twice, it is still one case.".into());
        Ok(Wanted { effect, choice: Some(choice) })
    }

    async fn found(self, found: Found, follow: bool) -> Result<Wanted, EngineError> {
        let here = self.from.as_ref().filter(|case| case.crm_id == found.id && case.state != CaseState::Unlinked);
        if let Some(case) = here {
            let mut effect = self.effect(LinkAct::Nothing);
            (effect.case, effect.number) = (Some(found.id), Some(self.name(case)));
            effect.sentences.push(format!("This conversation is in case {} already.", self.name(case)));
            return Ok(Wanted { effect, choice: None });
        }
        let back = self.had.iter().any(|case| case.crm_id == found.id);
        let act = match (follow, back) {
            (true, _) => LinkAct::Follow,
            (false, true) => LinkAct::LinkBack,
            (false, false) => LinkAct::Link,
        };
        // After a merge, what was written stands on the survivor: only the rest is written.
        let from = if follow { WriteFrom::Here } else { WriteFrom::Start };
        let state = if found.facts.class.is_over() { CaseState::Closed } else { CaseState::Open };
        let number = found.facts.number.clone();
        let choice =
            self.choice(found.id, number.clone(), state, Some(found.facts.clone()), Some(found.deliver_after), from);
        let mut effect = self.effect(act);
        effect.case = Some(found.id);
        effect.records = self.records(&choice).await?;
        effect.others = self.engine.store().others_on(self.connection.id, self.session.id, found.id).await?;
        effect.period = (act == LinkAct::Link).then_some(self.had.len() + 1);
        let name = number.clone().unwrap_or_else(|| found.id.to_string());
        effect.sentences.push(match (act, effect.records) {
            (LinkAct::Follow | LinkAct::LinkBack, 0) => format!("Case {name} has everything: nothing is written."),
            (LinkAct::Follow | LinkAct::LinkBack, count) => {
                format!(
                    "{} that {} not there yet {} written to case {name}.",
                    records(count),
                    is_are(count),
                    is_are(count)
                )
            }
            (_, count) => format!("{} of this conversation {} written to case {name}.", records(count), is_are(count)),
        });
        effect.sentences.push(format!(
            "What stands on case {name} today is history: 0 of it go to the customer. Replies written there from now on do."
        ));
        if let Some(before) = self.from.as_ref().filter(|case| lives(case)) {
            let before = self.name(before);
            effect.sentences.push(format!("Case {before} stays in {} as it is.", self.connection.name));
        }
        if state == CaseState::Closed {
            effect.sentences.push(format!("Case {name} is closed, and stays so until it is reopened."));
        }
        if effect.others > 0 {
            effect.sentences.push(format!(
                "{} other conversation{} on it: a reply goes to the one that was handed off and wrote last, or is held.",
                effect.others,
                if effect.others == 1 { " is" } else { "s are" }
            ));
        }
        if let Some(period) = effect.period.filter(|period| *period > 1) {
            effect.sentences.push(format!("A new period begins: number {period}."));
        }
        (effect.number, effect.facts) = (number, Some(found.facts));
        Ok(Wanted { effect, choice: Some(choice) })
    }

    fn choice(
        &self,
        crm_id: Uuid,
        number: Option<String>,
        state: CaseState,
        facts: Option<CaseFacts>,
        deliver_after: Option<Timestamp>,
        from: WriteFrom,
    ) -> CaseChoice {
        CaseChoice {
            connection: self.connection.id,
            session: self.session.id,
            instead_of: self.from.as_ref().map(|case| case.crm_id),
            crm_id,
            case_key: self.session.key.path(),
            number,
            state,
            known: KnownCase { facts, ..KnownCase::default() },
            deliver_after: deliver_after.map(|at| at.to_string()),
            from,
            attempts: Vec::new(),
            step: Step { at: self.engine.clock().now(), what: "link".into(), detail: serde_json::Value::Null },
        }
    }

    /// How many records the planner would write to the chosen case.
    async fn records(&self, choice: &CaseChoice) -> Result<usize, EngineError> {
        let store = self.engine.store();
        let before = self.had.iter().find(|case| case.crm_id == choice.crm_id);
        let written = match (before, choice.from) {
            (Some(_), _) => store.left_at(choice.connection, choice.session, choice.crm_id).await?,
            (None, WriteFrom::Here) => store
                .lanes_of(vec![choice.session])
                .await?
                .iter()
                .find(|(lane, _)| lane.consumer.connection() == Some(choice.connection))
                .map_or(0, |(lane, _)| lane.written_seq),
            (None, _) => 0,
        };
        let case = Case {
            connection: choice.connection,
            case_key: choice.case_key.clone(),
            previous: choice.instead_of,
            crm_id: choice.crm_id,
            number: choice.number.clone(),
            state: choice.state,
            session_id: choice.session,
            opening_seq: if choice.state == CaseState::Reserved { self.session.last_seq } else { 0 },
            deliver_after: None,
            reserved_at: choice.step.at,
            opened_at: None,
            known: choice.known.clone(),
            merged_into: None,
            pulled_to: None,
            restored_at: None,
            looked_at: None,
            chosen_seq: (before.is_some() || choice.from == WriteFrom::Start).then_some(self.session.last_seq),
            own_ids: before.map_or(choice.from == WriteFrom::Start, |case| case.own_ids),
        };
        let events = store.events(choice.session, written, i64::MAX).await?;
        let planned = plan(Snapshot {
            session: &self.session,
            events: &events,
            written_seq: written,
            case: Some(&case),
            modes: &self.connection.modes,
            namespace: ids::instance_namespace(&self.connection.instance),
            batch_limit: usize::MAX,
            skipped: &[],
            connection: choice.connection,
            reopen: ReopenPolicy::ReopenCase,
            fields: None,
        });
        Ok(match planned {
            Plan::Write { effects, .. } => {
                effects.iter().filter(|effect| effect.record().kind == RecordKind::Activity).count()
            }
            Plan::Nothing { .. } | Plan::Park { .. } => 0,
        })
    }
}

/// Whether messages pass between the conversation and this case.
fn lives(case: &Case) -> bool {
    matches!(case.state, CaseState::Reserved | CaseState::Open | CaseState::Closed)
}

fn records(count: usize) -> String {
    if count == 1 { "1 message".into() } else { format!("{count} messages") }
}

fn is_are(count: usize) -> &'static str {
    if count == 1 { "is" } else { "are" }
}

impl LinkAct {
    /// The act's name, on the wire and in the trace.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            LinkAct::Create => "create",
            LinkAct::Link => "link",
            LinkAct::LinkBack => "link_back",
            LinkAct::Follow => "follow",
            LinkAct::Unlink => "unlink",
            LinkAct::Nothing => "nothing",
        }
    }
}
