//! People at the console, as the store sees them: profiles and saved filters.

use async_trait::async_trait;
use casebridge_domain::{ConnectionId, SessionId};
use jiff::Timestamp;
use serde::Serialize;
use uuid::Uuid;

use crate::console::View;
use crate::error::StoreError;

/// Who somebody in the CRM is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CrmUser {
    /// The connection.
    pub connection: ConnectionId,
    /// The person's id there.
    pub id: Uuid,
    /// Their name there, when they were picked.
    pub name: String,
}

/// What somebody said of themselves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile {
    /// The name that the engine knows them by.
    pub login: String,
    /// What they sign with; what *mine* is.
    pub name: String,
    /// Who they are in a CRM.
    pub crm_user: Option<CrmUser>,
}

/// A search that somebody keeps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SavedFilter {
    /// Its id.
    pub id: Uuid,
    /// How it is called.
    pub name: String,
    /// The view that is searched.
    pub view: View,
    /// The words; may be empty.
    pub query: String,
}

/// Profiles and saved filters.
#[async_trait]
pub trait People: Send + Sync {
    /// What somebody said of themselves.
    async fn profile(&self, login: &str) -> Result<Option<Profile>, StoreError>;
    /// Keeps a profile. `false`: the name is somebody else's, and nothing changed.
    async fn set_profile(&self, profile: Profile, now: Timestamp) -> Result<bool, StoreError>;
    /// Names of everybody who was at the console or had a conversation, in order; at most 200.
    async fn known_people(&self) -> Result<Vec<String>, StoreError>;
    /// Open conversations that a person has; at most `limit`.
    async fn held_by(&self, name: &str, limit: i64) -> Result<Vec<SessionId>, StoreError>;
    /// Somebody's filters, by name.
    async fn filters(&self, login: &str) -> Result<Vec<SavedFilter>, StoreError>;
    /// Keeps a filter, or changes the one with its id. `false`: there is one of that name.
    async fn save_filter(&self, login: &str, filter: SavedFilter, now: Timestamp) -> Result<bool, StoreError>;
    /// Forgets a filter; whether there was one.
    async fn drop_filter(&self, login: &str, id: Uuid) -> Result<bool, StoreError>;
}
