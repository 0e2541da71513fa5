//! Servers that fail.

use std::time::Duration;

use casebridge_connectors::analyst::ProviderApi;
use casebridge_domain::FailureClass;
use casebridge_domain::mapping::ColumnKind;
use casebridge_sandbox::llm::LlmReply;
use serde_json::json;

use super::scene::{Scene, filled, lines, provider, question};

const TALK: [&str; 1] = ["A table for four."];

fn good() -> LlmReply {
    LlmReply::json(&filled(&[(json!(4), 1, "four")]))
}

#[tokio::test]
async fn what_may_go_better_the_next_time_is_asked_again_and_counted() {
    let bad = [
        LlmReply::Malformed,
        LlmReply::Page,
        LlmReply::Text("I think it is four.".into()),
        LlmReply::Fails { status: 500, retry_after: None },
        LlmReply::Fails { status: 429, retry_after: Some(0) },
    ];
    for api in [ProviderApi::OpenAi, ProviderApi::Anthropic] {
        for reply in &bad {
            let scene = Scene::new(api, vec![reply.clone()], good()).await;
            let analysis = scene.ask(&lines(&TALK), &[question("Seats", ColumnKind::Integer)]).await;
            let analysis = analysis.unwrap_or_else(|failure| panic!("{api:?} {reply:?}: {failure}"));
            assert_eq!(analysis.found[0].value, Some(json!(4)), "{api:?} {reply:?}: the second answer counts");
            assert_eq!(analysis.cost.calls, 2, "{api:?} {reply:?}: what the first one cost is not forgotten");
        }
    }
}

#[tokio::test]
async fn what_nobody_repairs_by_asking_again_is_asked_once() {
    let cases = [
        (LlmReply::Fails { status: 401, retry_after: None }, FailureClass::Credentials),
        (LlmReply::Fails { status: 403, retry_after: None }, FailureClass::Rights),
        (LlmReply::Fails { status: 404, retry_after: None }, FailureClass::Setup),
        (LlmReply::Fails { status: 400, retry_after: None }, FailureClass::Refused),
        (LlmReply::Refuses("I cannot help with that.".into()), FailureClass::Refused),
        (LlmReply::Truncated("{\"summary\": \"A tab".into()), FailureClass::Refused),
    ];
    for api in [ProviderApi::OpenAi, ProviderApi::Anthropic] {
        for (reply, class) in &cases {
            let scene = Scene::new(api, vec![], reply.clone()).await;
            let failure = scene.ask(&lines(&TALK), &[question("Seats", ColumnKind::Integer)]).await.unwrap_err();
            assert_eq!(failure.class, *class, "{api:?} {reply:?}: {failure}");
            assert!(!failure.hint.is_empty(), "somebody must know what to do");
            assert_eq!(
                scene.llm.requests().len(),
                1,
                "{api:?} {reply:?}: asking again costs money and changes nothing"
            );
        }
    }
}

#[tokio::test]
async fn a_cut_off_answer_is_told_from_a_refusal_by_what_to_do() {
    for api in [ProviderApi::OpenAi, ProviderApi::Anthropic] {
        let scene = Scene::new(api, vec![], LlmReply::Truncated("{".into())).await;
        let failure = scene.ask(&lines(&TALK), &[question("Seats", ColumnKind::Integer)]).await.unwrap_err();
        assert!(failure.message.contains("cut off"), "{api:?}: {failure}");
        assert!(failure.hint.contains("fewer fields"), "{api:?}: asking again helps nobody: {}", failure.hint);
    }
}

#[tokio::test]
async fn many_fields_may_be_answered_at_greater_length() {
    let scene = Scene::new(ProviderApi::Anthropic, vec![], good()).await;
    let many: Vec<_> = (0..40).map(|place| question(&format!("Field {place}"), ColumnKind::Integer)).collect();
    for questions in [&many[..1], &many[..]] {
        scene.ask(&lines(&TALK), questions).await.unwrap();
    }
    let limits: Vec<_> = scene.llm.requests().iter().map(|asked| asked.body["max_tokens"].as_u64()).collect();
    assert_eq!(limits, [Some(4_000), Some(10_000)], "a fixed limit cuts off the answer to many fields each time");
}

#[tokio::test]
async fn a_conversation_without_end_is_sent_in_part() {
    let scene = Scene::new(ProviderApi::OpenAi, vec![], good()).await;
    let mut talk = vec!["I came for the broken lamp."];
    let chatter = "and another thing ".repeat(300);
    talk.extend([chatter.as_str(); 400]);
    talk.push("A table for four.");
    let last = u64::try_from(talk.len()).unwrap();
    scene.llm.script([], LlmReply::json(&filled(&[(json!(4), last, "four")])));
    let analysis = scene.ask(&lines(&talk), &[question("Seats", ColumnKind::Integer)]).await.unwrap();
    let evidence = &analysis.found[0].evidence[0];
    assert_eq!((evidence.seq, evidence.quote.as_str()), (411, "four"), "lines keep their numbers");
    let asked = &scene.llm.requests()[0].user;
    assert!(asked.contains("the broken lamp") && asked.contains("A table for four"), "the beginning and the end");
    assert!(asked.contains("lines_left_out"), "the model is told that there was more");
    assert!(asked.chars().count() < 60_000, "{} characters were sent", asked.chars().count());
}

#[tokio::test]
async fn a_server_that_hangs_or_asks_for_too_much_patience_ends_with_the_deadline() {
    for reply in [LlmReply::Hangs, LlmReply::Fails { status: 429, retry_after: Some(3600) }] {
        let scene = Scene::new(ProviderApi::OpenAi, vec![], reply).await;
        let questions = [question("Seats", ColumnKind::Integer)];
        let failure = scene.ask_within(&lines(&TALK), &questions, Duration::from_millis(300)).await.unwrap_err();
        assert_eq!(failure.class, FailureClass::Unreachable, "the case does not wait for it: {failure}");
        assert_eq!(scene.llm.requests().len(), 1, "nothing more was asked in that time");
    }
}

#[tokio::test]
async fn what_is_told_of_a_failure_holds_neither_the_key_nor_the_conversation() {
    let secret = "Marigold Lane";
    for reply in [
        LlmReply::Malformed,
        LlmReply::Page,
        LlmReply::Text("no".into()),
        LlmReply::Fails { status: 401, retry_after: None },
    ] {
        let scene = Scene::new(ProviderApi::OpenAi, vec![], reply).await;
        let failure = scene.ask(&lines(&[secret]), &[question("Street", super::scene::text())]).await.unwrap_err();
        let told = format!("{failure:?} {:?}", scene.provider);
        assert!(!told.contains(secret) && !told.contains(super::scene::KEY), "this goes to logs and screens: {told}");
    }
}

#[test]
fn conversations_go_to_other_machines_by_https_only() {
    let failure = provider(ProviderApi::OpenAi, "http://models.example.com/v1", "k").unwrap_err();
    assert_eq!(failure.class, FailureClass::Setup, "in the clear, whoever stands between reads along");
    assert!(provider(ProviderApi::OpenAi, "https://models.example.com/v1", "k").is_ok(), "with TLS nobody does");
    assert!(
        provider(ProviderApi::OpenAi, "http://127.0.0.1:11434/v1", "k").is_ok(),
        "a server on this computer is no other machine"
    );
}
