//! The Identity Service: clients, tokens, codes. It knows nothing of rights; those show on OData calls.

mod authorize;
mod discovery;
mod endpoints;
mod form;
mod issue;

use std::collections::HashMap;

use jiff::Timestamp;
use uuid::Uuid;

use super::actor::Actor;
use super::config::{ClientApp, CreatioConfig, SignInUser};

pub(crate) use authorize::authorize;
pub(crate) use discovery::discovery;
pub(crate) use endpoints::{login_page, revocation, token};

/// An access token that was given out.
#[derive(Clone, Debug)]
struct Access {
    client_id: String,
    actor: Actor,
    expires: Timestamp,
}

/// A refresh token that was given out.
#[derive(Clone, Debug)]
struct Refresh {
    client_id: String,
    actor: Actor,
}

/// A code on its way from a sign-in to the token endpoint.
#[derive(Clone, Debug)]
struct Code {
    client_id: String,
    actor: Actor,
    redirect_uri: String,
    challenge: String,
    offline: bool,
    expires: Timestamp,
}

/// What the Identity Service remembers.
pub(crate) struct Identity {
    pub clients: Vec<ClientApp>,
    sign_in: Vec<SignInUser>,
    scope: String,
    access: HashMap<String, Access>,
    refresh: HashMap<String, Refresh>,
    codes: HashMap<String, Code>,
}

impl Identity {
    pub fn new(config: &CreatioConfig) -> Self {
        Self {
            clients: config.clients.clone(),
            sign_in: config.sign_in.clone(),
            scope: format!("ApplicationAccess_{}", Uuid::new_v4().simple()),
            access: HashMap::new(),
            refresh: HashMap::new(),
            codes: HashMap::new(),
        }
    }

    /// Who a bearer token stands for, while it is good.
    pub fn actor(&self, token: &str, now: Timestamp) -> Option<Actor> {
        self.access.get(token).filter(|access| access.expires > now).map(|access| access.actor.clone())
    }

    /// Forgets one access token before its time.
    pub fn forget(&mut self, token: &str) {
        self.access.remove(token);
    }

    /// Forgets all access tokens; refresh tokens stay good unless they are taken along.
    pub fn revoke_all(&mut self, refresh_too: bool) {
        self.access.clear();
        if refresh_too {
            self.refresh.clear();
        }
    }

    fn client(&self, client_id: &str) -> Option<&ClientApp> {
        self.clients.iter().find(|client| client.client_id.eq_ignore_ascii_case(client_id))
    }
}
