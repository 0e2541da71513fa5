//! Creating, finding and reading sessions.

use serde_json::json;

use crate::support::Gateway;

#[tokio::test]
async fn a_session_is_made_once_and_found_afterwards() {
    let gateway = Gateway::start().await;
    let body = json!({"source": "livechat", "external_id": "c/1 ä", "channel": "web", "topic": "Charger\u{0}",
        "contact": {"name": "Ada", "email": {"value": "ada@example.com", "verified": true}, "phone": "+1 202"}});
    let made = gateway.post("/v1/sessions", &body).await;
    assert_eq!(made.status, 201, "the first call makes it: {}", made.text);
    let view = made.json();
    let id = view["id"].as_str().expect("an id").to_owned();
    assert!(id.starts_with("ses_"), "ids say what they are: {id}");
    assert_eq!(made.headers["location"].to_str().unwrap(), format!("/v1/sessions/{id}"), "it says where it is");
    assert_eq!(view["topic"], "Charger\u{0}", "what is legal JSON comes back as it was");
    assert_eq!(view["contact"]["email"], json!({"value": "ada@example.com", "verified": true}));
    assert_eq!(view["contact"]["phone"], json!({"value": "+1 202", "verified": false}), "a plain string is unverified");
    assert_eq!((&view["status"], &view["last_seq"], &view["handed_off"]), (&json!("open"), &json!(0), &json!(false)));

    let other = json!({"source": "livechat", "external_id": "c/1 ä", "channel": "email", "topic": "Other",
        "contact": {"email": {"value": "boss@example.com", "verified": true}}});
    let found = gateway.post("/v1/sessions", &other).await;
    assert_eq!(found.status, 200, "the second call finds it");
    assert_eq!(found.json(), view, "an existing session is left as it is; a second call must not swap its contact");

    assert_eq!(gateway.get(&format!("/v1/sessions/{id}")).await.json(), view, "it can be read by id");
    let by_name = gateway.get("/v1/sessions?source=livechat&external_id=c%2F1%20%C3%A4").await;
    assert_eq!(by_name.json(), view, "and found by its name at the source");
}

#[tokio::test]
async fn identifiers_are_unverified_unless_the_source_vouches_for_them() {
    let gateway = Gateway::start().await;
    let body = json!({"source": "s", "external_id": "1", "channel": "web",
        "contact": {"email": {"value": "a@example.com"}, "external_id": "u-7"}});
    let view = gateway.post("/v1/sessions", &body).await.json();
    assert_eq!(view["contact"]["email"]["verified"], false, "verified must be said, never assumed (R3)");
    assert_eq!(view["contact"]["external_id"], json!({"value": "u-7", "verified": false}));
}

#[tokio::test]
async fn what_does_not_exist_is_said_to_be_missing() {
    let gateway = Gateway::start().await;
    let unknown = format!("/v1/sessions/ses_{}", "0".repeat(32));
    for path in [unknown.as_str(), "/v1/sessions/con_0", "/v1/sessions/%ff", "/v1/sessions/ses_xyz/events"] {
        gateway.get(path).await.problem(404, path);
    }
    gateway.get(&format!("{unknown}/events")).await.problem(404, "an unknown log must not look like an empty one");
    gateway.get("/v1/sessions?source=a&external_id=b").await.problem(404, "nothing has that name");
    let answer = gateway.post(&format!("{unknown}/events"), &crate::support::message("m1", "x")).await;
    answer.problem(404, "nothing can be appended to it");
}

#[tokio::test]
async fn parameters_are_read_strictly() {
    let gateway = Gateway::start().await;
    let session = gateway.session("c1").await;
    let cases = [
        ("/v1/sessions?source=a".to_owned(), "external_id"),
        ("/v1/sessions?source=a&external_id=b&colour=red".to_owned(), "colour"),
        ("/v1/sessions?source=a&source=b&external_id=b".to_owned(), "source"),
        (format!("{session}?fields=id"), "fields"),
        (format!("{session}/events?after=-1"), "after"),
        (format!("{session}/events?after=x"), "after"),
        (format!("{session}/events?limit=0"), "limit"),
        (format!("{session}/events?limit=501"), "limit"),
        (format!("{session}/events?before=9"), "before"),
    ];
    for (path, member) in cases {
        gateway.get(&path).await.names(422, member, &format!("{path} must be refused by name"));
    }
}
