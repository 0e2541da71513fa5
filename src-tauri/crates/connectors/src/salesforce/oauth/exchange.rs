//! One request to the token endpoint, and what its refusals mean (reference §1.6).

use std::time::Duration;

use casebridge_domain::text::{cut, one_line};
use casebridge_domain::{CallFailure, FailureClass, FailureScope};
use oauth2::basic::{
    BasicErrorResponse, BasicRequestTokenError, BasicRevocationErrorResponse, BasicTokenIntrospectionResponse,
    BasicTokenType,
};
use oauth2::{
    AuthType, AuthorizationCode, Client, ClientId, ClientSecret, ExtraTokenFields, HttpRequest, HttpResponse,
    PkceCodeVerifier, RedirectUrl, RefreshToken, RequestTokenError, StandardRevocableToken, StandardTokenResponse,
    TokenResponse, TokenUrl,
};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use url::Url;

use super::super::ids::SalesforceId;
use super::super::settings::SalesforceSettings;
use crate::creatio::is_safe;
use crate::wire::root_cause;

const TIMEOUT: Duration = Duration::from_secs(15);
/// What is said while another request with the same refresh token is under way.
pub(crate) const AT_WORK: &str = "Salesforce is still at work on the same sign-in";

/// What Salesforce tells beside the token. It tells no lifetime: a token lives as long as the session behind it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Told {
    /// The org's own address, to be used as it is.
    pub(crate) instance_url: Url,
    /// An address that ends with the ids of org and user.
    pub(crate) id: String,
}

impl ExtraTokenFields for Told {}

type Token = StandardTokenResponse<Told, BasicTokenType>;

/// A client of Salesforce's endpoints, before its addresses are known.
pub(crate) type OAuth = Client<
    BasicErrorResponse,
    Token,
    BasicTokenIntrospectionResponse,
    StandardRevocableToken,
    BasicRevocationErrorResponse,
>;

/// What is asked with.
pub(crate) enum Grant<'a> {
    /// As the person who signed in before.
    Refresh(&'a SecretString),
    /// As the person who signs in now.
    Code { code: &'a SecretString, verifier: &'a SecretString, redirect: &'a Url },
}

/// What came.
pub(crate) struct Granted {
    pub(crate) access: SecretString,
    pub(crate) refresh: Option<SecretString>,
    pub(crate) instance: Url,
    pub(crate) org: SalesforceId,
    pub(crate) user: SalesforceId,
}

/// A failure on the way through the OAuth library.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Carried(CallFailure);

/// An address below the login host.
pub(crate) fn endpoint(settings: &SalesforceSettings, name: &str) -> Url {
    let mut url = settings.login_url.clone();
    url.set_path(&format!("/services/oauth2/{name}"));
    url
}

pub(crate) async fn exchange(
    client: &reqwest::Client,
    settings: &SalesforceSettings,
    secret: Option<SecretString>,
    grant: Grant<'_>,
) -> Result<Granted, CallFailure> {
    let mut oauth = OAuth::new(ClientId::new(settings.client_id.trim().to_owned()))
        .set_auth_type(AuthType::RequestBody)
        .set_token_uri(TokenUrl::from_url(endpoint(settings, "token")));
    if let Some(secret) = &secret {
        oauth = oauth.set_client_secret(ClientSecret::new(secret.expose_secret().trim().to_owned()));
    }
    let http = |request: HttpRequest| post(client.clone(), request);
    let outcome: Result<Token, BasicRequestTokenError<Carried>> = match grant {
        Grant::Refresh(token) => {
            let token = RefreshToken::new(token.expose_secret().to_owned());
            oauth.exchange_refresh_token(&token).request_async(&http).await
        }
        Grant::Code { code, verifier, redirect } => {
            let code = AuthorizationCode::new(code.expose_secret().to_owned());
            let verifier = PkceCodeVerifier::new(verifier.expose_secret().to_owned());
            let oauth = oauth.set_redirect_uri(RedirectUrl::from_url(redirect.clone()));
            oauth.exchange_code(code).set_pkce_verifier(verifier).request_async(&http).await
        }
    };
    let token = outcome.map_err(refused)?;
    let told = token.extra_fields();
    if !is_safe(&told.instance_url) {
        return Err(setup("the sign-in names an address that is not https"));
    }
    let mut last = told.id.trim_end_matches('/').rsplit('/').map(|part| part.parse::<SalesforceId>().ok());
    let (Some(Some(user)), Some(Some(org))) = (last.next(), last.next()) else {
        return Err(setup("the sign-in does not tell org and user"));
    };
    Ok(Granted {
        access: SecretString::from(token.access_token().secret().clone()),
        refresh: token.refresh_token().map(|token| SecretString::from(token.secret().clone())),
        instance: told.instance_url.clone(),
        org,
        user,
    })
}

/// Sends the library's request with our client. Everything that is not an OAuth answer fails here, so that
/// the library only sees what it can read.
async fn post(client: reqwest::Client, request: HttpRequest) -> Result<HttpResponse, Carried> {
    let mut request = reqwest::Request::try_from(request).map_err(|error| Carried(setup(&error.to_string())))?;
    *request.timeout_mut() = Some(TIMEOUT);
    let response = client.execute(request).await.map_err(|error| Carried(no_answer(&error)))?;
    let status = response.status().as_u16();
    let body = response.text().await.map_err(|error| Carried(no_answer(&error)))?;
    if status == 429 || status >= 500 {
        return Err(Carried(unavailable(Some(status), format!("the login host answered HTTP {status}"))));
    }
    if !body.trim_start().starts_with('{') {
        return Err(Carried(match status {
            200..300 => unavailable(Some(status), "the login host answered with a page".into()),
            _ => setup("the login host answered with a page instead of a token"),
        }));
    }
    oauth2::http::Response::builder()
        .status(status)
        .body(body.into_bytes())
        .map_err(|error| Carried(setup(&error.to_string())))
}

fn refused(error: BasicRequestTokenError<Carried>) -> CallFailure {
    match error {
        RequestTokenError::Request(Carried(failure)) => failure,
        RequestTokenError::ServerResponse(answer) => {
            of_error(answer.error().as_ref(), answer.error_description().map_or("", String::as_str))
        }
        RequestTokenError::Parse(..) | RequestTokenError::Other(_) => setup("its answer holds no token"),
    }
}

/// An `error` of Salesforce, at the token endpoint or brought back by the browser. The description is Salesforce's own
/// text and names nothing secret.
pub(crate) fn of_error(error: &str, description: &str) -> CallFailure {
    let has = |text: &str| description.to_ascii_lowercase().contains(text);
    if has("already being processed") {
        return unavailable(None, AT_WORK.into());
    }
    let hint = match error {
        "invalid_client_id" => {
            "copy the consumer key again; a new app works after two to ten minutes, and an app of another org never does"
        }
        "invalid_client" if has("installed") => {
            "Salesforce blocks this app until an admin installs it: Setup > Connected Apps OAuth Usage > Install"
        }
        "invalid_client" => "copy the consumer secret again, or leave it out where the app has none",
        "redirect_uri_mismatch" => "register the redirect address that is shown with the app, letter by letter",
        "access_denied" => "the sign-in was not granted: begin again and press Allow",
        "OAUTH_AUTHORIZATION_BLOCKED" => {
            "the browser is signed in to another org: use the org's My Domain as login address, or a private window"
        }
        "invalid_grant" if has("approved") => "let an admin approve the user for the app, or let users approve it",
        "invalid_grant" if has("ip restricted") => "let an admin relax the IP restrictions of the app",
        "invalid_grant" if has("authentication failure") => "the user may not use the API: ask an admin",
        "invalid_grant" if has("code") => "the sign-in took too long or was used already: begin again",
        "invalid_grant" => {
            "sign in again: the sign-in expired, was revoked, or gave way to a newer one (five for each user and app)"
        }
        "inactive_user" | "inactive_org" => "the user or the org is not active: ask an admin",
        "invalid_scope" => "let the app have the scopes api and refresh_token",
        _ => "check the app in Salesforce, then sign in again",
    };
    let word: String = error.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '_').take(60).collect();
    CallFailure {
        class: FailureClass::Credentials,
        scope: FailureScope::Connection,
        status: None,
        message: format!("Salesforce refuses the sign-in: {} ({word})", cut(&one_line(description), 200)),
        hint: hint.to_owned(),
        item: None,
    }
}

