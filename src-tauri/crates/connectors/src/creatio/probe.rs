//! What is found out once per client: where OData answers, and what the case statuses mean.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use casebridge_domain::{CallFailure, FailureClass, FailureScope, StatusClass, StatusWish};
use serde_json::Value;
use tokio::time::Instant;
use uuid::Uuid;

use super::Creatio;
use super::http::{Answer, Call};
use super::odata::{ErrorBody, Operation, Query, flag, id_of, is_html, string};
use super::settings::ODataRoot;
use super::stock;
use crate::port::CallLog;

/// A status that we do not know makes us read them all again, not more often than this.
const REREAD: Duration = Duration::from_secs(60);

/// What a case status means. Decided by flags: names are translated, and tenants add dozens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct StatusFlags {
    is_final: bool,
    is_resolved: bool,
    is_paused: bool,
    stage: i64,
}

impl StatusFlags {
    fn of(row: &Value) -> Self {
        StatusFlags {
            is_final: flag(row, "IsFinal"),
            is_resolved: flag(row, "IsResolved"),
            is_paused: flag(row, "IsPaused"),
            stage: row.get("StageNumber").and_then(Value::as_i64).unwrap_or(0),
        }
    }

    fn closed(self) -> bool {
        self.is_final || self.is_resolved
    }

    fn class(self) -> StatusClass {
        match self {
            StatusFlags { is_final: true, .. } => StatusClass::Closed,
            StatusFlags { is_resolved: true, .. } => StatusClass::Resolved,
            _ => StatusClass::Open,
        }
    }
}

/// All case statuses of the instance.
#[derive(Debug, Clone)]
pub(crate) struct Statuses {
    all: HashMap<Uuid, StatusFlags>,
    names: HashMap<Uuid, String>,
    read_at: Instant,
}

impl Statuses {
    /// What stock installations have, for users who may not read the list. Not worth keeping.
    pub(crate) fn stock() -> Self {
        let flags = |is_final, is_resolved| StatusFlags { is_final, is_resolved, is_paused: false, stage: 0 };
        let all = [
            (stock::STATUS_RESOLVED, flags(false, true)),
            (stock::STATUS_CLOSED, flags(true, false)),
            (stock::STATUS_CANCELED, flags(true, false)),
        ];
        Statuses { all: all.into_iter().collect(), names: HashMap::new(), read_at: Instant::now() }
    }

    /// What a status means; one that nobody knows keeps its case open.
    pub(crate) fn class(&self, status: Uuid) -> StatusClass {
        self.all.get(&status).map_or(StatusClass::Open, |flags| flags.class())
    }

    /// A status as people call it, in our user's language.
    pub(crate) fn name(&self, status: Uuid) -> Option<&str> {
        self.names.get(&status).map(String::as_str)
    }

    pub(crate) fn closed(&self, status: Uuid) -> bool {
        self.all.get(&status).map_or_else(|| closed_in_stock(status), |flags| flags.closed())
    }

    /// The status for a wish: the admin's choice, else the stock row if it is there and means that, else
    /// whichever means it.
    pub(crate) fn wished(&self, wish: StatusWish, picked: Option<Uuid>) -> Option<Uuid> {
        if let Some(picked) = picked {
            return self.all.contains_key(&picked).then_some(picked);
        }
        let (stock, means): (Uuid, fn(&StatusFlags) -> bool) = match wish {
            StatusWish::Resolved => (stock::STATUS_RESOLVED, |flags| flags.is_resolved && !flags.is_final),
            StatusWish::Reopened => (stock::STATUS_REOPENED, |flags| !flags.closed() && !flags.is_paused),
        };
        if self.all.get(&stock).is_some_and(means) {
            return Some(stock);
        }
        let fitting = self.all.iter().filter(|(id, flags)| means(flags) && **id != stock::STATUS_NEW);
        fitting.min_by_key(|(id, flags)| (flags.stage, **id)).map(|(id, _)| *id)
    }
}

/// Before the statuses were read: what stock installations have.
pub(crate) fn closed_in_stock(status: Uuid) -> bool {
    [stock::STATUS_RESOLVED, stock::STATUS_CLOSED, stock::STATUS_CANCELED].contains(&status)
}

