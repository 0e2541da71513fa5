//! Which records of a case are replies to the customer (R7).

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::settings::is_column_name;
use super::stock;

/// Which records are replies.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ReplyKinds {
    /// What becomes of e-mails that were sent.
    pub emails: EmailReplies,
    /// Whether messages that customers see on the portal are replies.
    pub portal: bool,
    /// Tasks, calls and visits that are replies; none unless an admin says which.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tasks: Vec<TaskRule>,
}

impl Default for ReplyKinds {
    fn default() -> Self {
        ReplyKinds { emails: EmailReplies::default(), portal: true, tasks: Vec::new() }
    }
}

/// What becomes of e-mails that were sent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EmailReplies {
    /// The CRM mailed them: they are recorded and not sent again.
    #[default]
    Recorded,
    /// They are delivered in the conversation as well.
    Delivered,
    /// They are no replies.
    Off,
}

/// Which tasks are replies. All conditions must hold, and there must be one that tells a reply from an internal note.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TaskRule {
    /// Only activities of this type.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub type_id: Option<Uuid>,
    /// Only activities of this category.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub category: Option<Uuid>,
    /// Only activities in which this column has the value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<String>,
    /// The value: a text, `true` or `false`, or the id of a lookup row.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
}

impl TaskRule {
    /// The column as answers name it: a lookup is known by its id.
    pub(crate) fn asked_column(&self) -> Option<String> {
        let column = self.column.as_deref()?;
        let lookup = self.value.as_deref().is_some_and(|value| Uuid::try_parse(value.trim()).is_ok());
        Some(if lookup && !column.ends_with("Id") { format!("{column}Id") } else { column.to_owned() })
    }
}

impl ReplyKinds {
    /// Columns of Activity that the rules look at.
    pub(crate) fn columns(&self) -> BTreeSet<String> {
        self.tasks.iter().filter_map(TaskRule::asked_column).collect()
    }

    /// Refuses rules that could hand internal notes, or our own records, to the customer.
    pub(crate) fn check(&self, own_category: Uuid) -> Result<(), String> {
        for rule in &self.tasks {
            if rule.category.is_none() && rule.column.is_none() {
                return Err("a rule for tasks needs a category or a column: tasks are internal otherwise".into());
            }
            if rule.category == Some(own_category) {
                return Err("a rule for tasks names the category of the conversation's own records".into());
            }
            if rule.type_id == Some(stock::TYPE_EMAIL) {
                return Err("a rule for tasks cannot name the type Email: `emails` decides about those".into());
            }
            match (&rule.column, &rule.value) {
                (Some(column), _) if !is_column_name(column) => {
                    return Err(format!("`{column}` is not the name of a column"));
                }
                (Some(column), None) => return Err(format!("the rule for tasks says no value of `{column}`")),
                (None, Some(_)) => return Err("a rule for tasks has a value and no column".into()),
                _ => {}
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::settings::CreatioSettings;
    use super::*;

    fn read(replies: serde_json::Value) -> Result<CreatioSettings, String> {
        let auth = json!({ "kind": "client_credentials", "client_id": "C1" });
        let own = Uuid::from_u128(9);
        let value = json!({ "url": "acme.creatio.com", "auth": auth, "activity_category": own, "replies": replies });
        CreatioSettings::from_json(&value).map_err(|failure| failure.message)
    }

    #[test]
    fn r7_sent_mails_and_portal_messages_are_replies_until_an_admin_decides() {
        let settings = read(json!({})).unwrap();
        assert_eq!(settings.replies, ReplyKinds { emails: EmailReplies::Recorded, portal: true, tasks: vec![] });
        let settings = read(json!({ "emails": "delivered", "portal": false })).unwrap();
        assert_eq!((settings.replies.emails, settings.replies.portal), (EmailReplies::Delivered, false));
        assert_eq!(CreatioSettings::from_json(&settings.to_json()).unwrap(), settings, "the store keeps them");
        assert!(read(json!({ "mails": "off" })).unwrap_err().contains("mails"), "a misspelt member is named");
    }

    #[test]
    fn r7_a_rule_for_tasks_must_tell_replies_from_notes() {
        let (own, other) = (Uuid::from_u128(9), Uuid::from_u128(8));
        for (rule, why) in [
            (json!({ "type_id": stock::TYPE_TASK }), "every task would be a reply"),
            (json!({ "category": own }), "our own records would come back to the customer"),
            (json!({ "column": "Usr') or 1 eq (1", "value": "x" }), "names go into addresses as they are"),
            (json!({ "column": "UsrToCustomer" }), "a column without a value says nothing"),
            (json!({ "category": other, "value": "x" }), "a value of nothing"),
            (json!({ "category": other, "type_id": stock::TYPE_EMAIL }), "mails have their own setting"),
        ] {
            assert!(read(json!({ "tasks": [rule] })).is_err(), "{why}");
        }
        assert!(read(json!({ "tasks": [{ "category": other }] })).is_ok());
        let settings = read(
            json!({ "tasks": [{ "column": "UsrKind", "value": other }, { "column": "UsrFlag", "value": "true" }] }),
        )
        .unwrap();
        assert_eq!(
            settings.replies.columns().into_iter().collect::<Vec<_>>(),
            ["UsrFlag", "UsrKindId"],
            "lookups are read by id"
        );
    }
}
