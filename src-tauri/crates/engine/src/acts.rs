//! What people do to conversations in the console: answer, take over, give back, assign, hand off, resolve, reopen.

use casebridge_domain::{EventKind, NewEvent, SessionId, SessionStatus, ids};
use casebridge_store::{Acted, Holder, Unless};
use uuid::Uuid;

use crate::Engine;
use crate::error::EngineError;
use crate::ingest::{MAX_NAME, MAX_TEXT};

/// What a person does to a conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Act {
    /// Has it from now on; refused when somebody else has it.
    TakeOver,
    /// Gives it to the AI.
    GiveBack,
    /// Gives it to a person.
    Assign {
        /// To whom.
        to: String,
    },
    /// Gives it to whoever takes it.
    HandOff {
        /// Why.
        reason: Option<String>,
    },
    /// Ends it.
    Resolve,
    /// Goes on with it.
    Reopen,
}

impl Act {
    fn event(self, actor: &str) -> EventKind {
        let by = actor.to_owned();
        match self {
            Act::TakeOver => EventKind::TakenOver { by },
            Act::GiveBack => EventKind::GivenBack { by },
            Act::Assign { to } => EventKind::Assigned { to, by: Some(by) },
            Act::HandOff { reason } => EventKind::HandedOff { reason, summary: None, language: None, sentiment: None },
            Act::Resolve => EventKind::Resolved { by: Some(by), via: None },
            Act::Reopen => EventKind::Reopened { by: Some(by), via: None },
        }
    }
}

impl Engine {
    /// A person answers: the answer goes to the carrier and to the case. `name` is the console's own id of the
    /// answer: the same one sent again is taken in once.
    pub async fn reply_from_console(
        &self,
        session: SessionId,
        name: Uuid,
        text: &str,
        actor: &str,
    ) -> Result<i64, EngineError> {
        if text.trim().is_empty() || text.len() > MAX_TEXT {
            let problem = format!("has {} bytes", text.trim().len());
            return Err(EngineError::invalid("text", problem, format!("give 1 to {MAX_TEXT} bytes")));
        }
        let reply_id = ids::console_reply_id(session, &name.to_string());
        let kind = EventKind::AgentReply { text: text.to_owned(), author: actor.to_owned(), reply_id };
        self.act_with(session, NewEvent::new(format!("console:{name}"), None, kind), Unless::Never).await
    }

    /// Does something to a conversation, as `actor`. What is so already stays as it is.
    pub async fn act(&self, session: SessionId, act: Act, actor: &str) -> Result<i64, EngineError> {
        if let Act::Assign { to } = &act
            && (to.trim().is_empty() || to.chars().count() > MAX_NAME || to.chars().any(char::is_control))
        {
            return Err(EngineError::invalid("to", "is no name", format!("give 1 to {MAX_NAME} printable characters")));
        }
        let head = self.store().head(session).await?.ok_or(EngineError::NoSession(session))?;
        let resolved = head.session.status == SessionStatus::Resolved;
        let so_already = match &act {
            Act::TakeOver => head.holder == Holder::Person(actor.to_owned()),
            Act::Assign { to } => head.holder == Holder::Person(to.clone()),
            Act::GiveBack => head.holder == Holder::Ai,
            Act::HandOff { .. } => head.holder == Holder::Nobody,
            Act::Resolve => resolved,
            Act::Reopen => !resolved,
        };
        if so_already {
            return Ok(head.session.last_seq);
        }
        let unless = match &act {
            Act::TakeOver => Unless::HeldByOther(actor.to_owned()),
            _ => Unless::Never,
        };
        let event = NewEvent::new(format!("console:{}", Uuid::now_v7()), None, act.event(actor));
        self.act_with(session, event, unless).await
    }

    async fn act_with(&self, session: SessionId, event: NewEvent, unless: Unless) -> Result<i64, EngineError> {
        match self.store().act(session, event, unless, self.clock().now()).await? {
            Acted::Done(appended) => {
                self.tell_of(session);
                self.wake();
                Ok(appended.seq)
            }
            Acted::Refused(refused) => Err(refused.into()),
            Acted::HeldBy(name) => Err(EngineError::HeldBy { session, name }),
        }
    }
}
