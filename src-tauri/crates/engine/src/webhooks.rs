//! Webhook calls: whose they are, and what they make due. The call is answered from the store alone.

use std::collections::HashMap;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{PoisonError, RwLock};
use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use casebridge_connectors::salesforce::ids::SalesforceId;
use casebridge_domain::{Connection, ConnectionId, ConnectionKind, ReceiptId};
use casebridge_store::{NewReceipt, Receipt, ReceiptOutcome, Refusals, WebhookToken};
use jiff::Timestamp;
use rand::RngCore as _;
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::json;
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;
use uuid::Uuid;

use crate::Engine;
use crate::changes::Change;
use crate::connections::vault_failed;
use crate::error::EngineError;

/// Name of the token in a connection's part of the secret store.
pub const WEBHOOK_TOKEN: &str = "webhook_token";

/// How long the old address works after a new one was made.
pub const GRACE: Duration = Duration::from_secs(24 * 60 * 60);

/// How often counts of refused calls are written down.
const KEEP_COUNTS: Duration = Duration::from_secs(5);

pub(crate) type Hash = [u8; 32];

/// The id by which the store knows the row that a Salesforce org names with 15 or 18 characters; else why it is none.
pub fn salesforce_id(text: &str) -> Result<Uuid, String> {
    text.parse::<SalesforceId>().map(SalesforceId::to_uuid).map_err(|error| error.to_string())
}

/// The tokens that open the door, by hash, and counts of those that do not.
#[derive(Default)]
pub(crate) struct Doorkeeper {
    tokens: RwLock<HashMap<Hash, (WebhookToken, Option<ConnectionKind>)>>,
    wrong: AtomicI64,
    old: RwLock<HashMap<ConnectionId, i64>>,
    /// Tokens of self-tests under way, by hash, and whether they arrived.
    pub(crate) probes: RwLock<HashMap<Hash, bool>>,
    pub(crate) probing: AtomicI64,
}

/// A token that is good.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Admitted {
    /// Whose it is.
    pub connection: ConnectionId,
    /// Whether it is on its way out.
    pub old: bool,
}

/// What a webhook call says.
#[derive(Debug, Clone)]
pub struct WebhookCall {
    /// What happened.
    pub event_type: String,
    /// The case.
    pub case: Uuid,
    /// The record, if it names one.
    pub record: Option<Uuid>,
}

/// The address that a CRM calls.
#[derive(Debug, Clone)]
pub struct WebhookAddress {
    /// Path with the token: a secret.
    pub path: SecretString,
    /// The public address in front of it, where the engine knows it.
    pub public_url: Option<String>,
}

/// A webhook without its secret.
#[derive(Debug, Clone)]
pub struct WebhookGlimpse {
    /// The path with all but the end of its token left out; empty when there is no address yet.
    pub path: String,
    /// The last four characters of the token.
    pub last4: String,
    /// The public address in front.
    pub public_url: Option<String>,
    /// The newest call: when, and what it said.
    pub last: Option<(Timestamp, String)>,
    /// Calls to addresses that have ended, and the last of them.
    pub old: Option<(i64, Timestamp)>,
    /// Calls that had no token of anybody's, and the last of them.
    pub wrong: Option<(i64, Timestamp)>,
    /// Until when a former address works.
    pub grace_until: Option<Timestamp>,
    /// When the present address was made.
    pub since: Option<Timestamp>,
    /// The newest call of each kind of event, to the present address and to former ones.
    pub calls: Vec<Receipt>,
}

pub(crate) fn hash(token: &str) -> Hash {
    Sha256::digest(token.as_bytes()).into()
}

impl Engine {
    pub(crate) async fn load_tokens(&self) -> Result<(), EngineError> {
        let tokens = self.store().tokens().await?;
        let kinds: HashMap<ConnectionId, ConnectionKind> =
            self.store().connections().await?.into_iter().map(|one| (one.id, one.kind)).collect();
        let mut known = self.inner.doorkeeper.tokens.write().unwrap_or_else(PoisonError::into_inner);
        let with_kind = |token: WebhookToken| {
            let kind = kinds.get(&token.connection).copied();
            (token.hash, (token, kind))
        };
        *known = tokens.into_iter().map(with_kind).collect();
        Ok(())
    }

