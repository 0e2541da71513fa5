//! The whole story of a session on one timeline: what came in, what was planned and why, what was sent
//! and answered, where it stands.

use casebridge_domain::{Event, EventKind, Session, SessionId, SessionKey, Speaker};
use casebridge_store::{Attempt, Receipt, Reply};
use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Value, json};

use crate::Engine;
use crate::error::EngineError;
use crate::explain::Explanation;
use crate::lanes::LaneView;

/// One line of the timeline.
#[derive(Debug, Clone, Serialize)]
pub struct Entry {
    /// When, by our clock.
    pub at: Timestamp,
    /// `event`, `plan`, `settle`, `retry`, `park`, `wait_for_connection`, `amend`, `call`, `webhook`, `pull`,
    /// `pull_failed` or `reply`.
    pub what: String,
    /// The connection, for everything but events.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub connection: Option<String>,
    /// One line for people.
    pub summary: String,
    /// Everything known.
    pub detail: Value,
}

/// A case of the session.
#[derive(Debug, Clone, Serialize)]
pub struct CaseView {
    /// The connection's name.
    pub connection: String,
    /// Id in the CRM.
    pub crm_id: String,
    /// Number, if it has one.
    pub number: Option<String>,
    /// State.
    pub state: String,
}

/// The story of a session.
#[derive(Debug, Clone, Serialize)]
pub struct Trace {
    /// Its head.
    pub session: Session,
    /// Its cases.
    pub cases: Vec<CaseView>,
    /// The questions answered first (R40).
    pub explanation: Vec<Explanation>,
    /// Its lanes.
    pub lanes: Vec<LaneView>,
    /// Everything in order.
    pub timeline: Vec<Entry>,
}

impl Engine {
    /// Finds a session by our id, `source/external id`, external id, case number or case id.
    pub async fn find_session(&self, text: &str) -> Result<SessionId, EngineError> {
        let store = self.store();
        if let Ok(id) = text.parse::<SessionId>() {
            return Ok(self.session(id).await?.id);
        }
        if let Some((source, external_id)) = text.split_once('/') {
            let key = SessionKey { source: source.to_owned(), external_id: external_id.to_owned() };
            if store.session(key.session_id()).await?.is_some() {
                return Ok(key.session_id());
            }
        }
        let by_name = store.find_sessions(text).await?;
        let by_case = store.find_cases(text).await?.into_iter().map(|case| case.session_id);
        let mut found: Vec<SessionId> = by_name.into_iter().chain(by_case).collect();
        found.sort_unstable();
        found.dedup();
        match found.as_slice() {
            [] => Err(EngineError::NotFound { what: "session or case", name: text.to_owned() }),
            [one] => Ok(*one),
            several => Err(EngineError::invalid(
                "session",
                format!("`{text}` names {} sessions", several.len()),
                format!("give one of {several:?}, or source/external id"),
            )),
        }
    }

    /// Tells the whole story of a session.
    pub async fn trace(&self, id: SessionId) -> Result<Trace, EngineError> {
        let store = self.store();
        let session = self.session(id).await?;
        let connections = store.connections().await?;
        let name = |id| {
            connections
                .iter()
                .find(|connection| connection.id == id)
                .map_or_else(|| format!("{id} (removed)"), |connection| connection.name.clone())
        };
        let mut timeline: Vec<Entry> = store.events(id, 0, i64::MAX).await?.iter().map(event_entry).collect();
        for (consumer, step) in store.steps(id).await? {
            timeline.push(Entry {
                at: step.at,
                summary: step_summary(&step.what, &step.detail),
                what: step.what,
                connection: consumer.connection().map(name),
                detail: step.detail,
            });
        }
        for (connection, attempt) in store.attempts(id).await? {
            timeline.push(call_entry(name(connection), &attempt));
        }
        timeline
            .extend(store.receipts(id).await?.iter().map(|receipt| receipt_entry(name(receipt.connection), receipt)));
        timeline.extend(
            store
                .replies(Some(id), None, 1_000)
                .await?
                .iter()
                .flat_map(|reply| reply_entries(name(reply.connection), reply)),
        );
        timeline.sort_by_key(|entry| entry.at);
        let cases = store
            .cases(id)
            .await?
            .into_iter()
            .map(|case| CaseView {
                connection: name(case.connection),
                crm_id: case.crm_id.to_string(),
                number: case.number,
                state: case.state.as_str().to_owned(),
            })
            .collect();
        let filter = casebridge_store::LaneFilter { session: Some(id), ..Default::default() };
        Ok(Trace { session, cases, explanation: self.explain(id).await?, lanes: self.lanes(filter).await?, timeline })
    }
}

