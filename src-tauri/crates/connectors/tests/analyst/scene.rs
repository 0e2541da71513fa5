//! A short conversation with a few fields, and a provider that asks the stand-in.

use std::collections::BTreeMap;
use std::time::Duration;

use casebridge_connectors::analyst::{Analyst, Ask, Provider, ProviderApi, ProviderSettings};
use casebridge_domain::analysis::{Analysis, Question, TranscriptLine};
use casebridge_domain::mapping::{Allowed, ColumnKind, TextFormat};
use casebridge_domain::{CallFailure, Speaker};
use casebridge_sandbox::llm::{LlmConfig, LlmReply, LlmSandbox};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use serde_json::{Value, json};
use uuid::Uuid;

pub const KEY: &str = "the-key-of-this-test";

pub fn question(title: &str, kind: ColumnKind) -> Question {
    Question {
        id: Uuid::new_v5(&Uuid::NAMESPACE_OID, title.as_bytes()),
        title: title.into(),
        instruction: String::new(),
        kind,
        synonyms: BTreeMap::new(),
    }
}

pub fn picklist(labels: &[&str]) -> ColumnKind {
    let values =
        labels.iter().map(|label| Allowed { value: format!("{}-id", label.to_lowercase()), label: (*label).into() });
    ColumnKind::Picklist { values: values.collect(), restricted: true }
}

pub fn text() -> ColumnKind {
    ColumnKind::Text { max: Some(50), format: TextFormat::Plain }
}

/// Lines in turn: the customer begins, twenty seconds apart, on a Friday at noon in Berlin.
pub fn lines(texts: &[&str]) -> Vec<TranscriptLine> {
    let noon: Timestamp = "2019-03-01T11:00:00Z".parse().unwrap();
    let line = |(place, text): (i64, &&str)| TranscriptLine {
        seq: 10 + place,
        from: if place % 2 == 0 { Speaker::Customer } else { Speaker::Ai },
        at: noon + (place * 20).seconds(),
        text: (*text).to_owned(),
    };
    (0..).zip(texts).map(line).collect()
}

/// An answer to the form: for each field its value, the line's number and the quote.
pub fn filled(fields: &[(Value, u64, &str)]) -> Value {
    let fields = fields.iter().enumerate().map(|(place, (value, line, quote))| {
        (
            format!("f{}", place + 1),
            json!({ "value": value, "confidence": 95, "evidence": [{ "line": line, "quote": quote }] }),
        )
    });
    json!({ "summary": "About seats.", "language": "en", "sentiment": "neutral", "topic": "Seats", "fields": fields.collect::<serde_json::Map<_, _>>() })
}

pub struct Scene {
    pub llm: LlmSandbox,
    pub provider: Provider,
}

impl Scene {
    pub async fn new(api: ProviderApi, replies: Vec<LlmReply>, then: LlmReply) -> Scene {
        let llm = LlmSandbox::start(LlmConfig { key: Some(KEY.into()), replies, then }).await.unwrap();
        let provider = provider(api, &llm.url, KEY).unwrap();
        Scene { llm, provider }
    }

    pub async fn ask(&self, lines: &[TranscriptLine], questions: &[Question]) -> Result<Analysis, CallFailure> {
        self.ask_within(lines, questions, Duration::from_secs(30)).await
    }

    pub async fn ask_within(
        &self,
        lines: &[TranscriptLine],
        questions: &[Question],
        deadline: Duration,
    ) -> Result<Analysis, CallFailure> {
        let zone = TimeZone::get("Europe/Berlin").unwrap();
        let ask = Ask { lines, questions, time_zone: &zone, now: lines[0].at, deadline };
        self.provider.analyse(&ask).await
    }
}

pub fn provider(api: ProviderApi, url: &str, key: &str) -> Result<Provider, CallFailure> {
    Provider::new(&ProviderSettings {
        api,
        base_url: url.parse().unwrap(),
        model: "stand-in-1".into(),
        key: Some(key.to_owned().into()),
    })
}
