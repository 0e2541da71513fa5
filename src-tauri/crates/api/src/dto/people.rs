//! People at the console.

use casebridge_engine::people::SavedFilter;
use casebridge_engine::visitors::Role as Inner;
use serde::Serialize;
use ts_rs::TS;

use super::sessions::View;

/// What a person may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Everything.
    Admin,
    /// Answers customers, and decides about replies and lanes.
    Agent,
    /// Looks.
    Viewer,
}

impl From<Inner> for Role {
    fn from(role: Inner) -> Self {
        match role {
            Inner::Admin => Role::Admin,
            Inner::Agent => Role::Agent,
            Inner::Viewer => Role::Viewer,
        }
    }
}

/// Who I am, and what this engine is.
#[derive(Debug, Clone, Serialize, TS)]
pub struct Me {
    /// My name.
    pub name: String,
    /// What I may do.
    pub role: Role,
    /// For the header `X-Casebridge-Token` of each call.
    pub token: String,
    /// The engine's version.
    pub version: String,
    /// Where the data is.
    pub data_folder: String,
    /// How the internet reaches the public listener.
    pub public_url: Option<String>,
    /// The pages of the stand-in CRMs that run.
    pub sandbox_pages: Vec<SandboxPage>,
}

/// The page of a stand-in CRM.
#[derive(Debug, Clone, Serialize, TS)]
pub struct SandboxPage {
    /// Which CRM it stands in for.
    #[ts(type = "\"creatio\" | \"salesforce\"")]
    pub kind: &'static str,
    /// Its address, with the token that opens it.
    pub page: String,
}

/// What somebody said of themselves.
#[derive(Debug, Clone, Serialize, TS)]
pub struct ProfileView {
    /// The name that the engine knows them by.
    pub login: String,
    /// What they sign with; what *mine* is.
    pub name: String,
    /// The connection in whose CRM they were picked, by name.
    pub connection: Option<String>,
    /// Their id there.
    pub crm_user: Option<String>,
    /// Their name there.
    pub crm_name: Option<String>,
}

/// A search that somebody keeps.
#[derive(Debug, Clone, Serialize, TS)]
pub struct SavedFilterView {
    /// Its id.
    pub id: String,
    /// How it is called.
    pub name: String,
    /// The view that is searched.
    pub view: View,
    /// The words; may be empty.
    pub query: String,
}

impl From<SavedFilter> for SavedFilterView {
    fn from(filter: SavedFilter) -> Self {
        Self { id: filter.id.to_string(), name: filter.name, view: filter.view.into(), query: filter.query }
    }
}
