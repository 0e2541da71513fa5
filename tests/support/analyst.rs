//! An analyst that answers as a story wants, and counts how often it is asked.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use casebridge_connectors::analyst::{Analyst, Ask};
use casebridge_connectors::{CaseSystem, Vault};
use casebridge_domain::analysis::{Analysis, AnalystKind, Cost, Evidence, Found};
use casebridge_domain::{CallFailure, Connection, FailureClass, FailureScope};
use casebridge_engine::analysts::AnalystSettings;
use casebridge_engine::{Connectors, CrmConnectors};
use secrecy::SecretString;
use serde_json::Value;
use tokio::sync::Notify;

/// See the module.
#[derive(Default)]
pub struct Scripted {
    answers: Mutex<BTreeMap<String, (Value, u8)>>,
    asked: AtomicUsize,
    hangs: AtomicBool,
    is_away: AtomicBool,
    released: Notify,
}

impl Scripted {
    /// Answers these columns, surely.
    pub fn sure<const N: usize>(answers: [(&str, Value); N]) -> Arc<Self> {
        let scripted = Self::default();
        for (title, value) in answers {
            scripted.answer(title, value, 95);
        }
        Arc::new(scripted)
    }

    /// Answers a column from now on, this surely.
    pub fn answer(&self, title: &str, value: Value, confidence: u8) {
        self.answers.lock().unwrap().insert(title.to_owned(), (value, confidence));
    }

    /// Answers nobody before it is released.
    pub fn hang(&self) {
        self.hangs.store(true, Ordering::SeqCst);
    }

    /// Answers whoever waits, and everybody after.
    pub fn release(&self) {
        self.hangs.store(false, Ordering::SeqCst);
        self.released.notify_waiters();
    }

    /// Cannot be reached, until it is back.
    pub fn go_away(&self, away: bool) {
        self.is_away.store(away, Ordering::SeqCst);
    }

    /// How often it was asked.
    pub fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}

#[async_trait]
impl Analyst for Scripted {
    async fn analyse(&self, ask: &Ask<'_>) -> Result<Analysis, CallFailure> {
        let released = self.released.notified();
        self.asked.fetch_add(1, Ordering::SeqCst);
        if self.hangs.load(Ordering::SeqCst) {
            released.await;
        }
        if self.is_away.load(Ordering::SeqCst) {
            return Err(CallFailure {
                class: FailureClass::Unreachable,
                scope: FailureScope::Lane,
                status: Some(503),
                message: "the provider answered 503".into(),
                hint: "wait".into(),
                item: None,
            });
        }
        let evidence: Vec<Evidence> = ask
            .lines
            .first()
            .map(|line| Evidence { seq: line.seq, start: 0, end: line.text.chars().count(), quote: line.text.clone() })
            .into_iter()
            .collect();
        let answers = self.answers.lock().unwrap();
        let found = ask.questions.iter().map(|question| {
            let answer = answers.get(&question.title);
            Found {
                id: question.id,
                value: answer.map(|(value, _)| value.clone()),
                confidence: answer.map_or(0, |(_, confidence)| *confidence),
                evidence: evidence.clone(),
                note: None,
            }
        });
        Ok(Analysis {
            by: AnalystKind::Provider,
            model: Some("scripted".into()),
            summary: Some("The customer waits for a printer.".into()),
            language: Some("en".into()),
            sentiment: None,
            topic: None,
            found: found.collect(),
            cost: Cost { calls: 1, ..Cost::default() },
        })
    }
}

/// The real clients of the CRMs, with this analyst in the provider's place.
pub struct WithAnalyst(pub Arc<dyn Analyst>);

impl Connectors for WithAnalyst {
    fn build(&self, connection: &Connection, vault: Arc<dyn Vault>) -> Result<Arc<dyn CaseSystem>, CallFailure> {
        CrmConnectors.build(connection, vault)
    }

    fn concurrency(&self, connection: &Connection) -> usize {
        CrmConnectors.concurrency(connection)
    }

    fn analyst(&self, _: &AnalystSettings, _: Option<SecretString>) -> Result<Arc<dyn Analyst>, CallFailure> {
        Ok(Arc::clone(&self.0))
    }
}
