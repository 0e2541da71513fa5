//! Receivers of calls, each on a port of its own.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::routing::post;
use serde_json::Value as Json;
use tokio::sync::watch;

pub type Heard = Arc<Mutex<Vec<Json>>>;

/// A receiver that does something with each body and then takes its time.
pub async fn listen(hear: impl Fn(Json) -> Duration + Clone + Send + Sync + 'static) -> String {
    let hook = post(move |axum::Json(body): axum::Json<Json>| async move {
        tokio::time::sleep(hear(body)).await;
        "ok"
    });
    let socket = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/hook", socket.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(socket, Router::new().route("/hook", hook)).await });
    url
}

pub async fn listener(delay: Duration) -> (String, Heard) {
    let heard: Heard = Arc::default();
    let note = Arc::clone(&heard);
    let url = listen(move |body| {
        note.lock().unwrap().push(body);
        delay
    })
    .await;
    (url, heard)
}

/// A receiver whose calls can be waited for.
pub struct Hook {
    pub url: String,
    heard: watch::Receiver<Vec<Json>>,
}

impl Hook {
    pub async fn start() -> Self {
        let (sender, heard) = watch::channel(Vec::new());
        let sender = Arc::new(sender);
        let url = listen(move |body| {
            sender.send_modify(|heard: &mut Vec<Json>| heard.push(body));
            Duration::ZERO
        })
        .await;
        Self { url, heard }
    }

    pub fn heard(&self) -> Vec<Json> {
        self.heard.borrow().clone()
    }

    /// What was heard once there are so many.
    pub async fn until(&self, count: usize) -> Vec<Json> {
        let mut heard = self.heard.clone();
        let waited = tokio::time::timeout(Duration::from_secs(30), heard.wait_for(|all| all.len() >= count)).await;
        match waited {
            Ok(all) => all.unwrap().clone(),
            Err(_) => panic!("{count} calls were expected, these came: {:?}", self.heard()),
        }
    }
}
