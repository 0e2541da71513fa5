//! Everything known of sessions, as JSON: for support (without what people said) or for whoever takes the data along.

use casebridge_domain::{Event, EventKind, SessionId};
use casebridge_store::{Attempt, LaneFilter};
use serde_json::{Value, json};

use crate::Engine;
use crate::error::EngineError;

impl Engine {
    /// Everything known of a session. `redacted` leaves out what people said, their names and addresses, and the
    /// bodies of calls; ids, times, kinds and outcomes stay.
    pub async fn export(&self, id: SessionId, redacted: bool) -> Result<Value, EngineError> {
        let store = self.store();
        let session = self.session(id).await?;
        let mut head = json!(session);
        if redacted {
            for member in ["topic", "contact"] {
                head.as_object_mut().and_then(|head| head.shift_remove(member));
            }
        }
        let events: Vec<Value> =
            store.events(id, 0, i64::MAX).await?.iter().map(|event| event_json(event, redacted)).collect();
        let attempts: Vec<Value> = store
            .attempts(id)
            .await?
            .into_iter()
            .map(|(connection, attempt)| {
                let attempt = if redacted { bare(attempt) } else { attempt };
                json!({ "connection": connection, "attempt": attempt })
            })
            .collect();
        let ledger: Vec<Value> = store
            .ledger(id)
            .await?
            .iter()
            .map(|(connection, row)| json!({ "connection": connection, "row": row }))
            .collect();
        let steps: Vec<Value> = store
            .steps(id)
            .await?
            .into_iter()
            .map(|(consumer, mut step)| {
                if redacted && step.what == "fields" {
                    step.detail = without_values(&step.detail);
                }
                json!({ "lane": consumer, "step": step })
            })
            .collect();
        let cases: Vec<Value> = store
            .cases(id)
            .await?
            .iter()
            .map(|case| {
                json!({
                    "connection": case.connection, "id": case.crm_id, "number": case.number, "state": case.state,
                    "previous": case.previous, "merged_into": case.merged_into, "deliver_after": case.deliver_after,
                })
            })
            .collect();
        let lanes = self.lanes(LaneFilter { session: Some(id), ..LaneFilter::default() }).await?;
        Ok(json!({
            "session": head, "cases": cases, "lanes": lanes, "events": events, "ledger": ledger, "steps": steps,
            "receipts": store.receipts(id).await?, "replies": store.replies(Some(id), None, 1_000).await?,
            "attempts": attempts, "redacted": redacted,
        }))
    }
}

fn event_json(event: &Event, redacted: bool) -> Value {
    let mut value = json!({
        "seq": event.seq, "id": event.event_id, "occurred_at": event.occurred_at, "recorded_at": event.recorded_at,
        "echo_of": event.echo_of,
    });
    value["event"] = match (&event.kind, redacted) {
        (kind, false) => json!(kind),
        (EventKind::Message { from, text, .. }, true) => {
            json!({ "kind": event.kind.name(), "from": from, "characters": text.chars().count() })
        }
        (EventKind::CrmMessage { from, text, record, reply_id, sent_by_crm, .. }, true) => json!({
            "kind": event.kind.name(), "from": from, "characters": text.chars().count(), "record": record,
            "reply_id": reply_id, "sent_by_crm": sent_by_crm,
        }),
        (kind, true) => json!({ "kind": kind.name() }),
    };
    value
}

/// A call without what was sent and answered; a query names people too.
fn bare(attempt: Attempt) -> Attempt {
    let path = attempt.path.split('?').next().unwrap_or_default().to_owned();
    Attempt { path, request: None, answer: None, failure: attempt.failure, ..attempt }
}

/// What became of mapped columns, without what was written to them: only what is named here may stay.
fn without_values(detail: &Value) -> Value {
    const KEPT: [&str; 5] = ["mapping", "column", "outcome", "confidence", "hint"];
    let lines = detail["fields"].as_array().into_iter().flatten().map(|line| {
        let kept = KEPT.iter().map(|name| ((*name).to_owned(), line[*name].clone()));
        Value::Object(kept.collect())
    });
    json!({ "version": detail["version"], "fields": lines.collect::<Vec<_>>() })
}
