//! A client with a session, with as little in it as a test needs.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use casebridge_sandbox::salesforce::{
    DESKTOP_CLIENT_ID, FaultPlan, RunningSalesforce, SalesforceConfig, SalesforceSandbox,
};
use reqwest::{Method, StatusCode};
use serde_json::{Value as Json, json};
use sha2::{Digest as _, Sha256};

pub const ADMIN: &str = "admin@sandbox.example";
pub const INTEGRATION: &str = "integration@sandbox.example";
pub const REDIRECT: &str = "http://localhost:1717/OauthRedirect";
pub const VERIFIER: &str = "a-verifier-of-at-least-forty-three-characters-0123456789";

pub fn challenge(verifier: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(verifier))
}

pub struct Answer {
    pub status: StatusCode,
    pub headers: reqwest::header::HeaderMap,
    pub text: String,
}

impl Answer {
    pub fn code(&self) -> u16 {
        self.status.as_u16()
    }

    pub fn json(&self) -> Json {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("not JSON: {} {}", self.status, self.text))
    }

    pub fn header(&self, name: &str) -> String {
        self.headers.get(name).map(|value| value.to_str().unwrap().to_owned()).unwrap_or_default()
    }

    /// The code and words of a refusal.
    pub fn error(&self) -> (u16, String, String) {
        let error = &self.json()[0];
        let text = |name: &str| error[name].as_str().unwrap_or_default().to_owned();
        (self.code(), text("errorCode"), text("message"))
    }

    pub fn refusal(&self) -> (u16, String) {
        let (status, code, _) = self.error();
        (status, code)
    }
}

pub struct Org {
    pub running: RunningSalesforce,
    pub http: reqwest::Client,
    pub token: String,
}

pub fn http() -> reqwest::Client {
    rustls::crypto::ring::default_provider().install_default().ok();
    reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build().unwrap()
}

pub async fn read(response: reqwest::Response) -> Answer {
    let (status, headers) = (response.status(), response.headers().clone());
    Answer { status, headers, text: response.text().await.unwrap() }
}

impl Org {
    pub async fn start(config: SalesforceConfig) -> Self {
        let running = SalesforceSandbox::start(SalesforceConfig { tls: false, ..config }).await.unwrap();
        let token = running.sandbox.session(INTEGRATION).unwrap();
        Self { running, http: http(), token }
    }

    pub async fn stock() -> Self {
        Self::start(SalesforceConfig::default()).await
    }

    pub async fn kit() -> Self {
        Self::start(SalesforceConfig::with_kit()).await
    }

    pub fn sandbox(&self) -> &SalesforceSandbox {
        &self.running.sandbox
    }

    /// The same org as another user.
    pub fn acting_as(mut self, username: &str) -> Self {
        self.token = self.sandbox().session(username).unwrap();
        self
    }

    pub fn faults(&self, plan: FaultPlan) {
        self.sandbox().set_faults(plan);
    }

    pub fn url(&self, path: &str) -> String {
        format!("{}/{path}", self.running.data_url(66))
    }

    pub async fn try_send(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<&Json>,
    ) -> reqwest::Result<Answer> {
        let mut request = self.http.request(method, self.url(path)).bearer_auth(&self.token);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if let Some(body) = body {
            request = request.json(body);
        }
        let response = request.send().await?;
        let (status, headers) = (response.status(), response.headers().clone());
        Ok(Answer { status, headers, text: response.text().await? })
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.try_send(Method::GET, path, &[], None).await.unwrap()
    }

    pub async fn post(&self, path: &str, body: Json) -> Answer {
        self.try_send(Method::POST, path, &[], Some(&body)).await.unwrap()
    }

    pub async fn patch(&self, path: &str, body: Json) -> Answer {
        self.try_send(Method::PATCH, path, &[], Some(&body)).await.unwrap()
    }

    pub async fn delete(&self, path: &str) -> Answer {
        self.try_send(Method::DELETE, path, &[], None).await.unwrap()
    }

    pub async fn query(&self, soql: &str) -> Answer {
        self.query_at("query", soql).await
    }

