//! Values that the analyst was not sure of: people take or dismiss them.

use casebridge_domain::analysis::Evidence;
use casebridge_domain::plan::fields::{Outcome, Said, outcomes};
use casebridge_domain::plan::rows::Rows;
use casebridge_domain::{Connection, EventKind, NewEvent, SessionId};
use casebridge_store::Append;
use serde_json::Value;
use uuid::Uuid;

use crate::Engine;
use crate::error::EngineError;

/// A value that stands on a case's chip until somebody decides.
#[derive(Debug, Clone)]
pub struct Suggestion {
    /// The connection's name.
    pub connection: String,
    /// Which mapping.
    pub mapping: Uuid,
    /// Its column.
    pub column: String,
    /// The column's title.
    pub title: String,
    /// The value, as it would be sent.
    pub value: Value,
    /// The same as people read it.
    pub shown: String,
    /// How sure the analyst is.
    pub confidence: u8,
    /// Where it was said.
    pub evidence: Vec<Evidence>,
}

impl Engine {
    /// The suggestions of a conversation that nobody decided about yet.
    pub async fn suggestions(&self, session: SessionId) -> Result<Vec<Suggestion>, EngineError> {
        let mut found = Vec::new();
        for connection in self.store().connections().await? {
            found.extend(self.suggested(&connection, session).await?);
        }
        Ok(found)
    }

    /// Takes a suggestion: it is written to the case. Or dismisses it: nothing is.
    pub async fn decide_suggestion(
        &self,
        session: SessionId,
        name: &str,
        mapping: Uuid,
        take: bool,
        actor: &str,
    ) -> Result<i64, EngineError> {
        let connection = self.connection(name).await?;
        let open = self.suggested(&connection, session).await?;
        let one = open.into_iter().find(|one| one.mapping == mapping);
        let one = one.ok_or(EngineError::NotFound { what: "open suggestion", name: mapping.to_string() })?;
        let kind = EventKind::SuggestionDecided {
            connection: connection.id,
            mapping,
            value: take.then_some(one.value),
            by: actor.to_owned(),
        };
        // The second of two people who decide at once is told that it was decided.
        let name = format!("{}/{}", connection.id, mapping);
        let id = Uuid::new_v5(&session.0, name.as_bytes());
        let event = NewEvent::new(format!("console:suggestion:{id}"), None, kind);
        let append = Append { session_id: session, events: [event].into() };
        let appended = self.store().append(append, self.clock().now()).await??;
        self.tell_of(session);
        self.wake();
        Ok(appended.first().map_or(0, |one| one.seq))
    }

    async fn suggested(&self, connection: &Connection, session: SessionId) -> Result<Vec<Suggestion>, EngineError> {
        let Some(mapped) = self.mapped(connection.id).await? else { return Ok(Vec::new()) };
        let said = Said::of(&self.store().field_events(session).await?, connection.id);
        let head = self.session(session).await?;
        let title = |id: Uuid| mapped.set.mappings.iter().find(|one| one.id == id).map(|one| one.title.clone());
        Ok(outcomes(mapped.sources(&head, &said, &Rows::default()))
            .into_iter()
            .filter(|outcome| outcome.outcome == Outcome::Suggest)
            .filter_map(|outcome| {
                Some(Suggestion {
                    connection: connection.name.clone(),
                    mapping: outcome.mapping,
                    title: title(outcome.mapping)?,
                    column: outcome.column,
                    value: outcome.value?,
                    shown: outcome.shown,
                    confidence: outcome.confidence.unwrap_or_default(),
                    evidence: outcome.evidence,
                })
            })
            .collect())
    }
}
