//! What the mappings would do with past conversations. Nothing is written, here or there.

use std::collections::BTreeMap;

use casebridge_connectors::CallLog;
use casebridge_domain::analysis::{AnalystKind, Cost, TranscriptLine};
use casebridge_domain::mapping::Mapping;
use casebridge_domain::plan::fields::{
    FieldOutcome, FieldSources, Outcome, Said, decide, grounded, outcomes, to_write, unnamed,
};
use casebridge_domain::plan::rows::Rows;
use casebridge_domain::plan::said::{questions, transcript};
use casebridge_domain::{CaseState, Connection, SessionId};

use crate::Engine;
use crate::error::EngineError;
use crate::mappings::rows_named;

/// Most conversations of one dry run: each is a question to the analyst.
const MOST: usize = 20;

/// What would become of one conversation.
#[derive(Debug, Clone)]
pub struct DryRun {
    /// Which.
    pub session: SessionId,
    /// What the analyst read.
    pub lines: Vec<TranscriptLine>,
    /// What would become of every mapping that is switched on.
    pub values: Vec<FieldOutcome>,
    /// Who analysed; `None`: nobody was asked.
    pub by: Option<AnalystKind>,
    /// The model's name, of a provider.
    pub model: Option<String>,
    /// What it cost.
    pub cost: Cost,
}

impl Engine {
    /// What mappings would do with conversations; the saved ones unless others are given.
    pub async fn dry_run(
        &self,
        name: &str,
        sessions: &[String],
        mappings: Option<Vec<Mapping>>,
    ) -> Result<Vec<DryRun>, EngineError> {
        if sessions.is_empty() || sessions.len() > MOST {
            let problem = format!("names {} conversations", sessions.len());
            return Err(EngineError::invalid("sessions", problem, format!("name 1 to {MOST}")));
        }
        let connection = self.connection(name).await?;
        let mappings = match mappings {
            Some(mappings) => mappings,
            None => self.mapping_set(&connection, None).await?.mappings,
        };
        let columns = self.columns(name, false).await?.columns;
        let mut runs = Vec::with_capacity(sessions.len());
        for session in sessions {
            let id = self.find_session(session).await?;
            let head = self.session(id).await?;
            let events = self.store().events(id, 0, i64::MAX).await?;
            let lines = transcript(&events, i64::MAX);
            let mut said = Said::of(&events, connection.id);
            // What was found or decided before was asked under other mappings.
            said.decided.clear();
            said.analysis = None;
            let asked = questions(&mappings, &columns);
            if !asked.is_empty() {
                let _turn = self.inner.analyses.turn().await;
                let analysis = self.ask_analyst(&connection, &lines, &asked, None).await.map_err(EngineError::Crm)?;
                said.analysis = Some(grounded(analysis, &lines));
            }
            let refused = BTreeMap::new();
            let none = Rows::default();
            let asked = FieldSources {
                mappings: &mappings,
                columns: &columns,
                session: &head,
                said: &said,
                refused: &refused,
                rows: &none,
            };
            let names = unnamed(asked);
            let rows = if names.is_empty() {
                Rows::default()
            } else {
                let crm = self.client(&connection)?;
                rows_named(crm.as_ref(), names, false, &CallLog::default()).await.map_err(EngineError::Crm)?
            };
            let sources = FieldSources { rows: &rows, ..asked };
            let mut values = outcomes(sources);
            self.mark_kept(&connection, id, &mappings, sources, &mut values).await?;
            let analysis = said.analysis.as_ref();
            runs.push(DryRun {
                session: id,
                lines,
                values,
                by: analysis.map(|one| one.by),
                model: analysis.and_then(|one| one.model.clone()),
                cost: analysis.map(|one| one.cost).unwrap_or_default(),
            });
        }
        Ok(runs)
    }

    /// On a case that stands, what people wrote may be kept: one read tells.
    async fn mark_kept(
        &self,
        connection: &Connection,
        session: SessionId,
        mappings: &[Mapping],
        sources: FieldSources<'_>,
        values: &mut [FieldOutcome],
    ) -> Result<(), EngineError> {
        let case = self.store().case(connection.id, session).await?;
        let Some(case) = case.filter(|case| matches!(case.state, CaseState::Open | CaseState::Closed)) else {
            return Ok(());
        };
        let wanted = to_write(values, mappings, sources.columns);
        if wanted.is_empty() {
            return Ok(());
        }
        let crm = self.client(connection)?;
        let there = crm.fields(case.crm_id, &wanted, &CallLog::default()).await.map_err(EngineError::Crm)?;
        let ours = self.store().fields_written(connection.id, case.crm_id).await?;
        for one in &wanted {
            let decision = decide(one, ours.get(&one.column), there.get(&one.column));
            let Some(note) = decision.why_kept() else { continue };
            if let Some(outcome) = values.iter_mut().find(|outcome| outcome.mapping == one.mapping) {
                outcome.outcome = Outcome::Kept;
                outcome.note = Some(note.to_owned());
            }
        }
        Ok(())
    }
}
