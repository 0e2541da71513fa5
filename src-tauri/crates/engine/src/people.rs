//! People at the console: what they sign with, who they are in a CRM, and the searches that they keep.

use casebridge_domain::SessionId;
use casebridge_store::View;
pub use casebridge_store::{CrmUser, Profile, SavedFilter};
use serde_json::json;
use uuid::Uuid;

use crate::Engine;
use crate::acts::Act;
use crate::changes::Change;
use crate::error::EngineError;

/// Longest name of a filter, in characters.
const FILTER_NAME: usize = 60;
/// Longest search, in characters.
const FILTER_QUERY: usize = 200;
/// Most filters of a person.
const MOST_FILTERS: usize = 50;
/// Most open conversations that take a new name along.
const MOST_RENAMED: i64 = 200;

impl Engine {
    /// What somebody signs with: their profile's name, else the one that the engine knows them by.
    pub async fn signature(&self, login: &str) -> Result<String, EngineError> {
        Ok(self.store().profile(login).await?.map_or_else(|| login.to_owned(), |profile| profile.name))
    }

    /// Somebody's profile.
    pub async fn profile(&self, login: &str) -> Result<Profile, EngineError> {
        let kept = self.store().profile(login).await?;
        Ok(kept.unwrap_or_else(|| Profile { login: login.to_owned(), name: login.to_owned(), crm_user: None }))
    }

    /// Changes somebody's own profile. What they have goes along under the new name; what they signed stays as it is.
    pub async fn set_profile(&self, new: Profile) -> Result<Profile, EngineError> {
        let name = new.name.trim().to_owned();
        if name.is_empty() || name.chars().count() > 64 || name.chars().any(char::is_control) {
            return Err(EngineError::invalid("name", "is not usable", "give 1 to 64 printable characters"));
        }
        let new = Profile { name, ..new };
        let before = self.signature(&new.login).await?;
        if before != new.name && !self.store().held_by(&new.name, 1).await?.is_empty() {
            return Err(taken(&new.name));
        }
        if !self.store().set_profile(new.clone(), self.clock().now()).await? {
            return Err(taken(&new.name));
        }
        if before != new.name {
            let held: Vec<SessionId> = self.store().held_by(&before, MOST_RENAMED).await?;
            for session in held {
                self.act(session, Act::Assign { to: new.name.clone() }, &new.name).await?;
            }
        }
        let detail = json!({ "crm_user": new.crm_user });
        self.store().audit(&new.login, "profile.set", &new.login, detail, self.clock().now()).await?;
        self.tell([Change::Sessions]);
        Ok(new)
    }

    /// Names that a conversation can be assigned to: everybody who was here.
    pub async fn known_people(&self) -> Result<Vec<String>, EngineError> {
        Ok(self.store().known_people().await?)
    }

    /// The searches that somebody keeps.
    pub async fn filters(&self, login: &str) -> Result<Vec<SavedFilter>, EngineError> {
        Ok(self.store().filters(login).await?)
    }

    /// Keeps a search, or changes the one with this id.
    pub async fn save_filter(
        &self,
        login: &str,
        id: Option<Uuid>,
        name: &str,
        view: View,
        query: &str,
    ) -> Result<SavedFilter, EngineError> {
        let (name, query) = (name.trim().to_owned(), query.trim().to_owned());
        if name.is_empty() || name.chars().count() > FILTER_NAME || name.chars().any(char::is_control) {
            let hint = format!("give 1 to {FILTER_NAME} printable characters");
            return Err(EngineError::invalid("name", "is not usable", hint));
        }
        if query.chars().count() > FILTER_QUERY {
            return Err(EngineError::invalid(
                "query",
                "is too long",
                format!("give at most {FILTER_QUERY} characters"),
            ));
        }
        let kept = self.store().filters(login).await?;
        let known = id.filter(|id| kept.iter().any(|filter| filter.id == *id));
        if let (Some(id), None) = (id, known) {
            return Err(EngineError::NotFound { what: "saved filter", name: id.to_string() });
        }
        if known.is_none() && kept.len() >= MOST_FILTERS {
            let problem = format!("would be number {}", kept.len() + 1);
            return Err(EngineError::invalid("name", problem, "delete one that is not used"));
        }
        let filter = SavedFilter { id: known.unwrap_or_else(Uuid::now_v7), name, view, query };
        if !self.store().save_filter(login, filter.clone(), self.clock().now()).await? {
            let problem = format!("`{}` is the name of another filter", filter.name);
            return Err(EngineError::invalid("name", problem, "give it another name"));
        }
        Ok(filter)
    }

    /// Forgets a search.
    pub async fn drop_filter(&self, login: &str, id: Uuid) -> Result<(), EngineError> {
        if self.store().drop_filter(login, id).await? {
            return Ok(());
        }
        Err(EngineError::NotFound { what: "saved filter", name: id.to_string() })
    }
}

fn taken(name: &str) -> EngineError {
    EngineError::invalid(
        "name",
        format!("`{name}` is somebody else's"),
        "give another one, with your initials for example",
    )
}
