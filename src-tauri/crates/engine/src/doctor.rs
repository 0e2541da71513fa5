//! What a support engineer asks first: do the credentials hold, do hints arrive, does the poller keep up, does
//! anything wait for a person.

use std::time::Duration;

use casebridge_connectors::Proof;
use casebridge_domain::{Connection, Consumer};
use jiff::Timestamp;
use serde::Serialize;

use crate::Engine;
use crate::error::EngineError;

/// A day, in which calls are counted.
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// How grave a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Grade {
    /// As it should be.
    Good,
    /// Worth knowing.
    Note,
    /// Something does not work, or waits for a person.
    Bad,
}

/// One thing that was looked at.
#[derive(Debug, Clone, Serialize)]
pub struct Finding {
    /// The connection, if it is about one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub connection: Option<String>,
    /// What was looked at.
    pub what: &'static str,
    /// How it is.
    pub grade: Grade,
    /// What was found.
    pub detail: String,
    /// What to do, if something is to be done.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub action: Option<String>,
}

impl Finding {
    fn new(connection: Option<&Connection>, what: &'static str, grade: Grade, detail: String) -> Self {
        Self { connection: connection.map(|one| one.name.clone()), what, grade, detail, action: None }
    }

    fn action(mut self, action: impl Into<String>) -> Self {
        self.action = Some(action.into());
        self
    }
}

impl Engine {
    /// Looks at everything. Asks each CRM a few questions and leaves nothing behind there.
    pub async fn doctor(&self) -> Result<Vec<Finding>, EngineError> {
        let mut findings = Vec::new();
        let connections = self.connections().await?;
        if connections.is_empty() {
            let finding = Finding::new(None, "connections", Grade::Note, "there is none: nothing is followed".into());
            findings.push(finding.action("add one: `casebridged connection add`"));
        }
        for connection in &connections {
            findings.push(self.about_sign_in(connection).await);
            findings.extend(self.about_webhooks(connection).await?);
            findings.push(self.about_poller(connection).await?);
            findings.push(self.about_calls(connection).await?);
            findings.push(self.about_lanes(connection).await?);
        }
        findings.extend(self.about_replies().await?);
        Ok(findings)
    }

    async fn about_sign_in(&self, connection: &Connection) -> Finding {
        let one = Some(connection);
        match self.test_connection(&connection.name).await {
            Ok(report) if report.is_good() => {
                let open = report.checks.iter().filter(|check| check.proof == Proof::NotProven).count();
                let detail = format!("{} checks passed, {open} could not be proven", report.checks.len() - open);
                Finding::new(one, "credentials and rights", Grade::Good, detail)
            }
            Ok(report) => {
                let missing = report.checks.iter().filter(|check| check.proof == Proof::Missing);
                let mut detail: Vec<String> =
                    missing.clone().map(|check| format!("{}: {}", check.what, check.detail)).collect();
                detail.extend(report.failure.as_ref().map(|failure| failure.message.clone()));
                let hint = missing
                    .map(|check| check.hint.clone())
                    .chain(report.failure.as_ref().map(|failure| failure.hint.clone()))
                    .find(|hint| !hint.is_empty());
                let finding = Finding::new(one, "credentials and rights", Grade::Bad, detail.join("; "));
                finding.action(hint.unwrap_or_else(|| format!("see `casebridged connection test {}`", connection.name)))
            }
            Err(error) => {
                let hint = error.hint();
                Finding::new(one, "credentials and rights", Grade::Bad, error.to_string()).action(hint)
            }
        }
    }

    async fn about_webhooks(&self, connection: &Connection) -> Result<Vec<Finding>, EngineError> {
        let one = Some(connection);
        let now = self.clock().now();
        let mut findings = Vec::new();
        let last = self.store().last_receipt(connection.id).await?;
        findings.push(match &last {
            Some(receipt) => {
                let detail = format!("the newest call came {} ago ({})", ago(now, receipt.at), receipt.event_type);
                Finding::new(one, "webhooks", Grade::Good, detail)
            }
            None => {
                let detail = "no call has come yet; polling brings replies within two periods".to_owned();
                let action = format!("set the process up with `casebridged webhook url {}`", connection.name);
                Finding::new(one, "webhooks", Grade::Note, detail).action(action)
            }
        });
        if last.as_ref().is_some_and(|receipt| receipt.old_token) {
            let detail = "your CRM still calls the old address; it works until its grace ends".to_owned();
            let action = format!("put the address of `casebridged webhook url {}` into the process", connection.name);
            findings.push(Finding::new(one, "webhook address", Grade::Note, detail).action(action));
        }
        for refusals in self.webhook_refusals().await? {
            let (mine, wrong) = (refusals.connection == Some(connection.id), refusals.connection.is_none());
            if !mine && !wrong {
                continue;
            }
            let what = if mine { "an address that has ended" } else { "an address that this engine never gave out" };
            let detail = format!("{} calls to {what}, the last {} ago", refusals.calls, ago(now, refusals.last_at));
            let grade = if mine { Grade::Bad } else { Grade::Note };
            let action = format!("put the address of `casebridged webhook url {}` into the process", connection.name);
            findings.push(Finding::new(one, "refused calls", grade, detail).action(action));
        }
        Ok(findings)
    }

