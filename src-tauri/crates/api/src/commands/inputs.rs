//! What a command takes, where that is more than a name or two.

use casebridge_domain::mapping::Mapping;
use casebridge_domain::{ConnectionKind, Mode, Route};
use casebridge_engine::View;
use casebridge_engine::analysts::AnalystSettings;
use casebridge_engine::connections::ChoiceKind;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::Secret;
use crate::dto::sign_in::SignInWay;

/// Mappings to be saved.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct MappingsSave {
    /// Connection, by name or id.
    pub connection: String,
    /// The version that they were made from; another one by now is a conflict.
    pub based_on: i64,
    /// All mappings, in their order.
    pub mappings: Vec<Mapping>,
}

/// Names one suggestion.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SuggestionName {
    /// The conversation, named as for `Trace`.
    pub session: String,
    /// Connection, by name or id.
    pub connection: String,
    /// The mapping that it is for.
    pub mapping: uuid::Uuid,
}

/// Who analyses from now on.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AnalystSet {
    /// `built_in` or `provider`.
    #[serde(flatten)]
    pub settings: AnalystSettings,
    /// The provider's key; an empty one is forgotten, none leaves it as it is.
    pub key: Option<Secret>,
}

/// Which conversations are listed.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SessionsList {
    /// Which view.
    pub view: View,
    /// What is looked for, as it is typed.
    pub query: Option<String>,
    /// Where to go on.
    pub cursor: Option<String>,
    /// At most this many; 50 unless given.
    pub limit: Option<i64>,
}

/// A person's answer. What was written is personal data: `Debug` does not show it.
#[derive(Clone, Serialize, Deserialize)]
pub struct SessionReply {
    /// The conversation.
    pub session: String,
    /// The console's own id of the answer: the same one sent again is taken in once.
    pub id: uuid::Uuid,
    /// The whole text.
    pub text: String,
}

impl std::fmt::Debug for SessionReply {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SessionReply").field("session", &self.session).field("id", &self.id).finish_non_exhaustive()
    }
}

/// Which cases are listed.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct CaseLinks {
    /// The beginning of a case number or of a conversation's id.
    pub query: Option<String>,
    /// Only those in this state.
    pub state: Option<String>,
    /// Where to go on.
    pub cursor: Option<String>,
}

/// Which case a conversation is to have.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CaseDecision {
    /// The conversation, named as for `Trace`.
    pub session: String,
    /// The connection, by name or id; may be left out when there is only one.
    pub connection: Option<String>,
    /// The case.
    pub to: CaseTarget,
}

/// A case that a person decides for.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum CaseTarget {
    /// A new one.
    New,
    /// One that stands in the CRM.
    Case {
        /// Its number, its id, or the address of its page.
        named: String,
    },
    /// The survivor of the merge that took the present one.
    Survivor,
    /// None: the conversation is taken off its case.
    Nothing,
}

/// What somebody says of themselves.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ProfileSet {
    /// What they sign with.
    pub name: String,
    /// The connection in whose CRM they picked themselves.
    pub connection: Option<String>,
    /// Their id there.
    pub crm_user: Option<uuid::Uuid>,
}

/// A search to be kept.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct FilterSave {
    /// The one that is changed; none: a new one.
    pub id: Option<uuid::Uuid>,
    /// How it is called.
    pub name: String,
    /// The view that is searched.
    pub view: View,
    /// The words; may be empty.
    #[serde(default)]
    pub query: String,
}

/// Settings to be tested.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ConnectionTry {
    /// Which CRM.
    #[serde(default)]
    pub kind: ConnectionKind,
    /// The connector's settings.
    pub settings: Map<String, Value>,
    /// The client's secret.
    pub secret: Option<Secret>,
}

/// A sign-in that ends by itself.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignInBegin {
    /// How the browser's final address comes back.
    pub way: SignInWay,
    /// A connection that is there, by name or id.
    #[serde(default)]
    pub again: Option<String>,
    /// A connection that is added when the sign-in and the test after it are good.
    #[serde(default)]
    pub add: Option<ConnectionAdd>,
}

/// What a picker asks for.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CrmChoices {
    /// Connection, by name or id.
    pub connection: String,
    /// What is picked.
    pub what: ChoiceKind,
    /// A part of the name.
    pub query: Option<String>,
}

/// Which replies are meant.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct RepliesSelection {
    /// One session, named as for `Trace`.
    pub session: Option<String>,
    /// `held`, `given`, `released`, `discarded`, `offered` or `taken`.
    pub state: Option<String>,
    /// At most this many; 100 when 0.
    #[serde(default)]
    pub limit: i64,
}

/// A choice of reply kinds that is looked at before it is switched on.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RepliesPreview {
    /// Connection, by name or id.
    pub connection: String,
    /// The setting `replies` to be tried; the present one when not given.
    pub replies: Option<Value>,
}

/// A connection to be added.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ConnectionAdd {
    /// Which CRM.
    #[serde(default)]
    pub kind: ConnectionKind,
    /// Unique name.
    pub name: String,
    /// Which sessions become cases.
    pub mode: Mode,
    /// Which sessions come here; all when nothing is said.
    #[serde(default)]
    pub route: Route,
    /// The connector's settings, `url` and `client_id` among them.
    pub settings: Map<String, Value>,
    /// The client's secret.
    pub secret: Option<Secret>,
}

/// Changes of a connection.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ConnectionSet {
    /// Name or id.
    pub name: String,
    /// Another mode from now on.
    pub mode: Option<Mode>,
    /// Members of the connector's settings; `null` clears one.
    #[serde(default)]
    pub settings: Map<String, Value>,
    /// Another secret.
    pub secret: Option<Secret>,
    /// Another rule for which conversations come here; the empty one takes all.
    #[serde(default)]
    pub route: Option<Route>,
}

/// Which lanes are meant.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct LaneSelection {
    /// One session, named as for `Trace`.
    pub session: Option<String>,
    /// One connection, by name or id.
    pub connection: Option<String>,
    /// Only parked ones.
    #[serde(default)]
    pub parked: bool,
    /// Only those with something left to do.
    #[serde(default)]
    pub unfinished: bool,
    /// At most this many; 0 means no limit.
    #[serde(default)]
    pub limit: i64,
}

/// Names one lane.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct LaneName {
    /// The session, named as for `Trace`.
    pub session: String,
    /// The connection, by name or id; may be left out when there is only one.
    pub connection: Option<String>,
}
