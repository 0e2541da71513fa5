//! Rows that the settings name: are they there?

use casebridge_domain::{CallFailure, FailureClass};
use uuid::Uuid;

use super::super::Creatio;
use super::super::odata::{Filter, Query};
use super::super::settings::ContactPolicy;
use super::super::stock;
use super::{missing, not_proven, yes};
use crate::port::{CallLog, Check};

impl Creatio {
    pub(super) async fn check_lookups(&self, checks: &mut Vec<Check>, log: &CallLog) -> Result<(), CallFailure> {
        let settings = &self.settings;
        if settings.activity_owner().is_none() {
            checks.push(match self.owner_of_activities(log).await {
                Ok(owner) => {
                    yes("owner of activities", format!("none is set; Contact {owner} was found and owns them"))
                }
                Err(failure) => missing("owner of activities", failure.message, &failure.hint),
            });
        }
        let contact_policy = match settings.contact_policy {
            ContactPolicy::DefaultContact { id } => Some(("default contact", "Contact", id)),
            ContactPolicy::DefaultAccount { id } => Some(("default account", "Account", id)),
            ContactPolicy::Create | ContactPolicy::LeaveEmpty => None,
        };
        let rows = [
            settings.owner.map(|id| ("owner of cases", "Contact", id)),
            settings.activity_owner.map(|id| ("owner of activities", "Contact", id)),
            contact_policy,
            Some(("type of activities", "ActivityType", settings.activity_type.unwrap_or(stock::TYPE_TASK))),
            Some((
                "category of activities",
                "ActivityCategory",
                settings.activity_category.unwrap_or(stock::CATEGORY_TO_DO),
            )),
            Some(("status of activities", "ActivityStatus", stock::ACTIVITY_COMPLETED)),
            Some(("priority of activities", "ActivityPriority", stock::PRIORITY_MEDIUM)),
            Some(("origin of cases", "CaseOrigin", settings.origin.unwrap_or(stock::ORIGIN_CHAT))),
            settings.category.map(|id| ("category of cases", "CaseCategory", id)),
        ];
        for (what, set, id) in rows.into_iter().flatten() {
            checks.push(match self.exists(set, id, log).await? {
                Found::Yes => yes(what, format!("{set} {id}")),
                Found::No => missing(
                    what,
                    format!("{set} {id} is not in Creatio"),
                    "choose another in the connection's settings",
                ),
                Found::Unknown(words) => not_proven(what, words, "the first write proves it"),
            });
        }
        if let Some(group) = settings.group {
            checks.push(self.check_group(group, log).await?);
        }
        Ok(())
    }

    /// Roles are in a system table, which instances may close to OData; the view is a substitute that may
    /// not be there (unconfirmed).
    async fn check_group(&self, group: Uuid, log: &CallLog) -> Result<Check, CallFailure> {
        let what = "group of cases";
        let mut words = String::new();
        for set in ["SysAdminUnit", "VwSysRole"] {
            match self.exists(set, group, log).await? {
                Found::Yes => return Ok(yes(what, format!("{set} {group}"))),
                Found::No if set == "SysAdminUnit" => {
                    return Ok(missing(
                        what,
                        format!("role {group} is not in Creatio"),
                        "choose another in the connection's settings",
                    ));
                }
                Found::No => {}
                Found::Unknown(said) => words = said,
            }
        }
        Ok(not_proven(what, words, "roles cannot be read here; the first case proves it"))
    }

    async fn exists(&self, set: &str, id: Uuid, log: &CallLog) -> Result<Found, CallFailure> {
        let query = Query { set, select: "Id", filter: Some(Filter::guid("Id", id)), top: 1 };
        match self.rows(&query, log).await {
            Ok(rows) if rows.is_empty() => Ok(Found::No),
            Ok(_) => Ok(Found::Yes),
            // A set that is not there is answered with a page, like an outage; only the status tells.
            Err(failure) if failure.status == Some(404) => Ok(Found::Unknown(failure.message)),
            Err(failure) => match failure.class {
                FailureClass::Unreachable | FailureClass::Throttled { .. } => Err(failure),
                _ => Ok(Found::Unknown(failure.message)),
            },
        }
    }
}

enum Found {
    Yes,
    No,
    Unknown(String),
}
