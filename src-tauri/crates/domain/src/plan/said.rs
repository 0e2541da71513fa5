//! What a log says about fields, and what an analyst is asked about it.

use uuid::Uuid;

use super::fields::{Handoff, Said, kind_of};
use crate::analysis::{Question, TranscriptLine};
use crate::event::{Event, EventKind};
use crate::ids::ConnectionId;
use crate::mapping::{Column, Mapping};

impl Said {
    /// What these events tell about the fields of one connection's cases, the newest of each.
    #[must_use]
    pub fn of(events: &[Event], connection: ConnectionId) -> Self {
        let mut said = Said::default();
        for event in events {
            match &event.kind {
                EventKind::HandedOff { summary, language, sentiment, .. } => {
                    said.handoff =
                        Handoff { summary: summary.clone(), language: language.clone(), sentiment: sentiment.clone() };
                }
                EventKind::FieldValues { values } => said.given.extend(values.clone()),
                EventKind::Analysed { connection: of, analysis: Some(analysis), .. } if *of == connection => {
                    said.analysis = Some(analysis.as_ref().clone());
                }
                EventKind::SuggestionDecided { connection: of, mapping, value, .. } if *of == connection => {
                    said.decided.insert(*mapping, value.clone());
                }
                _ => {}
            }
        }
        said
    }
}

/// The lines that an analyst reads: what people and the AI said up to a place in the log. Echoes are said once.
#[must_use]
pub fn transcript(events: &[Event], through: i64) -> Vec<TranscriptLine> {
    let spoken = |event: &&Event| event.seq <= through && event.echo_of.is_none();
    let line = |event: &Event| {
        // A file's name is nothing that anybody said.
        let (from, text) = event.kind.said().filter(|_| !matches!(event.kind, EventKind::AttachmentAdded { .. }))?;
        Some(TranscriptLine { seq: event.seq, from, at: event.occurred_at, text: text.to_owned() })
    };
    events.iter().filter(spoken).filter_map(line).collect()
}

/// What is asked for these mappings.
#[must_use]
pub fn questions(mappings: &[Mapping], columns: &[Column]) -> Vec<Question> {
    let question = |mapping: &Mapping| Question {
        id: mapping.id,
        title: mapping.title.clone(),
        instruction: mapping.instruction.clone(),
        kind: kind_of(mapping, columns).clone(),
        synonyms: mapping.synonyms.clone(),
    };
    mappings.iter().filter(|mapping| mapping.asks()).map(question).collect()
}

/// The newest handoff of these events, with its event id, unless it was read already under this version of the mappings.
#[must_use]
pub fn unread_handoff(events: &[Event], connection: ConnectionId, version: i64) -> Option<&Event> {
    let handoff = events.iter().rev().find(|event| matches!(event.kind, EventKind::HandedOff { .. }))?;
    let is_read = events.iter().any(|event| {
        matches!(&event.kind, EventKind::Analysed { connection: of, handoff: read, version: under, .. }
            if *of == connection && *read == handoff.seq && *under == version)
    });
    (!is_read).then_some(handoff)
}

/// The event id of an analysis: once per handoff, connection and version of the mappings (R27).
#[must_use]
pub fn analysis_event_id(handoff: &Event, connection: ConnectionId, version: i64) -> String {
    let name = format!("{}/{}/{}", connection, version, handoff.event_id);
    format!("auto:analysed:{}", Uuid::new_v5(&handoff.session_id.0, name.as_bytes()))
}
