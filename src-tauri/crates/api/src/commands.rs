//! The list of commands.

use casebridge_domain::ConnectionKind;
use casebridge_domain::mapping::Mapping;
use casebridge_engine::logging::{Area, LogLevel};
use casebridge_engine::visitors::Role;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

mod inputs;

pub use self::inputs::*;

/// A secret on its way in. It is written to the local engine and nowhere else; `Debug` shows nothing.
#[derive(Debug, Clone)]
pub struct Secret(pub SecretString);

impl Serialize for Secret {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(self.0.expose_secret())
    }
}

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        String::deserialize(d).map(|text| Secret(SecretString::from(text)))
    }
}

/// A command of the console.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "command", rename_all = "snake_case", deny_unknown_fields)]
pub enum Command {
    /// A page of conversations.
    SessionsList(SessionsList),
    /// How many conversations each view has.
    SessionsCounts,
    /// A conversation without its log.
    SessionOpen {
        /// The conversation, named as for `Trace`.
        session: String,
    },
    /// A page of a log, the newest first.
    SessionEvents {
        /// The conversation.
        session: String,
        /// Only events before this place.
        before: Option<i64>,
        /// At most this many; 100 unless given.
        limit: Option<i64>,
    },
    /// Answers the customer, in the conversation and on the case.
    SessionReply(SessionReply),
    /// Takes a conversation over; refused when somebody else has it.
    SessionTakeOver {
        /// The conversation.
        session: String,
    },
    /// Gives a conversation back to the AI.
    SessionGiveBack {
        /// The conversation.
        session: String,
    },
    /// Gives a conversation to a person.
    SessionAssign {
        /// The conversation.
        session: String,
        /// Their name.
        to: String,
    },
    /// Puts a conversation among those that need a person.
    SessionHandOff {
        /// The conversation.
        session: String,
        /// Why.
        reason: Option<String>,
    },
    /// Resolves a conversation.
    SessionResolve {
        /// The conversation.
        session: String,
    },
    /// Reopens a conversation.
    SessionReopen {
        /// The conversation.
        session: String,
    },
    /// A page of cases with their conversations.
    CaseLinks(CaseLinks),
    /// What a decision about a conversation's case would do; nothing changes.
    CasePreview(CaseDecision),
    /// Decides which case a conversation has.
    CaseDecide(CaseDecision),
    /// Asks the CRM again how a conversation's case stands.
    CaseLook {
        /// The conversation, named as for `Trace`.
        session: String,
        /// The connection; may be left out when there is only one.
        connection: Option<String>,
    },
    /// Who I am here and in the CRM.
    ProfileGet,
    /// Changes what I sign with, and who I am in the CRM.
    ProfileSet(ProfileSet),
    /// People of a CRM, to find oneself among.
    CrmPeople {
        /// Connection, by name or id.
        connection: String,
        /// A part of the name.
        query: Option<String>,
    },
    /// Names that a conversation can be assigned to.
    PeopleKnown,
    /// The searches that I keep.
    FiltersList,
    /// Keeps a search, or changes one.
    FilterSave(FilterSave),
    /// Forgets a search.
    FilterDrop {
        /// Which.
        id: uuid::Uuid,
    },
    /// Which conversation a text names.
    Find {
        /// As for `Trace`.
        text: String,
    },
    /// What is under way, waits, fails or is parked, in groups.
    Deliveries {
        /// Most lanes that are looked at; 2,000 unless given.
        #[serde(default)]
        most: Option<i64>,
    },
    /// The mapped columns that the CRMs refuse.
    FieldsRefused,
    /// How many lanes a selection means.
    LanesCountMatching(LaneSelection),
    /// Tests settings without storing anything.
    ConnectionTry(Box<ConnectionTry>),
    /// Tests settings, and adds the connection when they are good.
    ConnectionTryAndAdd(Box<ConnectionAdd>),
    /// Tests a connection as it would be after a change, and changes it when that is good.
    ConnectionTryAndSet(Box<ConnectionSet>),
    /// The addresses that an app in the CRM has to know, by the way back.
    SignInWays,
    /// Begins a sign-in that ends by itself: it is waited for, and what it opens is tested.
    SignInBegin(Box<SignInBegin>),
    /// How such a sign-in stands.
    SignInState {
        /// Which, as `SignInBegin` answered.
        flow: uuid::Uuid,
    },
    /// Brings the final address by hand.
    SignInPaste {
        /// Which.
        flow: uuid::Uuid,
        /// The address that the browser ended on, or the code.
        address: Secret,
    },
    /// Ends a sign-in that nobody waits for any more.
    SignInCancel {
        /// Which.
        flow: uuid::Uuid,
    },
    /// The pages that sign-ins under way lead to.
    SignInPages,
    /// Pauses a connection until somebody resumes it.
    ConnectionPause {
        /// Connection, by name or id.
        name: String,
    },
    /// Lets a connection go on.
    ConnectionResume {
        /// Connection, by name or id.
        name: String,
    },
    /// What a removal would stop, and what stays.
    ConnectionFootprint {
        /// Connection, by name or id.
        name: String,
    },
    /// Conversations of the last seven days: what a mode would mean in cases.
    SessionsWeek,
    /// The address at which CRMs reach this engine.
    PublicAddressShow,
    /// Sets it; empty forgets it.
    PublicAddressSet {
        /// With or without `https://`.
        url: String,
    },
    /// Calls it, and sees whether the call arrives here.
    PublicAddressTest,
    /// Moves the end of a former webhook address that still works.
    WebhookGrace {
        /// Connection, by name or id.
        name: String,
        /// Minutes from now; 0 ends it.
        minutes: u64,
    },
    /// Rows that a setting can name.
    CrmChoices(CrmChoices),
    /// The address that the CRM calls, masked.
    WebhookShow {
        /// Connection, by name or id.
        name: String,
    },
    /// Makes a single-use link into the console.
    ConsoleLink {
        /// For whom.
        name: String,
        /// What they may do.
        role: Role,
    },
    /// Lists the browsers that are let in.
    ConsoleVisitors,
    /// Shuts a browser out.
    ConsoleDismiss {
        /// Which, by its id.
        id: String,
    },
    /// Starts a stand-in CRM, connects it and plays conversations.
    SandboxStart {
        /// Which CRM it stands in for.
        #[serde(default)]
        kind: ConnectionKind,
    },
    /// What is logged now.
    LogShow,
    /// Turns the log of one part up or down.
    LogSet {
        /// Which part.
        area: Area,
        /// How much; left out: as the start set it.
        level: Option<LogLevel>,
        /// Also after the next start.
        #[serde(default)]
        keep: bool,
    },
    /// Adds a connection.
    ConnectionAdd(Box<ConnectionAdd>),
    /// Changes a connection.
    ConnectionSet(ConnectionSet),
    /// Lists connections.
    ConnectionList,
    /// Tests a connection; a good test ends its pause.
    ConnectionTest {
        /// Name or id.
        name: String,
    },
    /// Goes on with what another engine wrote to the same CRM until now.
    ConnectionTakeOver {
        /// Name or id.
        name: String,
    },
    /// Removes a connection; history stays.
    ConnectionRemove {
        /// Name or id.
        name: String,
    },
    /// How much of the set-up kit the CRM has.
    KitState {
        /// Connection, by name or id.
        name: String,
    },
    /// Deploys the set-up kit, or only tries to.
    KitDeploy {
        /// Connection, by name or id.
        name: String,
        /// Only try: nothing is changed in the CRM.
        #[serde(default)]
        check_only: bool,
    },
    /// How a deployment of the kit goes on.
    KitProgress {
        /// Connection, by name or id.
        name: String,
        /// Which, as `KitDeploy` answered.
        id: String,
    },
    /// The files of the kit, and what is done by hand.
    KitFiles,
    /// Makes a key for the sessions API.
    KeyCreate {
        /// What it is for.
        name: String,
    },
    /// Lists keys.
    KeyList,
    /// Revokes a key.
    KeyRevoke {
        /// Name or id.
        name: String,
    },
    /// Lists lanes.
    LanesList(LaneSelection),
    /// Makes lanes due now.
    LanesRetry(LaneSelection),
    /// Leaves one event out.
    LanesSkip {
        /// Which lane.
        lane: LaneName,
        /// Which event; the one that the CRM refused unless given.
        #[serde(default)]
        seq: Option<i64>,
    },
    /// Parks a lane by hand.
    LanesPark {
        /// Which lane.
        lane: LaneName,
        /// Why.
        #[serde(default)]
        why: String,
    },
    /// Counts lanes per connection.
    LanesCount,
    /// The whole story of a session.
    Trace {
        /// Session id, `source/external id`, external id, case number or case id.
        session: String,
    },
    /// The questions answered.
    Explain {
        /// As for `Trace`.
        session: String,
    },
    /// The address that the CRM calls; made when there is none.
    WebhookUrl {
        /// Connection, by name or id.
        name: String,
    },
    /// A new address; the old one works on for the grace.
    WebhookRegenerate {
        /// Connection, by name or id.
        name: String,
        /// Minutes that the old address works on; a day when not given.
        grace_minutes: Option<u64>,
    },
    /// A connection's mappings, with what became wrong since they were saved.
    MappingsShow {
        /// Connection, by name or id.
        connection: String,
    },
    /// The columns of a connection's cases.
    ColumnsList {
        /// Connection, by name or id.
        connection: String,
        /// Whether they are read from the CRM now.
        #[serde(default)]
        refresh: bool,
    },
    /// Values that a picklist or lookup allows.
    LookupValues {
        /// Connection, by name or id.
        connection: String,
        /// The column's name.
        column: String,
        /// A part of the label.
        query: Option<String>,
    },
    /// Saves mappings as the version after another.
    MappingsSave(MappingsSave),
    /// What is wrong with mappings; nothing is saved.
    MappingsCheck {
        /// Connection, by name or id.
        connection: String,
        /// The mappings.
        mappings: Vec<Mapping>,
    },
    /// All versions of a connection's mappings.
    MappingsVersions {
        /// Connection, by name or id.
        connection: String,
    },
    /// One of them.
    MappingsVersion {
        /// Connection, by name or id.
        connection: String,
        /// Which.
        version: i64,
    },
    /// The newest mappings as a file.
    MappingsExport {
        /// Connection, by name or id.
        connection: String,
    },
    /// Reads such a file; nothing is saved.
    MappingsImport {
        /// Connection, by name or id.
        connection: String,
        /// What the file holds.
        text: String,
    },
    /// What mappings would do with conversations; nothing is written anywhere.
    MappingsDryRun {
        /// Connection, by name or id.
        connection: String,
        /// The conversations, named as for `Trace`; at most 20.
        sessions: Vec<String>,
        /// Mappings that are not saved; the saved ones unless given.
        mappings: Option<Vec<Mapping>>,
    },
    /// Writes a value that the analyst was not sure of to the case.
    SuggestionTake(SuggestionName),
    /// Leaves it unwritten for good.
    SuggestionDismiss(SuggestionName),
    /// Who analyses.
    AnalystShow,
    /// Decides who does.
    AnalystSet(AnalystSet),
    /// Asks whoever analyses about two made-up lines.
    AnalystTest,
    /// Lists replies of people.
    RepliesList(RepliesSelection),
    /// Delivers a held reply.
    RepliesRelease {
        /// The reply.
        reply: String,
        /// The session, named as for `Trace`, when several are on the case.
        session: Option<String>,
    },
    /// Leaves a held reply undelivered for good.
    RepliesDiscard {
        /// The reply.
        reply: String,
    },
    /// The newest records that a choice of reply kinds would deliver (R7).
    RepliesPreview(RepliesPreview),
    /// Tells that the data folder is a restored backup: replies from before are held.
    Restored,
    /// Looks at everything that can keep cases and replies from arriving.
    Doctor,
    /// Everything known of sessions.
    Export {
        /// The sessions, named as for `Trace`.
        sessions: Vec<String>,
        /// Without what people said.
        #[serde(default)]
        redacted: bool,
    },
}
