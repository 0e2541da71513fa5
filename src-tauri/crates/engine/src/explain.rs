//! `explain(session)`: the questions of a support engineer, each answered by a sentence, the step that
//! proves it, and the action (R40). The console, the command line and the trace show the same.

use casebridge_domain::plan::{Plan, Snapshot, plan};
use casebridge_domain::{
    Case, CaseState, Connection, ConnectionId, Consumer, EventKind, LaneState, Pause, PauseKind, RecordKind,
    ReopenPolicy, SessionId, ids,
};
use casebridge_store::{LaneFilter, LedgerRow, Reply};
use serde::Serialize;
use uuid::Uuid;

use crate::Engine;
use crate::error::EngineError;
use crate::lanes::LaneView;

/// One answer.
#[derive(Debug, Clone, Serialize)]
pub struct Answer {
    /// The question.
    pub question: &'static str,
    /// Whether all is well.
    pub good: bool,
    /// The answer in one sentence.
    pub sentence: String,
    /// What proves it.
    pub proof: String,
    /// What to do, when something is to be done.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub action: Option<String>,
}

/// The answers for one connection.
#[derive(Debug, Clone, Serialize)]
pub struct Explanation {
    /// The connection's name.
    pub connection: String,
    /// Case, messages, replies, fields, trouble.
    pub answers: Vec<Answer>,
}

impl Engine {
    /// Answers, for each connection: is there a case, are the messages there, did the replies arrive, are the fields
    /// filled, is anything stuck.
    pub async fn explain(&self, id: SessionId) -> Result<Vec<Explanation>, EngineError> {
        self.session(id).await?;
        let store = self.store();
        let ledger = store.ledger(id).await?;
        let replies = store.replies(Some(id), None, 1_000).await?;
        let filter = LaneFilter { session: Some(id), ..LaneFilter::default() };
        let lanes = self.lanes(filter).await?;
        let mut explanations = Vec::new();
        for connection in store.connections().await? {
            let case = store.case(connection.id, id).await?;
            let rows: Vec<&LedgerRow> =
                ledger.iter().filter(|(of, _)| *of == connection.id).map(|(_, row)| row).collect();
            let lane = lanes.iter().find(|lane| lane.consumer.connection() == Some(connection.id));
            let replies: Vec<&Reply> = replies.iter().filter(|reply| reply.connection == connection.id).collect();
            let wanted = self.wanted(id, &connection, case.as_ref()).await?;
            let pause = connection.pause.as_ref();
            let there = match &wanted {
                Wanted::These(ids) => rows.iter().filter(|row| ids.contains(&row.record_id)).copied().collect(),
                Wanted::Messages(_) => rows.clone(),
            };
            let answers = vec![
                about_case(case.as_ref(), lane, pause),
                about_messages(case.as_ref(), &there, wanted.count()),
                about_replies(case.as_ref(), &rows, &replies, pause),
                about_fields(&connection, self.newest_fields(id, connection.id).await?.as_ref()),
                about_trouble(lane, pause),
            ];
            explanations.push(Explanation { connection: connection.name, answers });
        }
        Ok(explanations)
    }

    /// What the newest pass that wrote mapped columns tells of them.
    async fn newest_fields(
        &self,
        id: SessionId,
        connection: ConnectionId,
    ) -> Result<Option<serde_json::Value>, EngineError> {
        let steps = self.store().steps(id).await?;
        let of_fields = |consumer: &Consumer, what: &str| what == "fields" && consumer.connection() == Some(connection);
        Ok(steps
            .into_iter()
            .rev()
            .find(|(consumer, step)| of_fields(consumer, &step.what))
            .map(|(_, step)| step.detail))
    }

    /// The activities that the whole log asks for on this case: the planner itself is asked.
    async fn wanted(&self, id: SessionId, connection: &Connection, case: Option<&Case>) -> Result<Wanted, EngineError> {
        let session = self.session(id).await?;
        let events = self.store().events(id, 0, i64::MAX).await?;
        let planned = plan(Snapshot {
            session: &session,
            events: &events,
            written_seq: 0,
            case: case.filter(|case| matches!(case.state, CaseState::Open | CaseState::Reserved | CaseState::Closed)),
            modes: &connection.modes,
            namespace: ids::instance_namespace(&connection.instance),
            batch_limit: usize::MAX,
            skipped: &[],
            connection: connection.id,
            reopen: ReopenPolicy::ReopenCase,
            fields: None,
        });
        Ok(match planned {
            Plan::Write { effects, .. } => Wanted::These(
                effects
                    .iter()
                    .map(|effect| effect.record())
                    .filter(|record| record.kind == RecordKind::Activity)
                    .map(|record| record.id)
                    .collect(),
            ),
            _ => {
                Wanted::Messages(events.iter().filter(|event| matches!(event.kind, EventKind::Message { .. })).count())
            }
        })
    }
}

