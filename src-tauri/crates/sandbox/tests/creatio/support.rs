//! A client that is signed on, with as little in it as a test needs.

use casebridge_sandbox::creatio::{CreatioConfig, CreatioSandbox, FaultPlan, RunningCreatio};
use reqwest::{Method, StatusCode};
use serde_json::{Value as Json, json};
use uuid::Uuid;

pub const CLIENT_ID: &str = "3C1F8A92D7E64B0FA5C2E81D09B7F463";
pub const SECRET: &str = "5A0D7E1B94C83F62E7B1A5D09C4F8E3261B7D9A05C8E4F137D2B6A9E0C5F8314";

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

    pub fn rows(&self) -> Vec<Json> {
        self.json()["value"].as_array().unwrap_or_else(|| panic!("no rows: {}", self.text)).clone()
    }
}

pub struct Crm {
    pub running: RunningCreatio,
    pub http: reqwest::Client,
    pub token: String,
}

pub fn http() -> reqwest::Client {
    rustls::crypto::ring::default_provider().install_default().ok();
    reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build().unwrap()
}

impl Crm {
    pub async fn start(config: CreatioConfig) -> Self {
        let running = CreatioSandbox::start(config).await.unwrap();
        let mut crm = Self { running, http: http(), token: String::new() };
        crm.token = crm.sign_on().await["access_token"].as_str().unwrap().to_owned();
        crm
    }

    pub async fn stock() -> Self {
        Self::start(CreatioConfig::default()).await
    }

    pub fn sandbox(&self) -> &CreatioSandbox {
        &self.running.sandbox
    }

    pub fn faults(&self, plan: FaultPlan) {
        self.running.sandbox.set_faults(plan);
    }

    pub async fn sign_on(&self) -> Json {
        let form = [("grant_type", "client_credentials"), ("client_id", CLIENT_ID), ("client_secret", SECRET)];
        self.http.post(self.running.token_url()).form(&form).send().await.unwrap().json().await.unwrap()
    }

    pub fn url(&self, path: &str) -> String {
        format!("{}/{path}", self.running.odata_url())
    }

    pub async fn try_send(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<String>,
    ) -> reqwest::Result<Answer> {
        let mut request = self.http.request(method, self.url(path)).bearer_auth(&self.token);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if let Some(body) = body {
            if !headers.iter().any(|(name, _)| *name == "content-type") {
                request = request.header("content-type", "application/json; charset=utf-8");
            }
            request = request.body(body);
        }
        let response = request.send().await?;
        let (status, headers) = (response.status(), response.headers().clone());
        Ok(Answer { status, headers, text: response.text().await? })
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.try_send(Method::GET, path, &[], None).await.unwrap()
    }

    pub async fn post(&self, path: &str, body: Json) -> Answer {
        self.try_send(Method::POST, path, &[], Some(body.to_string())).await.unwrap()
    }

    pub async fn patch(&self, path: &str, body: Json) -> Answer {
        self.try_send(Method::PATCH, path, &[], Some(body.to_string())).await.unwrap()
    }

    pub async fn delete(&self, path: &str) -> Answer {
        self.try_send(Method::DELETE, path, &[], None).await.unwrap()
    }

    /// A list with options that are encoded here.
    pub async fn list(&self, set: &str, options: &[(&str, &str)]) -> Answer {
        let response = self.http.get(self.url(set)).query(options).bearer_auth(&self.token).send().await.unwrap();
        let (status, headers) = (response.status(), response.headers().clone());
        Answer { status, headers, text: response.text().await.unwrap() }
    }

    pub async fn filtered(&self, set: &str, filter: &str) -> Answer {
        self.list(set, &[("$select", "Id"), ("$filter", filter)]).await
    }

    /// A case made over OData with an id of the caller's.
    pub async fn case(&self, subject: &str) -> Uuid {
        let id = Uuid::new_v4();
        let made = self.post("Case", json!({ "Id": id, "Subject": subject })).await;
        assert_eq!(made.code(), 201, "a case with a subject is all it takes: {}", made.text);
        id
    }

    pub async fn batch(&self, parts: Json, keep_going: bool) -> Answer {
        let headers: &[(&str, &str)] = if keep_going { &[("prefer", "continue-on-error")] } else { &[] };
        let body = json!({ "requests": parts }).to_string();
        self.try_send(Method::POST, "$batch", headers, Some(body)).await.unwrap()
    }

    pub fn field(&self, entity: &str, id: Uuid, column: &str) -> Json {
        self.sandbox().record(entity, id).unwrap_or_else(|| panic!("no {entity} {id}"))[column].clone()
    }
}

pub fn zero() -> Json {
    json!(Uuid::nil())
}

pub const NO_DATE: &str = "0001-01-01T00:00:00Z";

/// The inner error's message, where the real reason is.
pub fn inner(answer: &Answer) -> String {
    answer.json()["error"]["innererror"]["message"].as_str().unwrap_or_default().to_owned()
}
