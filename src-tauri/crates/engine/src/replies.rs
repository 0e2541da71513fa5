//! Replies of people: looking at them, and deciding about those that are held.

use casebridge_connectors::CallLog;
use casebridge_domain::absorb::message;
use casebridge_domain::{Connection, CrmRecord, ReplyId, Role, SessionId, Speaker, ids};
use casebridge_store::Reply;
use serde_json::{Value, json};

use crate::Engine;
use crate::changes::Change;
use crate::error::EngineError;

impl Engine {
    /// Replies, newest first. `state` is `held`, `given`, `released`, `discarded`, `offered` or `taken`.
    pub async fn replies(
        &self,
        session: Option<SessionId>,
        state: Option<String>,
        limit: i64,
    ) -> Result<Vec<Reply>, EngineError> {
        const STATES: [&str; 6] = ["held", "given", "released", "discarded", "offered", "taken"];
        if let Some(state) = state.as_deref().filter(|state| !STATES.contains(state)) {
            let problem = format!("cannot be `{state}`");
            return Err(EngineError::invalid("state", problem, format!("one of {}", STATES.join(", "))));
        }
        Ok(self.store().replies(session, state, limit.clamp(1, 1_000)).await?)
    }

    /// Delivers a held reply, to the session it belongs to or to the one given (R4).
    pub async fn release_reply(
        &self,
        id: ReplyId,
        session: Option<SessionId>,
        actor: &str,
    ) -> Result<SessionId, EngineError> {
        let Some(held) = self.store().held_reply(id).await? else {
            return Err(EngineError::NotFound { what: "held reply", name: id.to_string() });
        };
        let connection = held.reply.connection;
        let on_case = self.store().cases_on(connection, held.reply.case).await?;
        let candidates: Vec<SessionId> = on_case.iter().map(|case| case.session_id).collect();
        let session = match (session, held.reply.session, candidates.as_slice()) {
            (Some(session), _, _) if candidates.contains(&session) => session,
            (Some(session), _, _) => {
                let problem = format!("`{session}` is not on the case of this reply");
                return Err(EngineError::invalid("session", problem, format!("one of {candidates:?}")));
            }
            (None, Some(session), _) => session,
            (None, None, [only]) => *only,
            (None, None, _) => {
                let problem = "must be given: several conversations are on the case";
                return Err(EngineError::invalid("session", problem, format!("one of {candidates:?}")));
            }
        };
        let instance = self.connection(&connection.to_string()).await?.instance;
        let (from, sent) = match held.record.role {
            Role::Incoming => (Speaker::Customer, true),
            Role::Reply { sent_by_crm } => (Speaker::Agent, sent_by_crm),
            _ => (Speaker::Agent, false),
        };
        let event = message(connection, ids::instance_namespace(&instance), &held.record, from, sent);
        let now = self.clock().now();
        if !self.store().decide_reply(id, Some((session, event)), actor, now).await? {
            return Err(EngineError::NotFound { what: "held reply", name: id.to_string() });
        }
        self.store().audit(actor, "reply.release", &id.to_string(), json!({ "session": session }), now).await?;
        self.tell([Change::Replies]);
        self.tell_of(session);
        self.wake();
        Ok(session)
    }

    /// The newest records that a choice of reply kinds would deliver; with none, the present one. What was looked at
    /// may be switched on (R7).
    pub async fn preview_replies(
        &self,
        name: &str,
        choice: Option<Value>,
        limit: usize,
    ) -> Result<Vec<CrmRecord>, EngineError> {
        let mut connection = self.connection(name).await?;
        if let (Some(choice), Some(settings)) = (&choice, connection.settings.as_object_mut()) {
            settings.insert("replies".into(), choice.clone());
        }
        crate::CrmSettings::read(connection.kind, &connection.settings)?;
        let crm = self.inner.connectors.build(&connection, self.vault(connection.id)).map_err(EngineError::Crm)?;
        let records = crm.recent_replies(limit, &CallLog::default()).await.map_err(EngineError::Crm)?;
        if choice.is_some() {
            self.store().set_setting(&looked_at(&connection), &task_rules(&connection.settings).to_string()).await?;
        }
        Ok(records)
    }

    /// Tasks are internal until somebody has seen what would be delivered (R7).
    pub(crate) async fn tasks_were_looked_at(
        &self,
        before: &Value,
        connection: &Connection,
    ) -> Result<(), EngineError> {
        let wanted = task_rules(&connection.settings);
        let none = wanted.as_array().is_none_or(Vec::is_empty);
        if none || wanted == task_rules(before) {
            return Ok(());
        }
        if self.store().setting(&looked_at(connection)).await? == Some(wanted.to_string()) {
            return Ok(());
        }
        Err(EngineError::invalid(
            "replies.tasks",
            "would deliver tasks that nobody has looked at",
            format!("look first: `casebridged replies preview {} --replies JSON`, with the same JSON", connection.name),
        ))
    }

    /// Tells that the data folder is a restored backup: replies from before are held, not delivered (R2). Returns how
    /// many cases that concerns.
    pub async fn mark_restored(&self, actor: &str) -> Result<u64, EngineError> {
        let now = self.clock().now();
        let cases = self.store().mark_restored(now).await?;
        self.store().audit(actor, "store.restored", "cases", json!({ "cases": cases }), now).await?;
        Ok(cases)
    }

    /// Leaves a held reply undelivered for good.
    pub async fn discard_reply(&self, id: ReplyId, actor: &str) -> Result<(), EngineError> {
        let now = self.clock().now();
        if !self.store().decide_reply(id, None, actor, now).await? {
            return Err(EngineError::NotFound { what: "held reply", name: id.to_string() });
        }
        self.store().audit(actor, "reply.discard", &id.to_string(), json!({}), now).await?;
        self.tell([Change::Replies, Change::Sessions]);
        Ok(())
    }
}

fn looked_at(connection: &Connection) -> String {
    format!("replies.looked_at.{}", connection.id)
}

/// The rules that make tasks replies.
fn task_rules(settings: &Value) -> Value {
    settings.pointer("/replies/tasks").cloned().unwrap_or_else(|| json!([]))
}