    pub async fn query_at(&self, which: &str, soql: &str) -> Answer {
        let request = self.http.get(self.url(which)).query(&[("q", soql)]).bearer_auth(&self.token);
        read(request.send().await.unwrap()).await
    }

    pub async fn found(&self, soql: &str) -> Vec<Json> {
        let answer = self.query(soql).await;
        assert_eq!(answer.code(), 200, "{soql}: {}", answer.text);
        answer.json()["records"].as_array().unwrap().clone()
    }

    /// A case made over the API; answers its id.
    pub async fn case(&self, fields: Json) -> String {
        let made = self.post("sobjects/Case", fields).await;
        assert_eq!(made.code(), 201, "a case is made: {}", made.text);
        made.json()["id"].as_str().unwrap().to_owned()
    }

    pub fn value(&self, object: &str, id: &str, field: &str) -> Json {
        self.sandbox().record(object, id).unwrap_or_else(|| panic!("no {object} {id}"))[field].clone()
    }

    pub fn count(&self, object: &str) -> usize {
        self.sandbox().records(object).len()
    }

    // Signing in.

    pub fn authorize_url(&self, host: &str, more: &[(&str, &str)]) -> String {
        let mut pairs = vec![
            ("response_type", "code"),
            ("client_id", DESKTOP_CLIENT_ID),
            ("redirect_uri", REDIRECT),
            ("state", "s1"),
        ];
        for (name, value) in more {
            pairs.retain(|(each, _)| each != name);
            if !value.is_empty() {
                pairs.push((name, value));
            }
        }
        let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
        format!("{host}/services/oauth2/authorize?{query}")
    }

    /// What comes back after somebody pressed a button on the page.
    pub async fn pressed(&self, address: &str, username: &str, decision: &str) -> Answer {
        let form = [("username", username), ("password", "sandbox"), ("decision", decision)];
        read(self.http.post(address).form(&form).send().await.unwrap()).await
    }

    pub async fn code(&self, username: &str) -> String {
        let challenge = challenge(VERIFIER);
        let address = self.authorize_url(&self.running.login_url, &[("code_challenge", &challenge)]);
        let back = self.pressed(&address, username, "allow").await;
        assert_eq!(back.code(), 302, "allowed: {}", back.text);
        came_back(&back, "code")
    }

    pub async fn token_request(&self, pairs: &[(&str, &str)]) -> Answer {
        let url = format!("{}/services/oauth2/token", self.running.login_url);
        read(self.http.post(url).form(pairs).send().await.unwrap()).await
    }

    pub async fn redeem(&self, code: &str) -> Answer {
        self.token_request(&[
            ("grant_type", "authorization_code"),
            ("client_id", DESKTOP_CLIENT_ID),
            ("redirect_uri", REDIRECT),
            ("code", code),
            ("code_verifier", VERIFIER),
        ])
        .await
    }

    pub async fn signed_in(&self, username: &str) -> Json {
        let code = self.code(username).await;
        let answer = self.redeem(&code).await;
        assert_eq!(answer.code(), 200, "{}", answer.text);
        answer.json()
    }

    pub async fn refresh(&self, token: &str) -> Answer {
        self.token_request(&[
            ("grant_type", "refresh_token"),
            ("client_id", DESKTOP_CLIENT_ID),
            ("refresh_token", token),
        ])
        .await
    }
}

/// A parameter of the address that a sign-in came back to.
pub fn came_back(answer: &Answer, name: &str) -> String {
    let address = url::Url::parse(&answer.header("location")).unwrap();
    address.query_pairs().find(|(each, _)| each == name).map(|(_, value)| value.into_owned()).unwrap_or_default()
}

/// `error` and `error_description` of the token endpoint.
pub fn oauth_error(answer: &Answer) -> (u16, String, String) {
    let body = answer.json();
    let text = |name: &str| body[name].as_str().unwrap_or_default().to_owned();
    (answer.code(), text("error"), text("error_description"))
}

pub fn refused(error: &str, description: &str) -> (u16, String, String) {
    (400, error.to_owned(), description.to_owned())
}

pub fn part(method: &str, path: &str, reference: &str, body: Json) -> Json {
    json!({ "method": method, "url": format!("/services/data/v66.0/{path}"), "referenceId": reference, "body": body })
}
