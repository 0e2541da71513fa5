//! A console of an engine in another process: its calls, who one is there, and what changes there.
//!
//! The command line and the desktop window use it. What a command may be, `casebridge-api` says; here it is only
//! carried. Whoever makes a [`Remote`] has installed a TLS provider before.

mod error;
mod link;

use std::time::Duration;

use casebridge_api::ApiError;
use eventsource_stream::Eventsource as _;
use futures::{Stream, StreamExt as _, TryStreamExt as _};
use reqwest::header::{COOKIE, LOCATION, SET_COOKIE};
use reqwest::{RequestBuilder, Response, StatusCode};
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::sync::OnceCell;
use url::Url;

pub use error::RemoteError;
pub use link::Link;

/// The cookie of somebody who came in with a link.
const COOKIE_NAME: &str = "casebridge_console";
/// The header that each change of theirs carries.
const TOKEN_HEADER: &str = "x-casebridge-token";
/// How long a connection may take to stand.
const CONNECT: Duration = Duration::from_secs(10);
/// How long nothing may be heard. The stream of changes says something every 15 seconds.
const SILENCE: Duration = Duration::from_secs(60);

/// What opens an engine's console.
enum Key {
    /// The token that the engine left in its data folder for the command line.
    Local(SecretString),
    /// The cookie that a link was exchanged for, and the token that goes with it, once it was asked for.
    Visitor { cookie: SecretString, token: OnceCell<String> },
}

/// An engine in another process.
pub struct Remote {
    client: reqwest::Client,
    base: Url,
    key: Key,
}

impl std::fmt::Debug for Remote {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Remote").field("base", &self.base.as_str()).finish_non_exhaustive()
    }
}

#[derive(Deserialize)]
struct Token {
    token: String,
}

#[derive(Deserialize)]
struct Tags {
    tags: Vec<String>,
}

impl Remote {
    /// The engine of this computer, opened with the token from its data folder.
    ///
    /// # Errors
    ///
    /// When no HTTP client can be made.
    pub fn local(base: Url, token: SecretString) -> Result<Self, RemoteError> {
        Ok(Self { client: client(&base)?, base, key: Key::Local(token) })
    }

    /// An engine that let us in before.
    ///
    /// # Errors
    ///
    /// When no HTTP client can be made.
    pub fn visitor(base: Url, cookie: SecretString) -> Result<Self, RemoteError> {
        Ok(Self { client: client(&base)?, base, key: Key::Visitor { cookie, token: OnceCell::new() } })
    }

    /// Uses a link up. The cookie it was exchanged for is [`Self::cookie`].
    ///
    /// # Errors
    ///
    /// When the engine does not answer, is no Casebridge, or does not take the link (any more).
    pub async fn enter(link: &Link) -> Result<Self, RemoteError> {
        let client = client(&link.base)?;
        let mut address = at(&link.base, "console/enter");
        address.query_pairs_mut().append_pair("link", link.secret.expose_secret());
        let response = sent(&link.base, client.get(address)).await?;
        if response.status() == StatusCode::UNAUTHORIZED {
            return Err(RemoteError::LinkSpent { base: Box::new(link.base.clone()) });
        }
        let is_ours = response.status() == StatusCode::SEE_OTHER && response.headers().contains_key(LOCATION);
        match cookie_of(&response).filter(|_| is_ours) {
            Some(cookie) => Self::visitor(link.base.clone(), cookie),
            None => Err(RemoteError::Foreign { base: Box::new(link.base.clone()), status: response.status().as_u16() }),
        }
    }

    /// Where the engine's console is.
    #[must_use]
    pub fn base(&self) -> &Url {
        &self.base
    }

    /// What a later [`Self::visitor`] needs; nothing for the local command line.
    #[must_use]
    pub fn cookie(&self) -> Option<&SecretString> {
        match &self.key {
            Key::Local(_) => None,
            Key::Visitor { cookie, .. } => Some(cookie),
        }
    }

    /// Carries out a command of the console.
    ///
    /// # Errors
    ///
    /// [`RemoteError::Refused`] with the engine's own words; the others when it cannot be asked.
    pub async fn call(&self, command: &(impl Serialize + Sync)) -> Result<Value, RemoteError> {
        let mut request = self.authorized(self.client.post(at(&self.base, "console/call"))).json(command);
        if let Key::Visitor { token, .. } = &self.key {
            let token = token.get_or_try_init(async || {
                serde_json::from_value(self.me().await?)
                    .map(|Token { token }| token)
                    .map_err(|_| RemoteError::Foreign { base: Box::new(self.base.clone()), status: 200 })
            });
            request = request.header(TOKEN_HEADER, token.await?);
        }
        self.answer(request).await
    }

