//! Signing in as a person: authorization code with PKCE.

use std::fmt;

use casebridge_domain::{CallFailure, FailureClass, FailureScope};
use oauth2::basic::BasicClient;
use oauth2::{AuthUrl, ClientId, CsrfToken, PkceCodeChallenge, RedirectUrl, Scope};
use secrecy::SecretString;
use url::Url;

use super::super::settings::{CreatioAuth, CreatioSettings};
use super::discovery::discover;
use super::exchange::{Grant, exchange};
use crate::credentials::{CLIENT_SECRET, REFRESH_TOKEN, vault_failed};
use crate::port::Vault;
use crate::wire;

/// A sign-in that began: the person opens `url`; the rest stays with whoever began it.
#[derive(Clone)]
pub struct SignIn {
    /// Where the person signs in.
    pub url: Url,
    /// Where the browser comes back to: the same is told when the code is redeemed.
    pub redirect_uri: Url,
    /// Comes back with the code; proves that the answer belongs to this sign-in.
    pub state: String,
    /// Proves to the Identity Service that the code is used by who asked for it.
    pub verifier: SecretString,
}

impl fmt::Debug for SignIn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SignIn(…)")
    }
}

/// Begins a sign-in that comes back to `redirect_uri`.
pub async fn begin_sign_in(settings: &CreatioSettings, redirect_uri: Url) -> Result<SignIn, CallFailure> {
    let CreatioAuth::AuthorizationCode { client_id, .. } = &settings.auth else {
        return Err(refused("this connection signs in with a client secret, not as a person"));
    };
    settings.check()?;
    let client = wire::client(&settings.url)?;
    let endpoints = discover(settings, &client).await?;
    let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
    let (url, state) = BasicClient::new(ClientId::new(client_id.trim().to_owned()))
        .set_auth_uri(AuthUrl::from_url(endpoints.authorize))
        .set_redirect_uri(RedirectUrl::from_url(redirect_uri.clone()))
        .authorize_url(CsrfToken::new_random)
        // Without it there is no refresh token, and the person would sign in each hour.
        .add_scope(Scope::new("offline_access".into()))
        .set_pkce_challenge(challenge)
        .url();
    Ok(SignIn { url, redirect_uri, state: state.into_secret(), verifier: SecretString::from(verifier.into_secret()) })
}

/// Finishes a sign-in with what the person brought back: the whole final address, or the code alone. The
/// refresh token is in the vault when this returns.
pub async fn finish_sign_in(
    settings: &CreatioSettings,
    vault: &dyn Vault,
    sign_in: &SignIn,
    brought: &str,
) -> Result<(), CallFailure> {
    let code = code_of(brought, &sign_in.state)?;
    let secret = match settings.auth {
        CreatioAuth::AuthorizationCode { confidential: true, .. } => {
            vault.get(CLIENT_SECRET).await.map_err(|error| vault_failed(&error))?
        }
        _ => None,
    };
    let client = wire::client(&settings.url)?;
    let endpoints = discover(settings, &client).await?;
    let grant = Grant::Code { code: &code, verifier: &sign_in.verifier, redirect: &sign_in.redirect_uri };
    let granted = exchange(&client, &endpoints, &settings.auth, secret, grant).await?;
    let refresh = granted.refresh.ok_or_else(|| {
        refused("the Identity Service gave no refresh token: allow offline_access for the OAuth application")
    })?;
    vault.put(REFRESH_TOKEN, refresh).await.map_err(|error| vault_failed(&error))
}

/// The code in a final address, or a code as it is.
pub(crate) fn code_of(brought: &str, state: &str) -> Result<SecretString, CallFailure> {
    let brought = brought.trim();
    let Some((_, query)) = brought.split_once('?') else {
        if brought.is_empty() || brought.contains("://") || brought.contains(char::is_whitespace) {
            return Err(refused(
                "there is no code in what was pasted: paste the whole address that the browser ended at",
            ));
        }
        return Ok(SecretString::from(brought.to_owned()));
    };
    let query = query.split('#').next().unwrap_or_default();
    let mut code = None;
    let mut answered = None;
    for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
        match name.as_ref() {
            "code" => code = Some(value.into_owned()),
            "state" => answered = Some(value.into_owned()),
            "error" => return Err(refused("the sign-in was not granted: try again, or ask who manages the CRM")),
            _ => {}
        }
    }
    if answered.as_deref() != Some(state) {
        return Err(refused("this answer belongs to another sign-in: begin again"));
    }
    code.filter(|code| !code.is_empty()).map(SecretString::from).ok_or_else(|| {
        refused("there is no code in what was pasted: paste the whole address that the browser ended at")
    })
}

fn refused(message: &str) -> CallFailure {
    CallFailure {
        class: FailureClass::Credentials,
        scope: FailureScope::Connection,
        status: None,
        message: message.to_owned(),
        hint: "sign in again".into(),
        item: None,
    }
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;

    fn plain(brought: &str, state: &str) -> Option<String> {
        code_of(brought, state).ok().map(|code| code.expose_secret().to_owned())
    }

    #[test]
    fn r32_a_code_is_taken_from_the_final_address_or_alone() {
        let address = "http://localhost:9/back?code=a%2Bb&state=S&session_state=x#frag";
        assert_eq!(plain(address, "S").as_deref(), Some("a+b"), "the address is decoded");
        assert_eq!(plain(" CODE-1 \n", "S").as_deref(), Some("CODE-1"), "a headless box pastes the code alone");
        assert_eq!(plain(address, "other"), None, "an answer of another sign-in must not be taken");
        assert_eq!(plain("http://localhost:9/back?error=access_denied&state=S", "S"), None);
        assert_eq!(plain("http://localhost:9/back", "S"), None);
        assert_eq!(plain("", "S"), None);
    }

    #[test]
    fn a_sign_in_shows_nothing_in_debug() {
        let sign_in = SignIn {
            url: Url::parse("https://x/?state=S3").unwrap(),
            redirect_uri: Url::parse("http://localhost:9/S3").unwrap(),
            state: "S3".into(),
            verifier: "V3".to_owned().into(),
        };
        let shown = format!("{sign_in:?}");
        assert!(!shown.contains("S3") && !shown.contains("V3"));
    }
}