    /// Whether a token is good at the door of this kind of CRM, and whose. Calls with others are counted. Makes no call
    /// to anybody and does not wait.
    #[must_use]
    pub fn admit(&self, token: &str, door: ConnectionKind) -> Option<Admitted> {
        let hash = hash(token);
        let keeper = &self.inner.doorkeeper;
        let known = keeper.tokens.read().unwrap_or_else(PoisonError::into_inner);
        // Found by a hash that nobody can steer, and compared in constant time.
        let found = known.get(&hash).filter(|(found, _)| bool::from(found.hash.ct_eq(&hash)));
        // An address of one CRM pasted into the other is wrong at this door; that of a removed connection is only old.
        let Some((found, _)) = found.filter(|(_, kind)| kind.is_none_or(|kind| kind == door)) else {
            keeper.wrong.fetch_add(1, Ordering::Relaxed);
            return None;
        };
        if found.valid_until.is_some_and(|until| until <= self.clock().now()) {
            let mut old = keeper.old.write().unwrap_or_else(PoisonError::into_inner);
            *old.entry(found.connection).or_default() += 1;
            return None;
        }
        Some(Admitted { connection: found.connection, old: found.valid_until.is_some() })
    }

    /// Takes a call in. What this returns `Ok` for is on disk.
    pub async fn receive_webhook(
        &self,
        admitted: Admitted,
        call: WebhookCall,
    ) -> Result<(ReceiptId, ReceiptOutcome), EngineError> {
        let receipt = NewReceipt {
            connection: admitted.connection,
            event_type: call.event_type,
            case: call.case,
            record: call.record,
            old_token: admitted.old,
        };
        let (id, outcome) = self.store().receive(receipt, self.clock().now()).await?;
        if outcome == ReceiptOutcome::PullDue
            && let Some(runtime) = self.runtimes().get(&admitted.connection)
        {
            runtime.wake();
        }
        self.tell([Change::Webhooks]);
        Ok((id, outcome))
    }

    /// The address that the CRM of a connection calls; made when there is none yet.
    pub async fn webhook_address(&self, name: &str, actor: &str) -> Result<WebhookAddress, EngineError> {
        let connection = self.connection(name).await?;
        self.load_tokens().await?;
        let known = self.vault(connection.id).get(WEBHOOK_TOKEN).await.map_err(|error| vault_failed(&error))?;
        let token = match known {
            Some(token) if self.is_current(&token) => token,
            _ => self.new_token(&connection, self.clock().now(), actor).await?,
        };
        self.store().audit(actor, "webhook.url", &connection.id.to_string(), json!({}), self.clock().now()).await?;
        self.address(&connection, &token).await
    }

    /// What can be shown of a webhook to anybody at the console.
    pub async fn webhook_glimpse(&self, name: &str) -> Result<WebhookGlimpse, EngineError> {
        let connection = self.connection(name).await?;
        let token = self.vault(connection.id).get(WEBHOOK_TOKEN).await.map_err(|error| vault_failed(&error))?;
        let last4: String = token.as_ref().map_or_else(String::new, |token| {
            let text = token.expose_secret();
            text.get(text.len().saturating_sub(4)..).unwrap_or_default().to_owned()
        });
        let now = self.clock().now();
        let tokens = self.store().tokens().await?;
        let mine = || tokens.iter().filter(|token| token.connection == connection.id);
        let grace_until = mine().filter_map(|token| token.valid_until).filter(|until| *until > now).max();
        let since = mine().filter(|token| token.valid_until.is_none()).map(|token| token.created_at).max();
        let refusals = self.webhook_refusals().await?;
        let old = refusals.iter().find(|one| one.connection == Some(connection.id));
        let wrong = refusals.iter().find(|one| one.connection.is_none());
        let calls = self.store().receipts_by_kind(connection.id).await?;
        Ok(WebhookGlimpse {
            path: match last4.is_empty() {
                true => String::new(),
                false => format!("/webhooks/{}/••••{last4}", connection.kind.as_str()),
            },
            last4,
            public_url: self.public_url().await?,
            last: calls.first().map(|receipt| (receipt.at, receipt.event_type.clone())),
            old: old.map(|one| (one.calls, one.last_at)),
            wrong: wrong.map(|one| (one.calls, one.last_at)),
            grace_until,
            since,
            calls,
        })
    }