    /// Who we are there, and what that engine is.
    ///
    /// # Errors
    ///
    /// As for [`Self::call`].
    pub async fn me(&self) -> Result<Value, RemoteError> {
        self.answer(self.authorized(self.client.get(at(&self.base, "console/me")))).await
    }

    /// Tags of what changes there, from now on; begins with everything, and ends when the line does.
    ///
    /// # Errors
    ///
    /// As for [`Self::call`].
    pub async fn changes(
        &self,
    ) -> Result<impl Stream<Item = Result<Vec<String>, RemoteError>> + Send + use<>, RemoteError> {
        let request = self.authorized(self.client.get(at(&self.base, "console/events")));
        let response = sent(&self.base, request).await?;
        if !response.status().is_success() {
            return Err(self.refusal(response).await);
        }
        let base = self.base.clone();
        let events = response
            .bytes_stream()
            .eventsource()
            .map_err(move |_| RemoteError::Broken { base: Box::new(base.clone()) });
        Ok(events.filter_map(|event| {
            let tags = match event {
                Ok(event) if event.event != "changed" => None,
                // What cannot be read may be about anything.
                Ok(event) => {
                    Some(Ok(serde_json::from_str(&event.data).map_or_else(|_| vec!["*".into()], |Tags { tags }| tags)))
                }
                Err(error) => Some(Err(error)),
            };
            std::future::ready(tags)
        }))
    }

    fn authorized(&self, request: RequestBuilder) -> RequestBuilder {
        match &self.key {
            Key::Local(token) => request.bearer_auth(token.expose_secret()),
            Key::Visitor { cookie, .. } => request.header(COOKIE, format!("{COOKIE_NAME}={}", cookie.expose_secret())),
        }
    }

    async fn answer(&self, request: RequestBuilder) -> Result<Value, RemoteError> {
        let response = sent(&self.base, request).await?;
        if !response.status().is_success() {
            return Err(self.refusal(response).await);
        }
        let status = response.status().as_u16();
        let body = response.bytes().await.map_err(|_| RemoteError::Broken { base: Box::new(self.base.clone()) })?;
        serde_json::from_slice(&body).map_err(|_| RemoteError::Foreign { base: Box::new(self.base.clone()), status })
    }

    /// An error of the console, a refusal at the door, or an answer of somebody else.
    async fn refusal(&self, response: Response) -> RemoteError {
        let (base, status) = (Box::new(self.base.clone()), response.status());
        let Ok(body) = response.bytes().await else { return RemoteError::Broken { base } };
        if let Ok(error) = serde_json::from_slice::<ApiError>(&body) {
            return RemoteError::Refused(error);
        }
        match serde_json::from_slice::<error::Problem>(&body) {
            Ok(problem) if status == StatusCode::UNAUTHORIZED => RemoteError::ShutOut { base, hint: problem.hint },
            Ok(problem) => RemoteError::Declined { base, detail: problem.detail, hint: problem.hint },
            Err(_) => RemoteError::Foreign { base, status: status.as_u16() },
        }
    }
}

/// Where something is at an engine, which may stand under a path of its proxy.
fn at(base: &Url, path: &str) -> Url {
    let mut url = base.clone();
    url.set_path(&format!("{}/{path}", base.path().trim_end_matches('/')));
    url
}

fn client(base: &Url) -> Result<reqwest::Client, RemoteError> {
    // Redirects lead to pages; no call of ours is answered with one. A cookie must not follow them.
    let mut builder = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(CONNECT)
        .read_timeout(SILENCE);
    if link::is_loopback(base) {
        // The engine is on this computer: a proxy has no business in between.
        builder = builder.no_proxy();
    }
    builder.build().map_err(RemoteError::Client)
}

async fn sent(base: &Url, request: RequestBuilder) -> Result<Response, RemoteError> {
    // Addresses with a link in them are not repeated in errors.
    request.send().await.map_err(|source| RemoteError::unreachable(base.clone(), source.without_url()))
}

fn cookie_of(response: &Response) -> Option<SecretString> {
    response.headers().get_all(SET_COOKIE).iter().find_map(|value| {
        let (name, rest) = value.to_str().ok()?.split_once('=')?;
        let value = rest.split(';').next().unwrap_or_default();
        (name == COOKIE_NAME && !value.is_empty()).then(|| SecretString::from(value))
    })
}
