//! People in the console: single-use links that let them in, and the browsers that used one (R31).

use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use casebridge_store::Visitor;
use jiff::Timestamp;
use rand::RngCore as _;
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};
use serde_json::json;
use sha2::{Digest as _, Sha256};

use crate::Engine;
use crate::error::EngineError;

/// How long a link can be used.
pub const LINK_LIVES: Duration = Duration::from_secs(10 * 60);
/// How long a browser may be idle.
pub const IDLE: Duration = Duration::from_secs(12 * 60 * 60);

/// What a person may do; each role may do what those before it may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Looks.
    Viewer,
    /// Answers customers, and decides about replies and lanes.
    Agent,
    /// Everything.
    Admin,
}

impl Role {
    /// Text form in the store and on the command line.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Role::Viewer => "viewer",
            Role::Agent => "agent",
            Role::Admin => "admin",
        }
    }

    /// Reads what [`Self::as_str`] wrote. What nobody wrote may only look.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        [Role::Admin, Role::Agent].into_iter().find(|role| role.as_str() == text).unwrap_or(Role::Viewer)
    }
}

/// Somebody at the console.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// Their session's id, if they came by a browser.
    pub session: Option<String>,
    /// Their name.
    pub name: String,
    /// What they may do.
    pub role: Role,
}

impl From<Visitor> for Person {
    fn from(visitor: Visitor) -> Self {
        Self { session: Some(visitor.id), name: visitor.name, role: Role::parse(&visitor.role) }
    }
}

fn secret() -> SecretString {
    let mut bytes = [0; 32];
    rand::rng().fill_bytes(&mut bytes);
    SecretString::from(BASE64_URL_SAFE_NO_PAD.encode(bytes))
}

fn hash(text: &str) -> Vec<u8> {
    Sha256::digest(text.as_bytes()).to_vec()
}

impl Engine {
    /// Makes a single-use link's secret for a person.
    pub async fn make_link(&self, name: &str, role: Role, actor: &str) -> Result<SecretString, EngineError> {
        let name = name.trim();
        if name.is_empty() || name.chars().count() > 64 || name.chars().any(char::is_control) {
            return Err(EngineError::invalid("name", "is not usable", "give 1 to 64 printable characters"));
        }
        let (link, now) = (secret(), self.clock().now());
        let hash = hash(link.expose_secret());
        self.store().add_link(hash, name, role.as_str(), now, now + LINK_LIVES).await?;
        self.store().audit(actor, "console.link", name, json!({ "role": role }), now).await?;
        Ok(link)
    }

    /// Uses a link up. The secret is the browser's from now on.
    pub async fn enter(&self, link: &str) -> Result<Option<(SecretString, Person)>, EngineError> {
        let (key, now) = (secret(), self.clock().now());
        let Some(visitor) = self.store().enter(hash(link), hash(key.expose_secret()), now).await? else {
            return Ok(None);
        };
        let detail = json!({ "role": visitor.role });
        self.store().audit(&visitor.name, "console.enter", &visitor.id, detail, now).await?;
        Ok(Some((key, visitor.into())))
    }

    /// Whose browser this is, unless it was idle for too long.
    pub async fn visitor(&self, key: &str) -> Result<Option<Person>, EngineError> {
        let now = self.clock().now();
        Ok(self.store().visitor(&hash(key), now - IDLE, now).await?.map(Person::from))
    }

    /// The same for a page that asks by itself: an open page is no activity of a person (R31).
    pub async fn visitor_at_rest(&self, key: &str) -> Result<Option<Person>, EngineError> {
        Ok(self.store().visitor_unnoted(&hash(key), self.since_idle()).await?.map(Person::from))
    }

    /// The browsers that are let in.
    pub async fn visitors(&self) -> Result<Vec<Visitor>, EngineError> {
        Ok(self.store().visitors(self.since_idle()).await?)
    }

    /// Shuts a browser out.
    pub async fn dismiss(&self, id: &str, actor: &str) -> Result<(), EngineError> {
        let now = self.clock().now();
        if !self.store().dismiss(id, now).await? {
            return Err(EngineError::NotFound { what: "console session", name: id.to_owned() });
        }
        self.store().audit(actor, "console.dismiss", id, json!({}), now).await?;
        Ok(())
    }

    fn since_idle(&self) -> Timestamp {
        self.clock().now() - IDLE
    }
}