/// What ends a pause: a person's decision where nothing else can, else a good test.
fn way_on(pause: Option<&Pause>) -> String {
    let decision = pause.filter(|pause| pause.kind.is_for_a_person()).and_then(|pause| pause.failure.as_ref());
    decision.map_or_else(|| "mend the connection, then `connection test`".to_owned(), |failure| failure.hint.clone())
}

/// What should stand: these records, or, where nothing is planned, so many messages.
enum Wanted {
    These(Vec<Uuid>),
    Messages(usize),
}

impl Wanted {
    fn count(&self) -> usize {
        match self {
            Wanted::These(ids) => ids.len(),
            Wanted::Messages(count) => *count,
        }
    }
}

fn about_case(case: Option<&Case>, lane: Option<&LaneView>, pause: Option<&Pause>) -> Answer {
    let question = "Is there a case?";
    let why = lane.and_then(|lane| lane.reason.clone());
    let Some(case) = case else {
        let pending = lane.is_some_and(|lane| lane.considered_seq < lane.dirty_seq);
        let sentence = match (&why, pending) {
            (Some(why), _) => format!("No: {why}."),
            (None, true) => "Not yet: the conversation waits for its turn.".to_owned(),
            (None, false) => "No: this connection was added after the conversation ended.".to_owned(),
        };
        let proof =
            lane.map_or_else(|| "no lane".to_owned(), |lane| format!("looked at up to event {}", lane.considered_seq));
        let action = match lane.map(|lane| &lane.state) {
            Some(LaneState::Parked { reason }) => Some(reason.kind.remedy().to_owned()),
            Some(LaneState::Paused { .. }) => Some(way_on(pause)),
            _ => None,
        };
        return Answer { question, good: action.is_none(), sentence, proof, action };
    };
    let name = case.number.clone().unwrap_or_else(|| case.crm_id.to_string());
    let proof = format!("{} {}", case.connection, case.crm_id);
    let (good, sentence, action) = match case.state {
        CaseState::Open => (true, format!("Yes: case {name} is open."), None),
        CaseState::Closed => (true, format!("Yes: case {name} is closed."), None),
        CaseState::Reserved => {
            let why = why.map_or_else(String::new, |why| format!(" ({why})"));
            (false, format!("Not yet: its creation is under way{why}."), None)
        }
        CaseState::Gone => {
            (false, format!("Not any more: case {name} was deleted in the CRM."), Some("link another case or leave it"))
        }
        CaseState::Merged => {
            (false, format!("Case {name} was merged into another."), Some("follow the surviving case or leave it"))
        }
        CaseState::Unlinked => {
            (true, format!("No: a person took this conversation off case {name}."), Some("link a case, or make one"))
        }
        CaseState::Unreadable => (
            false,
            format!("Case {name} cannot be read by our user."),
            Some("give the integration user read access, then retry"),
        ),
    };
    Answer { question, good, sentence, proof, action: action.map(str::to_owned) }
}

fn about_messages(case: Option<&Case>, rows: &[&LedgerRow], wanted: usize) -> Answer {
    let standing = rows.iter().filter(|row| row.kind == RecordKind::Activity && row.stands).count();
    let (good, sentence) = match case {
        None => (true, "There is no case to hold them.".to_owned()),
        Some(_) if standing >= wanted => {
            (true, format!("Yes: all {standing} of this conversation's activities stand."))
        }
        Some(_) => (false, format!("Not yet: {standing} of {wanted} activities stand.")),
    };
    let proof = format!("{standing} ledger rows stand");
    Answer { question: "Are the messages there?", good, sentence, proof, action: None }
}

