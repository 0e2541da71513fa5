//! A case that somebody named is read in the CRM before anything is linked to it.

use std::time::Duration;

use casebridge_connectors::{CallLog, LookAt};
use casebridge_domain::{CaseFacts, CaseSeen, Connection, ConnectionKind, text};
use jiff::Timestamp;
use uuid::Uuid;

use crate::Engine;
use crate::error::EngineError;
use crate::pulls::OVERLAP;

/// The smallest step of the CRM's clock.
const JUST_AFTER: Duration = Duration::from_millis(1);

/// A case that stands in the CRM.
pub(super) struct Found {
    pub(super) id: Uuid,
    pub(super) facts: CaseFacts,
    /// Just after everything that stood on it, by the CRM's clock.
    pub(super) deliver_after: Timestamp,
}

impl Engine {
    /// Finds a case by number, id or the address of its page, and reads it.
    pub(super) async fn find_in_crm(
        &self,
        connection: &Connection,
        named: &str,
        log: &CallLog,
    ) -> Result<Found, EngineError> {
        let named = named.trim();
        if named.is_empty() || named.chars().count() > 2_000 {
            return Err(EngineError::invalid(
                "to",
                "names no case",
                "give a case's number, id, or the address of its page",
            ));
        }
        if connection.kind == ConnectionKind::Salesforce
            && let Some(native) = crate::crm::salesforce_case(named)
        {
            if named.contains("://") && !is_at_org(connection, named) {
                return Err(elsewhere(connection));
            }
            let known = self.store().find_cases(&native.to_string()).await?;
            let ours = known.into_iter().find(|case| case.connection == connection.id).map(|case| case.crm_id);
            return self.prove_case(connection, ours.unwrap_or(native), log).await;
        }
        if let Some(id) = text::last_uuid(named) {
            if named.contains("://") && !is_at(connection, named) {
                return Err(elsewhere(connection));
            }
            return self.prove_case(connection, id, log).await;
        }
        if named.contains("://") {
            let hint = "open the case itself in the CRM and copy the address then, or give its number";
            return Err(EngineError::invalid("to", "is an address that names no case", hint));
        }
        let crm = self.client(connection)?;
        let ids = crm.numbered(named, log).await.map_err(EngineError::Crm)?;
        match ids.as_slice() {
            [] => Err(EngineError::NotFound { what: "case in the CRM with number", name: named.to_owned() }),
            [one] => self.prove_case(connection, *one, log).await,
            several => {
                let problem = format!("`{named}` is the number of {} cases", several.len());
                Err(EngineError::invalid("to", problem, "paste the address of the one that is meant"))
            }
        }
    }

    /// Reads a case: only one that stands and can be read may be linked.
    pub(super) async fn prove_case(
        &self,
        connection: &Connection,
        id: Uuid,
        log: &CallLog,
    ) -> Result<Found, EngineError> {
        let crm = self.client(connection)?;
        // The newest of what stands on it; the rest is looked at afterwards.
        let at = LookAt { case: id, since: Some((self.clock().now() - OVERLAP).to_string()) };
        let look = crm.look(&[at], log).await.map_err(EngineError::Crm)?;
        let newest = look.records.iter().filter(|record| record.case == id).map(|record| record.at).max();
        let seen = look.cases.into_iter().find(|(case, _)| *case == id).map(|(_, seen)| seen);
        match seen.unwrap_or(CaseSeen::Absent) {
            CaseSeen::Stands(facts) => {
                // The CRM tells its time in whole seconds: what was said in this one stands there already.
                let now = look.clock.map_or_else(|| self.clock().now(), |clock| clock.said());
                let after = newest.map_or(now, |newest| now.max(newest + JUST_AFTER));
                Ok(Found { id, facts, deliver_after: after })
            }
            CaseSeen::Absent => Err(EngineError::NotFound { what: "case in the CRM with id", name: id.to_string() }),
            CaseSeen::MergedInto(survivor) => {
                let problem = format!("was merged into {survivor}");
                Err(EngineError::invalid("to", problem, "link the surviving case"))
            }
            CaseSeen::Unreadable => Err(EngineError::invalid(
                "to",
                "cannot be read by the integration user",
                "give that user read access to the case in the CRM",
            )),
        }
    }
}

fn elsewhere(connection: &Connection) -> EngineError {
    let problem = format!("is not an address of {}", connection.instance);
    EngineError::invalid("to", problem, "paste the address of a case in this connection's CRM")
}

fn host(text: &str) -> String {
    let rest = text.split_once("://").map_or(text, |(_, rest)| rest);
    rest.split(['/', '?', '#']).next().unwrap_or_default().to_ascii_lowercase()
}

/// Whether an address is one of the connection's org. Its pages are on other hosts than its data, under the same name.
fn is_at_org(connection: &Connection, address: &str) -> bool {
    let own = ["instance_url", "login_url"].into_iter().filter_map(|name| connection.settings.get(name)?.as_str());
    let org = |host: &str| host.replace(".lightning.force.com", ".my.salesforce.com");
    own.map(host).any(|own| org(&own) == org(&host(address)))
}

/// Whether an address is one of the connection's instance.
fn is_at(connection: &Connection, address: &str) -> bool {
    let url = connection.settings.get("url").and_then(serde_json::Value::as_str).unwrap_or(&connection.instance);
    host(address) == host(url) || host(address) == host(&connection.instance)
}
