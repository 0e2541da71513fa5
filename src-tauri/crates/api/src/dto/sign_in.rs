//! People's sign-ins to a CRM.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::connections::{Failure, TestReport};

/// How the browser's final address comes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum SignInWay {
    /// To a listener on the engine's computer, which is the person's as well.
    Loopback,
    /// To the public address of this installation.
    Public,
    /// By the person, who copies it.
    Paste,
}

/// The ways back from a sign-in.
#[derive(Debug, Clone, Serialize, TS)]
pub struct SignInWays {
    /// Whether this engine can listen on this computer.
    pub listens: bool,
    /// Whether the public address leads beyond this computer.
    pub beyond: bool,
    /// For an application in Creatio.
    pub creatio: ReturnAddresses,
    /// For an app in Salesforce.
    pub salesforce: ReturnAddresses,
}

/// The addresses that an app in a CRM has to know, by the way back.
#[derive(Debug, Clone, Serialize, TS)]
pub struct ReturnAddresses {
    /// Of this computer: one of them is free when somebody signs in.
    pub loopback: Vec<String>,
    /// At the public address; none where none is set.
    pub public: Option<String>,
}

/// A sign-in that began.
#[derive(Debug, Clone, Serialize, TS)]
pub struct SignInFlow {
    /// Which.
    pub flow: String,
    /// To be opened in the browser.
    pub url: String,
    /// Where the browser comes back to.
    pub redirect_uri: String,
    /// How that comes here.
    pub way: SignInWay,
    /// Until when somebody may come back.
    pub expires_at: String,
}

/// How a sign-in stands.
#[derive(Debug, Clone, Serialize, TS)]
pub struct SignInState {
    /// `refused`: the sign-in was good, and the test after it was not.
    #[ts(type = "\"waiting\" | \"working\" | \"done\" | \"refused\" | \"failed\"")]
    pub state: &'static str,
    /// The connection that can be used now.
    pub connection: Option<String>,
    /// What the test found.
    pub report: Option<TestReport>,
    /// Why there is no sign-in.
    pub failure: Option<Failure>,
}