fn about_replies(case: Option<&Case>, rows: &[&LedgerRow], replies: &[&Reply], pause: Option<&Pause>) -> Answer {
    let question = "Did the replies arrive?";
    if case.is_none() {
        let sentence = "There is no case on which anybody could answer.".to_owned();
        return Answer { question, good: true, sentence, proof: "no case".into(), action: None };
    }
    if let Some(pause) = pause.filter(|pause| pause.kind == PauseKind::AnotherEngine) {
        let why = pause.failure.as_ref().map_or_else(String::new, |failure| failure.message.clone());
        let proof = format!("the connection is paused since {}", pause.since);
        let sentence = format!("This engine delivers none: {why}.");
        return Answer { question, good: false, sentence, proof, action: Some(way_on(Some(pause))) };
    }
    let held = replies.iter().filter(|reply| reply.state == "held").count();
    let taken = replies.iter().filter(|reply| reply.taken_at.is_some()).count();
    let waiting = replies.iter().filter(|reply| reply.tries > 0 && reply.taken_at.is_none()).count();
    let others = rows.iter().filter(|row| row.theirs).count().saturating_sub(replies.len());
    let noun = if replies.len() == 1 { "reply" } else { "replies" };
    let proof = format!("{} {noun} and {others} other records of people were decided", replies.len());
    let (good, sentence, action) = if held > 0 {
        let why = replies.iter().find_map(|reply| reply.held_for).map_or("", |why| why.reason());
        let action = "decide: `replies list --state held`, then `replies release` or `replies discard`";
        (false, format!("{held} of {} are held: {why}.", replies.len()), Some(action))
    } else if waiting > 0 {
        let alerted = replies.iter().any(|reply| reply.alerted_at.is_some());
        let action = alerted.then_some("check that the carrier reads GET /v1/replies/stream and acknowledges");
        (!alerted, format!("{waiting} of {} were offered and not yet taken by the carrier.", replies.len()), action)
    } else if replies.is_empty() {
        (true, "Nobody has answered on the case yet.".to_owned(), None)
    } else {
        (true, format!("Yes: the carrier took all {taken}."), None)
    };
    Answer { question, good, sentence, proof, action: action.map(str::to_owned) }
}

fn about_fields(connection: &Connection, told: Option<&serde_json::Value>) -> Answer {
    if let Some(told) = told {
        let lines = told.get("fields").and_then(serde_json::Value::as_array).into_iter().flatten();
        let refused = lines.filter(|line| line["outcome"] == "refused").count();
        return Answer {
            question: "Are the fields filled?",
            good: refused == 0,
            sentence: crate::trace::fields_summary(told),
            proof: format!("the newest write of fields, under version {} of the mappings", told["version"]),
            action: (refused > 0).then(|| "look at the mappings that are named".to_owned()),
        };
    }
    let column = connection.settings.get("session_column").and_then(serde_json::Value::as_str);
    let sentence = match column {
        Some(column) => format!("Only the session id, in {column}: no field is mapped on this connection."),
        None => "No field is mapped on this connection; the session id is in the case's description.".to_owned(),
    };
    Answer {
        question: "Are the fields filled?",
        good: true,
        sentence,
        proof: "the connection's settings".into(),
        action: None,
    }
}

fn about_trouble(lane: Option<&LaneView>, pause: Option<&Pause>) -> Answer {
    let question = "Is anything stuck?";
    let Some(lane) = lane else {
        return Answer { question, good: true, sentence: "No.".into(), proof: "no lane".into(), action: None };
    };
    let reason = lane.reason.clone().unwrap_or_default();
    let (good, sentence, action) = match &lane.state {
        LaneState::Synced => (true, "No: everything is written.".to_owned(), None),
        LaneState::SkippedItems { count } => (true, format!("No; {count} items were left out by hand."), None),
        LaneState::Syncing => (true, "No: a pass is under way.".to_owned(), None),
        LaneState::Waiting { reason, .. } => (true, format!("No: it waits for {reason}."), None),
        LaneState::Retrying { tries, at } => {
            let at = at.map_or_else(String::new, |at| format!(" at {at}"));
            (
                false,
                format!("It failed {tries} times and is tried again{at}: {reason}"),
                Some("retry now: `lanes retry`".to_owned()),
            )
        }
        LaneState::Paused { .. } => (false, format!("The whole connection is paused: {reason}"), Some(way_on(pause))),
        LaneState::Parked { reason } => {
            (false, format!("It waits for a person: {}", reason.failure.message), Some(reason.kind.remedy().to_owned()))
        }
    };
    let proof = format!("lane {} at {}/{}", lane.state.name(), lane.written_seq, lane.dirty_seq);
    Answer { question, good, sentence, proof, action }
}