pub(crate) fn setup(what: &str) -> CallFailure {
    CallFailure {
        class: FailureClass::Setup,
        scope: FailureScope::Connection,
        status: None,
        message: format!("wrong login address: {what}"),
        hint: "give https://login.salesforce.com, https://test.salesforce.com or the org's My Domain".into(),
        item: None,
    }
}

pub(super) fn refused_revocation(status: u16) -> CallFailure {
    CallFailure {
        hint: "revoke it in Salesforce: the user's settings, or Setup > Connected Apps OAuth Usage".into(),
        ..unavailable(Some(status), format!("Salesforce did not revoke the sign-in (HTTP {status})"))
    }
}

pub(super) fn no_answer(error: &reqwest::Error) -> CallFailure {
    unavailable(
        None,
        match error.is_timeout() {
            true => "the login host did not answer in time".into(),
            false => format!("the login host did not answer: {}", root_cause(error)),
        },
    )
}

fn unavailable(status: Option<u16>, message: String) -> CallFailure {
    CallFailure {
        class: FailureClass::Unreachable,
        scope: FailureScope::Connection,
        status,
        message,
        hint: "nothing: it is repeated; if it stays, check the network and the login address".into(),
        item: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_refusal_of_the_catalogue_says_what_to_do() {
        let other = of_error("something_new", "").hint;
        for (error, description) in [
            ("invalid_client_id", "client identifier invalid"),
            ("invalid_client", "invalid client credentials"),
            ("invalid_client", "app must be installed into org"),
            ("redirect_uri_mismatch", "redirect_uri must match configuration"),
            ("invalid_grant", "expired authorization code"),
            ("invalid_grant", "expired access/refresh token"),
            ("invalid_grant", "authentication failure"),
            ("invalid_grant", "user hasn't approved this consumer"),
            ("invalid_grant", "ip restricted"),
            ("access_denied", "end-user denied authorization"),
            ("OAUTH_AUTHORIZATION_BLOCKED", "Cross-org OAuth flows are not supported for this external client app"),
            ("inactive_user", ""),
            ("invalid_scope", ""),
        ] {
            let failure = of_error(error, description);
            assert_eq!(failure.class, FailureClass::Credentials, "{error}: a person must act");
            assert_ne!(failure.hint, other, "§1.6 {error} / {description} has a cure of its own");
        }
        let busy = of_error("invalid_grant", "token request is already being processed");
        assert!(busy.is_transient(), "§1.5: nobody is signed out because two asked at once");
    }
}