    /// Moves the end of a former address that still works; zero ends it now.
    pub async fn set_webhook_grace(&self, name: &str, grace: Duration, actor: &str) -> Result<(), EngineError> {
        let connection = self.connection(name).await?;
        let now = self.clock().now();
        if !self.store().set_grace(connection.id, now + grace, now).await? {
            return Err(EngineError::NotFound {
                what: "former webhook address that still works for",
                name: name.into(),
            });
        }
        self.load_tokens().await?;
        let detail = json!({ "minutes": grace.as_secs() / 60 });
        self.store().audit(actor, "webhook.grace", &connection.id.to_string(), detail, now).await?;
        self.tell([Change::Webhooks]);
        Ok(())
    }

    /// Makes a new address; the old one works for `grace` more.
    pub async fn regenerate_webhook(
        &self,
        name: &str,
        grace: Duration,
        actor: &str,
    ) -> Result<WebhookAddress, EngineError> {
        let connection = self.connection(name).await?;
        let token = self.new_token(&connection, self.clock().now() + grace, actor).await?;
        self.address(&connection, &token).await
    }

    fn is_current(&self, token: &SecretString) -> bool {
        let hash = hash(token.expose_secret());
        let known = self.inner.doorkeeper.tokens.read().unwrap_or_else(PoisonError::into_inner);
        known.get(&hash).is_some_and(|(found, _)| found.valid_until.is_none())
    }

    async fn new_token(
        &self,
        connection: &Connection,
        old_until: Timestamp,
        actor: &str,
    ) -> Result<SecretString, EngineError> {
        let mut bytes = [0; 32];
        rand::rng().fill_bytes(&mut bytes);
        let token = SecretString::from(BASE64_URL_SAFE_NO_PAD.encode(bytes));
        let now = self.clock().now();
        // The secret first: an address that cannot be shown would be of no use.
        let vault = self.vault(connection.id);
        vault.put(WEBHOOK_TOKEN, token.clone()).await.map_err(|error| vault_failed(&error))?;
        let row = WebhookToken {
            hash: hash(token.expose_secret()),
            connection: connection.id,
            created_at: now,
            valid_until: None,
        };
        self.store().add_token(row, old_until).await?;
        self.store().audit(actor, "webhook.token", &connection.id.to_string(), json!({}), now).await?;
        self.load_tokens().await?;
        self.tell([Change::Webhooks]);
        Ok(token)
    }

    async fn address(&self, connection: &Connection, token: &SecretString) -> Result<WebhookAddress, EngineError> {
        let path = format!("/webhooks/{}/{}", connection.kind.as_str(), token.expose_secret());
        Ok(WebhookAddress { path: SecretString::from(path), public_url: self.public_url().await? })
    }

    /// Calls with tokens that are not good, those of this moment included.
    pub async fn webhook_refusals(&self) -> Result<Vec<Refusals>, EngineError> {
        self.write_counts().await?;
        Ok(self.store().refusals().await?)
    }

    async fn write_counts(&self) -> Result<(), EngineError> {
        let keeper = &self.inner.doorkeeper;
        let now = self.clock().now();
        let wrong = keeper.wrong.swap(0, Ordering::Relaxed);
        if wrong > 0 {
            self.store().count_refusals("wrong_token", None, wrong, now).await?;
        }
        let old = std::mem::take(&mut *keeper.old.write().unwrap_or_else(PoisonError::into_inner));
        for (connection, calls) in old {
            self.store().count_refusals("old_token", Some(connection), calls, now).await?;
        }
        Ok(())
    }
}

/// Writes counts down now and then: a flood of wrong calls must not be a flood of writes.
pub(crate) async fn keep_counts(engine: Engine) {
    loop {
        let stopping = tokio::select! {
            () = engine.inner.stop.cancelled() => true,
            () = tokio::time::sleep(KEEP_COUNTS) => false,
        };
        if let Err(error) = engine.write_counts().await {
            tracing::warn!(error = &error as &dyn std::error::Error, "refused webhook calls could not be counted");
        }
        if stopping {
            return;
        }
    }
}
