//! Signing in as a person: authorization code with PKCE S256.

use std::fmt;

use casebridge_domain::{CallFailure, FailureClass, FailureScope};
use oauth2::{AuthUrl, ClientId, CsrfToken, PkceCodeChallenge, RedirectUrl, Scope};
use secrecy::SecretString;
use url::Url;

use super::super::ids::SalesforceId;
use super::super::settings::{CALLBACK_PATH, LOOPBACK_PORTS, SalesforceSettings};
use super::exchange::{Grant, OAuth, endpoint, exchange, of_error};
use super::{CLIENT_SECRET, REFRESH_TOKEN, vault_failed};
use crate::creatio::{code_of, open_client};
use crate::port::Vault;

/// A sign-in that began: the person opens `url`; the rest stays with whoever began it.
#[derive(Clone)]
pub struct SignIn {
    /// Where the person signs in.
    pub url: Url,
    /// Where the browser comes back to: the same is told when the code is redeemed.
    pub redirect_uri: Url,
    /// Comes back with the code; proves that the answer belongs to this sign-in.
    pub state: String,
    /// Proves to Salesforce that the code is used by who asked for it.
    pub verifier: SecretString,
}

impl fmt::Debug for SignIn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SignIn(…)")
    }
}

/// Who signed in, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedIn {
    /// The org.
    pub org: SalesforceId,
    /// The user.
    pub user: SalesforceId,
    /// The org's own address.
    pub instance: Url,
}

/// The redirect addresses to register with the app, best first: the configured one, else those on this computer.
#[must_use]
pub fn redirect_uris(settings: &SalesforceSettings) -> Vec<Url> {
    let loopback = |port: u16| Url::parse(&format!("http://localhost:{port}{CALLBACK_PATH}")).ok();
    match &settings.redirect_uri {
        Some(one) => vec![one.clone()],
        None => LOOPBACK_PORTS.into_iter().filter_map(loopback).collect(),
    }
}

/// Begins a sign-in. Makes no call.
pub fn begin_sign_in(settings: &SalesforceSettings, redirect_uri: Url) -> Result<SignIn, CallFailure> {
    settings.check()?;
    let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
    let oauth = OAuth::new(ClientId::new(settings.client_id.trim().to_owned()))
        .set_auth_uri(AuthUrl::from_url(endpoint(settings, "authorize")))
        .set_redirect_uri(RedirectUrl::from_url(redirect_uri.clone()));
    let scopes = settings.scopes.as_deref().unwrap_or("api refresh_token").split_whitespace();
    let (url, state) = oauth
        .authorize_url(CsrfToken::new_random)
        .add_scopes(scopes.map(|scope| Scope::new(scope.to_owned())))
        .set_pkce_challenge(challenge)
        .url();
    Ok(SignIn { url, redirect_uri, state: state.into_secret(), verifier: SecretString::from(verifier.into_secret()) })
}

/// Finishes a sign-in with what the person brought back: the whole final address, or the code alone. The refresh token
/// is in the vault when this returns. A sign-in to another org than the connection's changes nothing.
pub async fn finish_sign_in(
    settings: &SalesforceSettings,
    vault: &dyn Vault,
    sign_in: &SignIn,
    brought: &str,
) -> Result<SignedIn, CallFailure> {
    if let Some(failure) = refusal_in(brought, &sign_in.state) {
        return Err(failure);
    }
    let code = code_of(brought, &sign_in.state)?;
    let secret = match settings.confidential {
        true => vault.get(CLIENT_SECRET).await.map_err(|error| vault_failed(&error))?,
        false => None,
    };
    let client = open_client(&settings.login_url)?;
    let grant = Grant::Code { code: &code, verifier: &sign_in.verifier, redirect: &sign_in.redirect_uri };
    let granted = exchange(&client, settings, secret, grant).await?;
    if let Some(org) = settings.org.filter(|org| *org != granted.org) {
        return Err(refused(
            format!("this is org {}, and the connection's cases are in org {org}", granted.org),
            "sign out in the browser and sign in to the right org; for the other one add another connection",
        ));
    }
    let refresh = granted.refresh.ok_or_else(|| {
        refused("Salesforce gave no refresh token".into(), "let the app have the scope refresh_token (offline access)")
    })?;
    vault.put(REFRESH_TOKEN, refresh).await.map_err(|error| vault_failed(&error))?;
    Ok(SignedIn { org: granted.org, user: granted.user, instance: granted.instance })
}

/// What Salesforce said instead of a code, if that is what the browser brought back for this sign-in.
fn refusal_in(brought: &str, state: &str) -> Option<CallFailure> {
    let (_, query) = brought.trim().split_once('?')?;
    let query = query.split('#').next().unwrap_or_default();
    let find = |wanted: &str| {
        url::form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == wanted).map(|(_, value)| value)
    };
    let error = find("error")?;
    // Whoever does not know the state may not end the sign-in, nor put words into it.
    (find("state").as_deref() == Some(state))
        .then(|| of_error(&error, find("error_description").as_deref().unwrap_or_default()))
}

fn refused(message: String, hint: &str) -> CallFailure {
    CallFailure {
        class: FailureClass::Credentials,
        scope: FailureScope::Connection,
        status: None,
        message,
        hint: hint.to_owned(),
        item: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings() -> SalesforceSettings {
        SalesforceSettings::new(Url::parse("https://login.salesforce.com/").unwrap(), "KEY")
    }

    #[test]
    fn r32_the_address_carries_pkce_and_the_least_scopes() {
        let redirect = redirect_uris(&settings()).remove(0);
        assert_eq!(
            redirect.as_str(),
            "http://localhost:1717/oauth/salesforce/callback",
            "§1.3: localhost, never an IP"
        );
        let sign_in = begin_sign_in(&settings(), redirect).unwrap();
        let query = |name: &str| sign_in.url.query_pairs().find(|(n, _)| n == name).map(|(_, v)| v.into_owned());
        assert_eq!(query("code_challenge_method").as_deref(), Some("S256"));
        assert_eq!(query("scope").as_deref(), Some("api refresh_token"), "no more than is needed");
        assert_eq!(query("state").as_deref(), Some(sign_in.state.as_str()));
        assert!(!format!("{sign_in:?}").contains(&sign_in.state), "nothing of a sign-in is shown in logs");
    }

    #[test]
    fn a_refusal_counts_only_with_this_sign_ins_state() {
        let brought = |state: &str| {
            format!(
                "http://localhost:1717/x?error=access_denied&error_description=end-user+denied+authorization&state={state}"
            )
        };
        let failure = refusal_in(&brought("S"), "S").expect("Deny was pressed");
        assert!(failure.message.contains("end-user denied authorization"), "{failure}");
        assert!(refusal_in(&brought("other"), "S").is_none(), "a stranger must not end it");
        assert!(refusal_in("CODE", "S").is_none());
    }
}