fn event_entry(event: &Event) -> Entry {
    let summary = match &event.kind {
        EventKind::Message { from, text, author } => {
            let who = author.as_deref().unwrap_or(match from {
                Speaker::Customer => "customer",
                Speaker::Ai => "AI agent",
                Speaker::Agent => "agent",
            });
            format!("{who}: {}", casebridge_domain::text::cut(&casebridge_domain::text::one_line(text), 100))
        }
        EventKind::AttachmentAdded { attachment, .. } => format!("file {}", attachment.name),
        EventKind::Reasoning { text } => {
            format!("AI reasoning: {}", casebridge_domain::text::cut(&casebridge_domain::text::one_line(text), 100))
        }
        EventKind::ToolCall { name, .. } => format!("AI used the tool {name}"),
        EventKind::HandedOff { reason, .. } => match reason {
            Some(reason) => format!("handed off: {reason}"),
            None => "handed off".to_owned(),
        },
        EventKind::TakenOver { by } => format!("taken over by {by}"),
        EventKind::GivenBack { by } => format!("given back by {by}"),
        EventKind::Assigned { to, .. } => format!("assigned to {to}"),
        EventKind::FieldValues { values } => format!("{} field values given", values.len()),
        EventKind::Resolved { via: Some(_), .. } => "resolved: the case was closed in the CRM".to_owned(),
        EventKind::Reopened { via: Some(_), .. } => "reopened: the case was reopened in the CRM".to_owned(),
        EventKind::Resolved { .. } => "resolved".to_owned(),
        EventKind::Reopened { by, .. } => match by.as_deref() {
            Some("customer") => "reopened: the customer wrote again".to_owned(),
            _ => "reopened".to_owned(),
        },
        EventKind::CrmMessage { from, text, author, sent_by_crm, .. } => {
            let who = author.as_deref().unwrap_or(match from {
                Speaker::Customer => "customer",
                _ => "agent",
            });
            let how = match (from, sent_by_crm) {
                (Speaker::Customer, _) => "to the CRM",
                (_, true) => "by the CRM's own mail",
                (_, false) => "in the CRM",
            };
            format!("{who} {how}: {}", casebridge_domain::text::cut(&casebridge_domain::text::one_line(text), 100))
        }
        EventKind::AgentReply { text, author, .. } => {
            format!(
                "{author} in the console: {}",
                casebridge_domain::text::cut(&casebridge_domain::text::one_line(text), 100)
            )
        }
        EventKind::CaseChanged { changes, .. } => {
            let changes: Vec<String> = changes
                .iter()
                .map(|change| match (&change.from, &change.to) {
                    (Some(from), Some(to)) => format!("{} {from} → {to}", change.what),
                    (_, Some(to)) => format!("{} {to}", change.what),
                    (_, None) => format!("{} none", change.what),
                })
                .collect();
            format!("the case was changed in the CRM: {}", changes.join(", "))
        }
        EventKind::Analysed { handoff, analysis: Some(analysis), .. } => {
            let found = analysis.found.iter().filter(|one| one.value.is_some()).count();
            format!("the conversation up to #{handoff} was read: {found} of {} fields found", analysis.found.len())
        }
        EventKind::Analysed { handoff, failure, .. } => {
            let why = failure.as_deref().unwrap_or("nobody knows why");
            format!("the conversation up to #{handoff} could not be read: {why}")
        }
        EventKind::SuggestionDecided { value, by, .. } => {
            let what = if value.is_some() { "took" } else { "dismissed" };
            format!("{by} {what} a suggested value")
        }
    };
    let summary = match event.echo_of {
        Some(reply) => format!("{summary} (the carrier's echo of {reply}: not written again)"),
        None => summary,
    };
    Entry {
        at: event.recorded_at,
        what: "event".into(),
        connection: None,
        summary: format!("#{} {summary}", event.seq),
        detail: json!({ "seq": event.seq, "id": event.event_id, "occurred_at": event.occurred_at, "event": event.kind }),
    }
}

/// What became of mapped columns, with the CRM's words for those that it refused.
pub(crate) fn fields_summary(detail: &Value) -> String {
    let lines = || detail.get("fields").and_then(Value::as_array).into_iter().flatten();
    let text = |line: &Value, member: &str| line.get(member).and_then(Value::as_str).unwrap_or_default().to_owned();
    let written = lines().filter(|line| text(line, "outcome") == "write").count();
    let mut parts = vec![format!("fields: {written} of {} written", lines().count())];
    parts.extend(
        lines()
            .filter(|line| text(line, "outcome") == "refused")
            .map(|line| format!("{} was refused: {}", text(line, "column"), text(line, "note"))),
    );
    parts.join("; ")
}

