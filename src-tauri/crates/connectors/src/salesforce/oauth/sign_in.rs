//! Signing in as a person: authorization code with PKCE S256.

use std::fmt;
use std::time::Duration;

use casebridge_domain::text::{cut, one_line};
use casebridge_domain::{CallFailure, FailureClass, FailureScope};
use oauth2::{AuthUrl, ClientId, CsrfToken, PkceCodeChallenge, RedirectUrl, Scope};
use secrecy::{ExposeSecret as _, SecretString};
use url::Url;

use super::super::http::VERSION;
use super::super::ids::SalesforceId;
use super::super::settings::{CALLBACK_PATH, LOOPBACK_PORTS, SalesforceSettings};
use super::super::soql;
use super::exchange::{Grant, Granted, OAuth, endpoint, exchange, of_error};
use super::{Kept, SESSION};
use crate::creatio::code_of;
use crate::credentials::{CLIENT_SECRET, REFRESH_TOKEN, vault_failed};
use crate::port::Vault;
use crate::wire;

/// How long the name of who signed in may take.
const NAME_TIMEOUT: Duration = Duration::from_secs(5);

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
    /// The user's name and the org's host, as `user @ host`, where the org tells it.
    pub name: Option<String>,
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
    said_once(brought)?;
    if let Some(failure) = refusal_in(brought, &sign_in.state) {
        return Err(failure);
    }
    let code = code_of(brought, &sign_in.state)?;
    said_by(brought, &settings.login_url)?;
    let secret = match settings.confidential {
        true => vault.get(CLIENT_SECRET).await.map_err(|error| vault_failed(&error))?,
        false => None,
    };
    let client = wire::client(&settings.login_url)?;
    let grant = Grant::Code { code: &code, verifier: &sign_in.verifier, redirect: &sign_in.redirect_uri };
    let granted = exchange(&client, settings, secret, grant).await?;
    if let Some(org) = settings.org.filter(|org| *org != granted.org) {
        return Err(refused(
            format!("this is org {}, and the connection's cases are in org {org}", granted.org),
            "sign out in the browser and sign in to the right org; for the other one add another connection",
        ));
    }
    let refresh = granted.refresh.clone().ok_or_else(|| {
        refused("Salesforce gave no refresh token".into(), "let the app have the scope refresh_token (offline access)")
    })?;
    let put =
        async |name: &str, value: SecretString| vault.put(name, value).await.map_err(|error| vault_failed(&error));
    let _alone = vault.alone().await.map_err(|error| vault_failed(&error))?;
    // The session of who signed in before must not be taken for this one's, should the next line be the last.
    put(SESSION, SecretString::from("")).await?;
    put(REFRESH_TOKEN, refresh).await?;
    put(SESSION, Kept::of(&granted).write()).await?;
    let name = username(&client, &granted).await;
    Ok(SignedIn { org: granted.org, user: granted.user, name, instance: granted.instance })
}

/// The name of who signed in, as `user @ host`. For people only, so not worth a failure.
async fn username(client: &reqwest::Client, granted: &Granted) -> Option<String> {
    let soql = format!("SELECT Username FROM User WHERE Id = {}", soql::text(&granted.user.to_string()));
    let instance = granted.instance.as_str().trim_end_matches('/');
    let address = format!("{instance}{VERSION}/query?q={}", soql::percent(&soql));
    let request = client.get(address).timeout(NAME_TIMEOUT).bearer_auth(granted.access.expose_secret());
    let body: serde_json::Value = request.send().await.ok()?.json().await.ok()?;
    let name = body["records"][0]["Username"].as_str()?;
    Some(format!("{} @ {}", cut(&one_line(name), 120), granted.instance.host_str().unwrap_or_default()))
}

/// Refuses an address in which something is said twice: which of the two was meant is nobody's to choose.
fn said_once(brought: &str) -> Result<(), CallFailure> {
    let Some(query) = query_of(brought) else { return Ok(()) };
    for name in ["code", "state", "error", "iss"] {
        if url::form_urlencoded::parse(query.as_bytes()).filter(|(known, _)| known == name).count() > 1 {
            return Err(refused(format!("the answer says `{name}` twice"), "begin the sign-in again"));
        }
    }
    Ok(())
}

/// Refuses an answer of another server than the one that was asked, where the answer says whose it is (RFC 9207).
fn said_by(brought: &str, asked: &Url) -> Result<(), CallFailure> {
    let Some(query) = query_of(brought) else { return Ok(()) };
    let Some((_, issuer)) = url::form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "iss") else {
        return Ok(());
    };
    let fits = Url::parse(&issuer).is_ok_and(|issuer| {
        let host = issuer.host_str().unwrap_or_default();
        // The login hosts of all orgs let the org itself answer.
        let of_all = matches!(asked.host_str(), Some("login.salesforce.com" | "test.salesforce.com"));
        issuer.origin() == asked.origin()
            || (of_all && issuer.scheme() == "https" && host.ends_with(".my.salesforce.com"))
    });
    match fits {
        true => Ok(()),
        false => Err(refused("the answer came from another server than the one that was asked".into(), "begin again")),
    }
}

fn query_of(brought: &str) -> Option<&str> {
    let (_, query) = brought.trim().split_once('?')?;
    query.split('#').next()
}

/// What Salesforce said instead of a code, if that is what the browser brought back for this sign-in.
fn refusal_in(brought: &str, state: &str) -> Option<CallFailure> {
    let query = query_of(brought)?;
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
    fn an_answer_of_another_server_or_one_that_says_two_things_is_refused() {
        let login = Url::parse("https://login.salesforce.com/").unwrap();
        let domain = Url::parse("https://acme.my.salesforce.com/").unwrap();
        let from = |issuer: &str| format!("http://localhost:1717/x?code=C&state=S&iss={issuer}");
        assert!(said_by("http://localhost:1717/x?code=C&state=S", &login).is_ok(), "most answers say nothing");
        assert!(said_by(&from("https%3A%2F%2Flogin.salesforce.com"), &login).is_ok());
        assert!(said_by(&from("https%3A%2F%2Facme.my.salesforce.com"), &login).is_ok(), "the org itself");
        assert!(said_by(&from("https%3A%2F%2Facme.my.salesforce.com"), &domain).is_ok());
        for other in
            ["https://evil.example", "http://login.salesforce.com", "https://my.salesforce.com.evil.example", "x", ""]
        {
            assert!(said_by(&from(other), &login).is_err(), "{other}: two servers were mixed up");
        }
        assert!(said_by(&from("https://other.my.salesforce.com"), &domain).is_err(), "another org's own host");
        for twice in ["code=A&code=B&state=S", "code=A&state=S&state=S", "error=x&error=y", "iss=a&iss=b"] {
            assert!(said_once(&format!("http://localhost:1717/x?{twice}")).is_err(), "{twice}");
        }
        assert!(said_once("CODE").is_ok(), "a code alone says nothing twice");
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
