//! What the org's case statuses mean: their names are the customer's, only the flag tells.

use std::sync::Arc;

use casebridge_domain::{CallFailure, StatusWish};
use serde_json::Value;
use uuid::Uuid;

use super::Salesforce;
use super::ids::value_id;
use super::read::{Ask, string};
use super::settings::SalesforceSettings;
use super::setup;
use crate::port::CallLog;

/// One status.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Status {
    /// What `Case.Status` holds.
    pub(crate) value: String,
    /// What people see.
    pub(crate) label: String,
    pub(crate) closed: bool,
    pub(crate) default: bool,
}

impl Status {
    fn of(row: &Value) -> Option<Self> {
        let label = string(row, "MasterLabel")?;
        Some(Status {
            value: string(row, "ApiName").unwrap_or_else(|| label.clone()),
            label,
            closed: row["IsClosed"] == true,
            default: row["IsDefault"] == true,
        })
    }

    /// The id under which the port knows it.
    pub(crate) fn id(&self) -> Uuid {
        value_id("Status", &self.value)
    }

    fn is_named(&self, name: &str) -> bool {
        self.value == name || self.label == name || Uuid::try_parse(name).is_ok_and(|id| id == self.id())
    }
}

impl Salesforce {
    /// The org's statuses, asked for once.
    pub(crate) async fn statuses(&self, log: &CallLog) -> Result<Arc<Vec<Status>>, CallFailure> {
        self.statuses
            .get(async || {
                let soql = "SELECT MasterLabel,ApiName,IsClosed,IsDefault FROM CaseStatus ORDER BY SortOrder";
                let rows = self.rows(&Ask::new("reading CaseStatus", soql.into()), log).await?;
                Ok(Arc::new(rows.iter().filter_map(Status::of).collect::<Vec<_>>()))
            })
            .await
    }
}

/// The status that a wish means in this org.
pub(crate) fn wished<'a>(
    to: StatusWish,
    statuses: &'a [Status],
    settings: &SalesforceSettings,
) -> Result<&'a Status, CallFailure> {
    let (named, closed) = match to {
        StatusWish::Resolved => (settings.resolved_status.as_deref(), true),
        StatusWish::Reopened => (settings.reopened_status.as_deref(), false),
    };
    if let Some(name) = named {
        let found = statuses.iter().find(|status| status.is_named(name));
        return found.filter(|status| status.closed == closed).ok_or_else(|| {
            setup(
                format!(
                    "`{name}` is not a case status of this org that means {}",
                    if closed { "closed" } else { "open" }
                ),
                "choose another status in the connection's settings",
            )
        });
    }
    let mut fitting = statuses.iter().filter(|status| status.closed == closed);
    let first = fitting.clone().next();
    fitting.find(|status| status.default && !closed).or(first).ok_or_else(|| {
        setup(
            format!("this org has no case status that means {}", if closed { "closed" } else { "open" }),
            "ask an admin of the org to add one",
        )
    })
}

#[cfg(test)]
mod tests {
    use casebridge_domain::FailureClass;
    use url::Url;

    use super::*;

    fn status(value: &str, closed: bool, default: bool) -> Status {
        Status { value: value.into(), label: format!("{value} (label)"), closed, default }
    }

    #[test]
    fn r13_flags_decide_and_never_names() {
        let org = [status("Erledigt", true, false), status("Offen", false, false), status("Neu", false, true)];
        let mut settings = SalesforceSettings::new(Url::parse("https://login.salesforce.com").unwrap(), "K");
        assert_eq!(wished(StatusWish::Resolved, &org, &settings).unwrap().value, "Erledigt");
        assert_eq!(wished(StatusWish::Reopened, &org, &settings).unwrap().value, "Neu", "the org's default");
        settings.reopened_status = Some(org[1].id().to_string());
        assert_eq!(wished(StatusWish::Reopened, &org, &settings).unwrap().value, "Offen", "as a picker names it");
        settings.resolved_status = Some("Offen".into());
        let failure = wished(StatusWish::Resolved, &org, &settings).unwrap_err();
        assert_eq!(failure.class, FailureClass::Setup, "an open status resolves nothing: {failure}");
    }
}
