//! Giving out tokens.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::{SignedDuration, Timestamp};
use rand::RngCore as _;
use serde_json::{Value as Json, json};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::super::actor::{Actor, ActorKind};
use super::super::config::{ClientApp, CreatioConfig, Grant};
use super::form::Form;
use super::{Access, Identity, Refresh};

/// An OAuth error, named by its `error` key.
pub(super) type OAuthError = &'static str;

impl Identity {
    /// Answers a token request. Wrong id, wrong secret and disabled client look the same: `invalid_client`.
    pub(super) fn grant(
        &mut self,
        form: &Form,
        basic: Option<(String, String)>,
        config: &CreatioConfig,
    ) -> Result<Json, OAuthError> {
        let now = config.clock.now();
        let client = self.authenticate(form, basic)?;
        match form.get("grant_type") {
            "client_credentials" => {
                allowed(&client, Grant::ClientCredentials)?;
                self.check_scope(form.get("scope"))?;
                let actor =
                    Actor { name: client.user_name.clone(), contact: client.contact, kind: ActorKind::Technical };
                Ok(self.issue(&client, actor, None, now, config))
            }
            "authorization_code" => {
                allowed(&client, Grant::AuthorizationCode)?;
                let code = self.codes.remove(form.get("code")).ok_or("invalid_grant")?;
                let proof = URL_SAFE_NO_PAD.encode(Sha256::digest(form.get("code_verifier").as_bytes()));
                let fits = code.client_id == client.client_id
                    && code.redirect_uri == form.get("redirect_uri")
                    && code.challenge == proof
                    && code.expires > now;
                if !fits {
                    return Err("invalid_grant");
                }
                let refresh = code.offline.then(|| self.new_refresh(&client, &code.actor));
                Ok(self.issue(&client, code.actor, refresh, now, config))
            }
            "refresh_token" => {
                allowed(&client, Grant::AuthorizationCode)?;
                let given = form.get("refresh_token").to_owned();
                let known = self.refresh.get(&given).cloned().filter(|refresh| refresh.client_id == client.client_id);
                let refresh = known.ok_or("invalid_grant")?;
                let next = if config.rotate_refresh_tokens {
                    self.refresh.remove(&given);
                    Some(self.new_refresh(&client, &refresh.actor))
                } else {
                    // None is returned: the caller keeps the one it has.
                    None
                };
                Ok(self.issue(&client, refresh.actor, next, now, config))
            }
            _ => Err("unsupported_grant_type"),
        }
    }

    pub(super) fn authenticate(&self, form: &Form, basic: Option<(String, String)>) -> Result<ClientApp, OAuthError> {
        let (id, secret) =
            basic.unwrap_or_else(|| (form.get("client_id").to_owned(), form.get("client_secret").to_owned()));
        let client = self.client(&id).ok_or("invalid_client")?;
        if !client.active || client.client_secret != secret {
            return Err("invalid_client");
        }
        Ok(client.clone())
    }

    fn check_scope(&self, scope: &str) -> Result<(), OAuthError> {
        let known = |word: &str| word == self.scope || word == "offline_access";
        if scope.split_whitespace().all(known) { Ok(()) } else { Err("invalid_scope") }
    }

    fn new_refresh(&mut self, client: &ClientApp, actor: &Actor) -> String {
        let token = random_text(32);
        let refresh = Refresh { client_id: client.client_id.clone(), actor: actor.clone() };
        self.refresh.insert(token.clone(), refresh);
        token
    }

    fn issue(
        &mut self,
        client: &ClientApp,
        actor: Actor,
        refresh: Option<String>,
        now: Timestamp,
        config: &CreatioConfig,
    ) -> Json {
        let expires = now + SignedDuration::from_secs(config.token_lifetime);
        // Tokens that ran out are forgotten here, so that long runs do not gather them.
        self.access.retain(|_, access| access.expires > now);
        let claims = json!({
            "iss": "creatio.com", "nbf": now.as_second(), "exp": expires.as_second(),
            "client_id": client.client_id, "sub": actor.name, "scope": [self.scope], "jti": Uuid::new_v4().simple().to_string(),
        });
        let token = format!(
            "{}.{}.{}",
            URL_SAFE_NO_PAD.encode(r#"{"alg":"RS256","kid":"SANDBOX","typ":"at+jwt"}"#),
            URL_SAFE_NO_PAD.encode(claims.to_string()),
            random_text(64)
        );
        self.access.insert(token.clone(), Access { client_id: client.client_id.clone(), actor, expires });
        let mut answer = json!({
            "access_token": token,
            "expires_in": config.token_lifetime,
            "token_type": "Bearer",
            // That the answer names the scope is UNCONFIRMED.
            "scope": self.scope,
        });
        if let Some(refresh) = refresh {
            answer["refresh_token"] = Json::String(refresh);
        }
        answer
    }

    /// Forgets a token of the client's own, of either kind; an unknown one is no error.
    pub(super) fn revoke(&mut self, client: &ClientApp, token: &str) {
        if self.refresh.get(token).is_some_and(|refresh| refresh.client_id == client.client_id) {
            self.refresh.remove(token);
        }
        if self.access.get(token).is_some_and(|access| access.client_id == client.client_id) {
            self.access.remove(token);
        }
    }
}

fn allowed(client: &ClientApp, grant: Grant) -> Result<(), OAuthError> {
    if client.grants.contains(&grant) { Ok(()) } else { Err("unauthorized_client") }
}

/// Random bytes that can stand in an address.
pub(super) fn random_text(bytes: usize) -> String {
    let mut buffer = vec![0_u8; bytes];
    rand::rng().fill_bytes(&mut buffer);
    URL_SAFE_NO_PAD.encode(buffer)
}
