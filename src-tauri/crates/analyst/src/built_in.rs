//! The analyst that works offline.

use async_trait::async_trait;
use casebridge_domain::CallFailure;
use casebridge_domain::analysis::{Analysis, AnalystKind, Cost, Found, Question};

use crate::{Analyst, Ask};

/// Reads with rules: nothing leaves the machine, and it rather leaves blank than guesses.
#[derive(Debug, Clone, Copy, Default)]
pub struct BuiltIn;

#[async_trait]
impl Analyst for BuiltIn {
    async fn analyse(&self, ask: &Ask<'_>) -> Result<Analysis, CallFailure> {
        Ok(Analysis {
            by: AnalystKind::BuiltIn,
            model: None,
            summary: None,
            language: None,
            sentiment: None,
            topic: None,
            found: ask.questions.iter().map(blank).collect(),
            cost: Cost::default(),
        })
    }
}

fn blank(question: &Question) -> Found {
    Found {
        id: question.id,
        value: None,
        confidence: 0,
        evidence: Vec::new(),
        note: Some("the conversation was not searched for this".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::time::Duration;

    use casebridge_domain::mapping::ColumnKind;
    use jiff::Timestamp;
    use jiff::tz::TimeZone;
    use uuid::Uuid;

    use super::*;

    #[tokio::test]
    async fn every_question_gets_an_answer_in_its_place() {
        let question = |id: u128| Question {
            id: Uuid::from_u128(id),
            title: "Seats".into(),
            instruction: String::new(),
            kind: ColumnKind::Integer,
            synonyms: BTreeMap::new(),
        };
        let questions = [question(2), question(1)];
        let ask = Ask {
            lines: &[],
            questions: &questions,
            time_zone: &TimeZone::UTC,
            now: Timestamp::UNIX_EPOCH,
            deadline: Duration::from_secs(6),
        };
        let analysis = BuiltIn.analyse(&ask).await.unwrap();
        let ids: Vec<_> = analysis.found.iter().map(|found| found.id.as_u128()).collect();
        assert_eq!(ids, [2, 1], "whoever asked finds the answers in the order of the questions");
        assert!(analysis.found.iter().all(|found| found.value.is_none()), "nothing was said, so nothing is found");
    }
}