fn step_summary(what: &str, detail: &Value) -> String {
    let text = |member: &str| detail.get(member).and_then(Value::as_str).unwrap_or_default().to_owned();
    match what {
        "plan" => {
            let effects = detail.get("effects").and_then(Value::as_array).map_or(0, Vec::len);
            format!("{}: {effects} records, events {} to {}", text("why"), detail["from"], detail["through"])
        }
        "settle" => format!("read back: {} of {} stand, case {}", detail["stand"], detail["asked"], text("case")),
        "retry" => format!("{} (try {}, next at {})", text("failure"), detail["tries"], text("next")),
        "park" => format!("{} ({})", text("failure"), text("remedy")),
        "wait_for_connection" => format!("the connection is paused: {}", text("failure")),
        "pull" => pull_summary(detail),
        "another_engine" => "another engine wrote this: this one stopped here until somebody decides".to_owned(),
        "pull_failed" => format!("the case could not be looked at: {} (next at {})", text("failure"), text("next")),
        "link" => link_summary(detail),
        "fields" => fields_summary(detail),
        "left_out" => left_out_summary(detail),
        "amend" => format!("columns brought up to date: {}", detail["columns"]),
        _ => detail.to_string(),
    }
}

/// The columns that the case was written without.
fn left_out_summary(detail: &Value) -> String {
    let text = |one: &Value, member: &str| one[member].as_str().unwrap_or_default().to_owned();
    let columns = detail["columns"].as_array().into_iter().flatten();
    let columns: Vec<String> = columns.map(|one| format!("{} ({})", text(one, "column"), text(one, "why"))).collect();
    format!("the case was written without {}", columns.join(", "))
}

/// What a person decided about the conversation's case.
fn link_summary(detail: &Value) -> String {
    let text = |member: &str| detail[member].as_str().unwrap_or_default();
    let case = if text("number").is_empty() { text("case") } else { text("number") };
    let records = &detail["records"];
    match text("act") {
        "create" => format!("{} asked for a new case: {records} messages are written to it", text("by")),
        "unlink" => format!("{} took the conversation off case {case}", text("by")),
        "follow" => format!("{} follows the merge to case {case}: {records} messages are written there", text("by")),
        _ => format!("{} linked case {case}: {records} messages are written there", text("by")),
    }
}

fn pull_summary(detail: &Value) -> String {
    let decisions: Vec<String> = detail["decisions"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|one| {
            let text = |member: &str| one[member].as_str().unwrap_or_default();
            format!("{} {}: {} ({})", text("kind"), text("record"), text("decision"), text("reason"))
        })
        .collect();
    let ours = match detail["ours"].as_u64() {
        Some(0) | None => String::new(),
        Some(count) => format!(", {count} of them ours"),
    };
    let mut summary = format!(
        "looked at the case ({}): {} records{ours}",
        detail["why"].as_str().unwrap_or_default(),
        detail["records"]
    );
    for note in detail["notes"].as_array().into_iter().flatten().filter_map(Value::as_str) {
        summary.push_str(&format!("; {note}"));
    }
    for decision in decisions {
        summary.push_str(&format!("; {decision}"));
    }
    summary
}

fn receipt_entry(connection: String, receipt: &Receipt) -> Entry {
    let record = receipt.record.as_deref().map_or_else(String::new, |record| format!(", record {record}"));
    let old = if receipt.old_token { ", to the old address" } else { "" };
    Entry {
        at: receipt.at,
        what: "webhook".into(),
        connection: Some(connection),
        summary: format!(
            "the CRM says {} of case {}{record}{old}: {}",
            receipt.event_type, receipt.case, receipt.outcome
        ),
        detail: json!(receipt),
    }
}

/// What became of a reply after it was in the log.
fn reply_entries(connection: String, reply: &Reply) -> Vec<Entry> {
    let entry = |at: Timestamp, summary: String| Entry {
        at,
        what: "reply".into(),
        connection: Some(connection.clone()),
        summary,
        detail: json!(reply),
    };
    let mut entries = Vec::new();
    if let Some(why) = reply.held_for {
        entries.push(entry(reply.at, format!("{} is held: {}", reply.id, why.reason())));
    }
    if let Some(by) = &reply.decided_by {
        entries.push(entry(reply.at, format!("{} was {} by {by}", reply.id, reply.state)));
    }
    if let Some(at) = reply.alerted_at {
        entries.push(entry(at, format!("{} was offered {} times, and nobody takes it", reply.id, reply.tries)));
    }
    if let Some(at) = reply.taken_at {
        entries.push(entry(at, format!("{} was taken by the carrier", reply.id)));
    }
    entries
}

fn call_entry(connection: String, attempt: &Attempt) -> Entry {
    let status = attempt.status.map_or_else(|| "no answer".to_owned(), |status| status.to_string());
    let failure = attempt.failure.as_deref().map_or_else(String::new, |failure| format!(" – {failure}"));
    let took = attempt.took_us / 1000;
    Entry {
        at: attempt.started_at,
        what: "call".into(),
        connection: Some(connection),
        summary: format!("{} {} → {status} in {took} ms{failure}", attempt.method, attempt.path),
        detail: json!(attempt),
    }
}