impl Creatio {
    /// The whole path of something below the service root.
    pub(crate) async fn path(&self, tail: &str, log: &CallLog) -> Result<String, CallFailure> {
        Ok(format!("{}/{tail}", self.root(log).await?.path()))
    }

    /// Where OData answers; asked once, by one at a time.
    pub(crate) async fn root(&self, log: &CallLog) -> Result<ODataRoot, CallFailure> {
        self.root.get(async || self.find_root(log).await).await
    }

    async fn find_root(&self, log: &CallLog) -> Result<ODataRoot, CallFailure> {
        if let Some(root) = self.settings.odata_root {
            return Ok(root);
        }
        self.ask_roots([ODataRoot::Framework, ODataRoot::Core], log).await
    }

    /// A health check answers under both roots and a wrong one with a page, so a real query decides.
    pub(crate) async fn ask_roots(&self, roots: [ODataRoot; 2], log: &CallLog) -> Result<ODataRoot, CallFailure> {
        let query = Query { set: "Contact", select: "Id", filter: None, top: 1 };
        let target = self.target("Contact", Operation::List, None);
        let mut failures = Vec::new();
        for root in roots {
            let call = Call::get(format!("{}/{}", root.path(), query.path()), self.settings.read_timeout());
            let answer = match self.http.call(&call, None, log).await {
                Ok(answer) => answer,
                Err(none) => return Err(none.into_failure()),
            };
            match self.good(&answer, &target, &[]).await {
                Ok(Some(body)) if body.get("value").is_some_and(Value::is_array) => return Ok(root),
                Ok(_) => failures.push((answer.status, nothing_here())),
                // It refuses us in OData's own words, so it is there.
                Err(_) if speaks_odata(&answer) => return Ok(root),
                Err(failure) => failures.push((answer.status, failure)),
            }
        }
        // "Not found" at both is not a Creatio; anything else may be different in a minute.
        let other = failures.into_iter().find(|(status, _)| *status != 404 && !(200..300).contains(status));
        Err(other.map_or_else(nothing_here, |(_, failure)| failure))
    }

    /// The case statuses, read once.
    pub(crate) async fn statuses(&self, log: &CallLog) -> Result<Arc<Statuses>, CallFailure> {
        self.statuses.get(async || self.read_statuses(log).await.map(Arc::new)).await
    }

    /// Whether a status means that a case is finished. One that nobody has seen yet is looked up.
    pub(crate) async fn is_closed(&self, status: Uuid, log: &CallLog) -> Result<bool, CallFailure> {
        let stale =
            |statuses: &Arc<Statuses>| !statuses.all.contains_key(&status) && statuses.read_at.elapsed() >= REREAD;
        let statuses = self.statuses.get_unless(stale, async || self.read_statuses(log).await.map(Arc::new)).await?;
        Ok(statuses.closed(status))
    }

    /// The case statuses, with these among them if the CRM has them. Without the right to read them, stock
    /// meanings hold.
    pub(crate) async fn statuses_with(&self, wanted: &[Uuid], log: &CallLog) -> Result<Arc<Statuses>, CallFailure> {
        let stale = |statuses: &Arc<Statuses>| {
            wanted.iter().any(|status| !statuses.all.contains_key(status)) && statuses.read_at.elapsed() >= REREAD
        };
        match self.statuses.get_unless(stale, async || self.read_statuses(log).await.map(Arc::new)).await {
            Err(failure) if failure.class == FailureClass::Rights => Ok(Arc::new(Statuses::stock())),
            other => other,
        }
    }

    /// The same without a call.
    pub(crate) async fn is_closed_as_known(&self, status: Uuid) -> bool {
        self.statuses.known().await.map_or_else(|| closed_in_stock(status), |statuses| statuses.closed(status))
    }

    async fn read_statuses(&self, log: &CallLog) -> Result<Statuses, CallFailure> {
        let select = "Id,Name,IsFinal,IsResolved,IsPaused,StageNumber";
        let rows = self.rows(&Query { set: "CaseStatus", select, filter: None, top: 500 }, log).await?;
        let all = rows.iter().filter_map(|row| Some((id_of(row)?, StatusFlags::of(row)))).collect();
        let names = rows.iter().filter_map(|row| Some((id_of(row)?, string(row, "Name")?))).collect();
        Ok(Statuses { all, names, read_at: Instant::now() })
    }