    async fn about_poller(&self, connection: &Connection) -> Result<Finding, EngineError> {
        let one = Some(connection);
        let now = self.clock().now();
        let need = self.store().poll_need(connection.id).await?;
        if !need.cases {
            return Ok(Finding::new(one, "poller", Grade::Good, "there is no case yet: nothing to poll for".into()));
        }
        let back: casebridge_domain::BackSettings = connection
            .settings
            .get("back")
            .and_then(|back| serde_json::from_value(back.clone()).ok())
            .unwrap_or_default();
        let period = back.period(need.handed_off);
        let rounds = self.store().rounds(connection.id, now - DAY, 1).await?;
        let Some(round) = rounds.first() else {
            let begun = self.store().poll_state(connection.id).await?.map(|state| state.at);
            if begun.is_some_and(|at| at + period * 2 > now) {
                let detail = format!("the first round comes within {} s", period.as_secs());
                return Ok(Finding::new(one, "poller", Grade::Good, detail));
            }
            let detail = format!("no round in 24 hours; the period is {} s", period.as_secs());
            return Ok(Finding::new(one, "poller", Grade::Note, detail).action("start the engine: `casebridged serve`"));
        };
        let lag = now.duration_since(round.at).unsigned_abs();
        let detail = format!("the newest round was {} ago; the period is {} s", ago(now, round.at), period.as_secs());
        if let Some(failure) = &round.failure {
            return Ok(Finding::new(one, "poller", Grade::Bad, format!("{detail}; it failed: {failure}")));
        }
        if lag > period * 2 + Duration::from_secs(30) {
            let finding = Finding::new(one, "poller", Grade::Bad, detail);
            return Ok(finding.action("the engine is stopped, or the connection is paused"));
        }
        Ok(Finding::new(one, "poller", Grade::Good, detail))
    }

    async fn about_calls(&self, connection: &Connection) -> Result<Finding, EngineError> {
        let since = self.clock().now() - DAY;
        let (polls, others) = self.store().calls_since(connection.id, since).await?;
        let detail = format!(
            "{} in 24 hours by our own count: {polls} by the poller, {others} for conversations",
            polls + others
        );
        Ok(Finding::new(Some(connection), "calls to the CRM", Grade::Good, detail))
    }

    async fn about_lanes(&self, connection: &Connection) -> Result<Finding, EngineError> {
        let one = Some(connection);
        let counts = self.store().lane_counts(Consumer::Crm(connection.id)).await?;
        if let Some(pause) = &connection.pause {
            let why = pause.failure.as_ref().map_or("by hand", |failure| failure.message.as_str());
            let detail = format!("the connection is paused since {}: {why}; {} lanes wait", pause.since, counts.due);
            let hint = pause.failure.as_ref().map(|failure| failure.hint.clone()).unwrap_or_default();
            return Ok(Finding::new(one, "lanes", Grade::Bad, detail).action(hint));
        }
        let detail =
            format!("{} lanes, {} due, {} failing, {} parked", counts.all, counts.due, counts.failing, counts.parked);
        if counts.parked > 0 {
            let finding = Finding::new(one, "lanes", Grade::Bad, detail);
            return Ok(finding.action("`casebridged lanes list --parked` says why, `lanes retry` releases them"));
        }
        Ok(Finding::new(one, "lanes", if counts.failing > 0 { Grade::Note } else { Grade::Good }, detail))
    }

    async fn about_replies(&self) -> Result<Vec<Finding>, EngineError> {
        let mut findings = Vec::new();
        let held = self.replies(None, Some("held".into()), 1_000).await?;
        findings.push(if held.is_empty() {
            Finding::new(None, "held replies", Grade::Good, "none".into())
        } else {
            let detail = format!("{} replies wait for a decision", held.len());
            let finding = Finding::new(None, "held replies", Grade::Bad, detail);
            finding.action("`casebridged replies list --state held`, then `replies release` or `replies discard`")
        });
        let (conversations, oldest) = self.untaken().await?;
        let alerted = self.replies(None, Some("offered".into()), 1_000).await?;
        let alerted = alerted.iter().filter(|reply| reply.alerted_at.is_some()).count();
        let now = self.clock().now();
        findings.push(match oldest {
            None => Finding::new(None, "carriers", Grade::Good, "every reply that was offered was taken".into()),
            Some(oldest) => {
                let detail = format!(
                    "{conversations} conversations have replies that nobody has taken, the oldest for {}; {alerted} for more \
                     than two minutes",
                    ago(now, oldest)
                );
                let grade = if alerted > 0 { Grade::Bad } else { Grade::Note };
                let finding = Finding::new(None, "carriers", grade, detail);
                finding.action("check that whoever carries the conversations reads GET /v1/replies/stream")
            }
        });
        Ok(findings)
    }
}

/// The time since, in the largest unit that says enough.
fn ago(now: Timestamp, then: Timestamp) -> String {
    let seconds = now.duration_since(then).as_secs().max(0);
    match seconds {
        ..120 => format!("{seconds} s"),
        120..7_200 => format!("{} min", seconds / 60),
        7_200..172_800 => format!("{} h", seconds / 3_600),
        _ => format!("{} days", seconds / 86_400),
    }
}
