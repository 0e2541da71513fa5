//! One request to the token endpoint, and what its refusals mean.

use std::time::Duration;

use casebridge_domain::{CallFailure, FailureClass, FailureScope};
use oauth2::basic::{BasicClient, BasicRequestTokenError, BasicTokenResponse};
use oauth2::{
    AuthType, AuthorizationCode, ClientId, ClientSecret, HttpRequest, HttpResponse, PkceCodeVerifier, RedirectUrl,
    RefreshToken, RequestTokenError, TokenResponse, TokenUrl,
};
use secrecy::{ExposeSecret, SecretString};
use url::Url;

use super::super::settings::CreatioAuth;
use super::discovery::Endpoints;
use crate::wire::{patience_of, root_cause};

const TIMEOUT: Duration = Duration::from_secs(15);

/// What is asked with.
pub(crate) enum Grant<'a> {
    /// As the application's technical user.
    ClientCredentials,
    /// As the person who signed in before.
    Refresh(&'a SecretString),
    /// As the person who signs in now.
    Code { code: &'a SecretString, verifier: &'a SecretString, redirect: &'a Url },
}

/// What came.
pub(crate) struct Granted {
    pub(crate) access: SecretString,
    pub(crate) refresh: Option<SecretString>,
    pub(crate) life: Option<Duration>,
}

/// A failure on the way through the OAuth library.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Carried(CallFailure);

pub(crate) async fn exchange(
    client: &reqwest::Client,
    endpoints: &Endpoints,
    auth: &CreatioAuth,
    secret: Option<SecretString>,
    grant: Grant<'_>,
) -> Result<Granted, CallFailure> {
    let mut oauth = BasicClient::new(ClientId::new(auth.client_id().trim().to_owned()))
        // Public clients of Creatio all send the secret in the body.
        .set_auth_type(AuthType::RequestBody)
        .set_token_uri(TokenUrl::from_url(endpoints.token.clone()));
    if let Some(secret) = &secret {
        oauth = oauth.set_client_secret(ClientSecret::new(secret.expose_secret().trim().to_owned()));
    }
    let http = |request: HttpRequest| post(client.clone(), request);
    let outcome: Result<BasicTokenResponse, BasicRequestTokenError<Carried>> = match grant {
        Grant::ClientCredentials => oauth.exchange_client_credentials().request_async(&http).await,
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
    Ok(Granted {
        access: SecretString::from(token.access_token().secret().clone()),
        refresh: token.refresh_token().map(|token| SecretString::from(token.secret().clone())),
        life: token.expires_in(),
    })
}

/// Sends the library's request with our client. Everything that is not an OAuth answer fails here, so that
/// the library only sees what it can read.
async fn post(client: reqwest::Client, request: HttpRequest) -> Result<HttpResponse, Carried> {
    let request = reqwest::Request::try_from(request).map_err(|error| Carried(setup(None, &error.to_string())))?;
    let mut request = request;
    *request.timeout_mut() = Some(TIMEOUT);
    let response = client.execute(request).await.map_err(|error| Carried(unreachable(&error)))?;
    let status = response.status().as_u16();
    let patience = patience_of(&response);
    let body = response.text().await.map_err(|error| Carried(unreachable(&error)))?;
    let class = match status {
        429 => Some(FailureClass::Throttled { after: patience }),
        503 if patience.is_some() => Some(FailureClass::Throttled { after: patience }),
        500..=599 => Some(FailureClass::Unreachable),
        _ => None,
    };
    if let Some(class) = class {
        return Err(Carried(CallFailure {
            class,
            scope: FailureScope::Connection,
            status: Some(status),
            message: format!("the Identity Service answered HTTP {status}"),
            hint: "nothing: it is repeated".into(),
            item: None,
        }));
    }
    // The instance's own host answers its login page here, with 200.
    if !body.trim_start().starts_with('{') {
        return Err(Carried(setup(Some(status), "a page or nothing came instead of a token")));
    }
    oauth2::http::Response::builder()
        .status(status)
        .body(body.into_bytes())
        .map_err(|error| Carried(setup(Some(status), &error.to_string())))
}

fn refused(error: BasicRequestTokenError<Carried>) -> CallFailure {
    match error {
        RequestTokenError::Request(Carried(failure)) => failure,
        RequestTokenError::ServerResponse(answer) => credentials(answer.error().as_ref()),
        RequestTokenError::Parse(..) => setup(None, "its answer holds no token"),
        RequestTokenError::Other(_) => setup(None, "its answer is empty"),
    }
}

/// An `error` of the token endpoint is final: repeating it locks accounts and helps nobody. That Creatio
/// uses these words is unconfirmed; they are those of the engine behind its Identity Service.
fn credentials(error: &str) -> CallFailure {
    let said = match error {
        "invalid_client" => "Creatio does not accept this client id and secret",
        "unauthorized_client" => "Creatio does not let this client sign in this way",
        "invalid_grant" => "Creatio does not accept this sign-in any more",
        _ => "the Identity Service refuses the connection",
    };
    let hint = match error {
        "invalid_client" => {
            "copy the client secret again, or make a new one: Creatio shows it only once; check that the OAuth \
             application is active"
        }
        "unauthorized_client" => {
            "change the grant type of the OAuth application in Creatio, or make another application"
        }
        "invalid_grant" => "the sign-in has expired or was used up: sign in again",
        "unsupported_grant_type" => "the Identity Service does not know this way to sign in: use the other one",
        "invalid_scope" => "the OAuth application has no resource in Creatio: open it there and save it again",
        _ => "check the OAuth application in Creatio",
    };
    let word: String = error.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '_').take(60).collect();
    CallFailure {
        class: FailureClass::Credentials,
        scope: FailureScope::Connection,
        status: None,
        message: format!("{said} ({word})"),
        hint: hint.to_owned(),
        item: None,
    }
}

fn setup(status: Option<u16>, what: &str) -> CallFailure {
    CallFailure {
        class: FailureClass::Setup,
        scope: FailureScope::Connection,
        status,
        message: format!("wrong Identity Service address: {what}"),
        hint: "enter the Identity Service's address: in Creatio, system setting OAuth20IdentityServerUrl".into(),
        item: None,
    }
}

fn unreachable(error: &reqwest::Error) -> CallFailure {
    CallFailure {
        class: FailureClass::Unreachable,
        scope: FailureScope::Connection,
        status: None,
        message: if error.is_timeout() {
            "the Identity Service did not answer in time".into()
        } else {
            format!("the Identity Service did not answer: {}", root_cause(error))
        },
        hint: "nothing: it is repeated; if it stays, check the network and the Identity Service's address".into(),
        item: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_refusal_is_final_and_says_what_to_do() {
        for error in [
            "invalid_client",
            "unauthorized_client",
            "invalid_grant",
            "unsupported_grant_type",
            "invalid_scope",
            "x<y>",
        ] {
            let failure = credentials(error);
            assert_eq!(failure.class, FailureClass::Credentials, "{error}");
            assert_eq!(failure.scope, FailureScope::Connection, "no lane can do anything about it");
            assert!(!failure.hint.is_empty() && !failure.message.contains('<'));
        }
    }
}