    /// The status for a wish.
    pub(crate) async fn wished_status(&self, wish: StatusWish, log: &CallLog) -> Result<Uuid, CallFailure> {
        let (picked, name) = match wish {
            StatusWish::Resolved => (self.settings.resolved_status, "resolved"),
            StatusWish::Reopened => (self.settings.reopened_status, "reopened"),
        };
        let statuses = self.statuses(log).await?;
        statuses.wished(wish, picked).ok_or_else(|| CallFailure {
            class: FailureClass::Setup,
            scope: FailureScope::Connection,
            status: None,
            message: match picked {
                Some(id) => format!("the case status chosen for {name} cases ({id}) is not in Creatio"),
                None => format!("no case status in Creatio means {name}"),
            },
            hint: format!("choose the status of {name} cases in the connection's settings"),
            item: None,
        })
    }
}

fn speaks_odata(answer: &Answer) -> bool {
    matches!(answer.status, 400 | 403 | 500)
        && !is_html(answer.content_type.as_deref(), &answer.body)
        && serde_json::from_str::<Value>(&answer.body).is_ok_and(|body| body.get("error").is_some())
        && ErrorBody::parse(&answer.body).innermost().is_some()
}

fn nothing_here() -> CallFailure {
    CallFailure {
        class: FailureClass::Setup,
        scope: FailureScope::Connection,
        status: Some(404),
        message: "no OData answers at this address, neither at /0/odata nor at /odata".into(),
        hint: "check the instance's address: it must be the one at which people open Creatio".into(),
        item: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn statuses(rows: &[(Uuid, bool, bool, bool, i64)]) -> Statuses {
        let all = rows
            .iter()
            .map(|(id, is_final, is_resolved, is_paused, stage)| {
                (
                    *id,
                    StatusFlags {
                        is_final: *is_final,
                        is_resolved: *is_resolved,
                        is_paused: *is_paused,
                        stage: *stage,
                    },
                )
            })
            .collect();
        Statuses { all, names: HashMap::new(), read_at: Instant::now() }
    }

    #[test]
    fn r24_flags_decide_what_a_status_means() {
        let own = Uuid::from_u128(5);
        let stock = statuses(&[
            (stock::STATUS_NEW, false, false, false, 1),
            (stock::STATUS_RESOLVED, false, true, false, 3),
            (stock::STATUS_REOPENED, false, false, false, 5),
            (own, true, false, false, 9),
        ]);
        assert_eq!(stock.wished(StatusWish::Resolved, None), Some(stock::STATUS_RESOLVED));
        assert_eq!(stock.wished(StatusWish::Reopened, None), Some(stock::STATUS_REOPENED));
        assert_eq!(
            [stock::STATUS_NEW, stock::STATUS_RESOLVED, own].map(|status| stock.class(status)),
            [StatusClass::Open, StatusClass::Resolved, StatusClass::Closed]
        );
        assert!(stock.closed(own), "a tenant's own final status is a closure");
        assert_eq!(stock.wished(StatusWish::Resolved, Some(own)), Some(own), "the admin's choice stands");
        assert_eq!(stock.wished(StatusWish::Resolved, Some(Uuid::from_u128(6))), None, "a choice that is gone is said");
    }

    #[test]
    fn r24_a_stock_row_with_other_flags_is_not_believed() {
        let (solved, working) = (Uuid::from_u128(7), Uuid::from_u128(8));
        let changed = statuses(&[
            (stock::STATUS_NEW, false, false, false, 1),
            (stock::STATUS_RESOLVED, true, true, false, 3),
            (stock::STATUS_REOPENED, false, false, true, 2),
            (solved, false, true, false, 4),
            (working, false, false, false, 2),
        ]);
        assert_eq!(changed.wished(StatusWish::Resolved, None), Some(solved), "a final one cannot be reopened by all");
        assert_eq!(changed.wished(StatusWish::Reopened, None), Some(working), "a paused one is not worked");
    }
}
