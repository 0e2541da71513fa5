//! What becomes of answers, right ones and wrong ones.

use casebridge_connectors::analyst::ProviderApi;
use casebridge_domain::analysis::AnalystKind;
use casebridge_domain::mapping::{ColumnKind, TextFormat};
use casebridge_sandbox::llm::{LlmApi, LlmReply};
use serde_json::{Value, json};

use super::scene::{KEY, Scene, filled, lines, picklist, question, text};

const TALK: [&str; 3] = [
    "A table for four next Thursday at 7 pm, my card is 4111 1111 1111 1111.",
    "For four people on March 7th at 7 pm, is that right?",
    "Yes. My name is Diego, the first visit was great, and it costs $1,210.50.",
];

#[tokio::test]
async fn both_apis_carry_one_question_and_bring_typed_values_with_their_places() {
    for (api, spoken) in [(ProviderApi::OpenAi, LlmApi::OpenAi), (ProviderApi::Anthropic, LlmApi::Anthropic)] {
        let answer = filled(&[
            (json!(4), 1, "four"),
            (json!("2019-03-07"), 1, "next Thursday"),
            (json!("2019-03-07T19:00:00"), 2, "March 7th at 7 pm"),
            (json!("Diego"), 3, "Diego"),
            (json!(1210.5), 3, "$1,210.50"),
            (json!("Great"), 3, "great"),
        ]);
        let scene = Scene::new(api, vec![], LlmReply::json(&answer)).await;
        let questions = [
            question("Seats", ColumnKind::Integer),
            question("Day", ColumnKind::Date),
            question("When", ColumnKind::DateTime),
            question("Name", text()),
            question("Price", ColumnKind::Money { scale: Some(2) }),
            question("Experience", picklist(&["Great", "Poor"])),
        ];
        let analysis = scene.ask(&lines(&TALK), &questions).await.unwrap();

        let values: Vec<_> = analysis.found.iter().map(|found| found.value.clone().unwrap_or(Value::Null)).collect();
        let wanted = json!([4, "2019-03-07", "2019-03-07T18:00:00Z", "Diego", 1210.5, "great-id"]);
        assert_eq!(
            Value::from(values),
            wanted,
            "typed; a moment by the company's clock; the allowed value, not its label"
        );
        let seats = &analysis.found[0].evidence[0];
        assert_eq!(
            (seats.seq, seats.start, seats.end, seats.quote.as_str()),
            (10, 12, 16, "four"),
            "where it was said"
        );
        assert!(
            analysis.found.iter().all(|found| found.confidence == 95),
            "the quotes say the values: the model's own measure"
        );
        assert_eq!((analysis.by, analysis.cost.calls), (AnalystKind::Provider, 1), "six fields are one call");
        assert!(analysis.cost.tokens_in > 0 && analysis.cost.tokens_out > 0, "the provider's count is kept");

        let [asked] = &scene.llm.requests()[..] else { panic!("one request") };
        assert_eq!((asked.api, asked.key.as_deref()), (spoken, Some(KEY)), "in its own API, with the key");
        assert!(!asked.body.to_string().contains("4111 1111"), "a card number never leaves");
        let choices = &asked.schema["properties"]["fields"]["properties"]["f6"]["properties"]["value"];
        assert_eq!(choices["enum"], json!(["Great", "Poor", null]), "the schema offers the labels and nothing else");
    }
}

#[tokio::test]
async fn a_wrong_answer_leaves_its_field_blank_and_the_others_as_they_are() {
    let answer = filled(&[
        (json!("plenty"), 1, "four"),
        (json!("Splendid"), 3, "great"),
        (json!("Diego"), 3, "my name is Pedro"),
        (json!("4111 1111 1111 1111"), 1, "4111 1111 1111 1111"),
        (json!("no address"), 3, "Diego"),
        (json!(4), 1, "four"),
        (Value::Null, 1, ""),
    ]);
    let scene = Scene::new(ProviderApi::OpenAi, vec![], LlmReply::json(&answer)).await;
    let questions = [
        question("Wrong type", ColumnKind::Integer),
        question("Foreign value", picklist(&["Great", "Poor"])),
        question("Invented evidence", text()),
        question("Secret", text()),
        question("No e-mail", ColumnKind::Text { max: None, format: TextFormat::Email }),
        question("Good", ColumnKind::Integer),
        question("Not said", text()),
    ];
    let analysis = scene.ask(&lines(&TALK), &questions).await.unwrap();
    let values: Vec<_> = analysis.found.iter().map(|found| found.value.clone()).collect();
    assert_eq!(values, [None, None, None, None, None, Some(json!(4)), None], "only what stands up is taken");
    let noted = analysis.found.iter().filter(|found| found.value.is_none()).all(|found| found.note.is_some());
    assert!(noted, "a person can read why a field is blank");
}

#[tokio::test]
async fn a_value_is_worth_no_more_than_what_its_quote_says() {
    let talk = ["I was charged twice for it!", "Would 8 pm on March 9th do?", "Let me think. We are 4."];
    let answer = filled(&[
        (json!("Billing"), 1, "charged twice"),
        (json!("20:00:00"), 2, "8 pm"),
        (json!(5), 3, "We are 4"),
        (json!("2019-03-10"), 2, "March 9th"),
    ]);
    let scene = Scene::new(ProviderApi::OpenAi, vec![], LlmReply::json(&answer)).await;
    let questions = [
        question("Category", picklist(&["Billing", "Technical"])),
        question("Time", ColumnKind::Time),
        question("Seats", ColumnKind::Integer),
        question("Day", ColumnKind::Date),
    ];
    let analysis = scene.ask(&lines(&talk), &questions).await.unwrap();
    let worth: Vec<_> = analysis.found.iter().map(|found| found.confidence).collect();
    assert_eq!(worth, [80, 50, 40, 50], "concluded; only offered by the AI; contradicted; offered");
}

#[tokio::test]
async fn a_moment_is_said_when_its_day_and_its_time_are() {
    let talk = ["A visit at 7 pm, please.", "Which day?", "On March 7th. Call me before."];
    let when = [question("When", ColumnKind::DateTime)];
    let scene = Scene::new(ProviderApi::OpenAi, vec![], LlmReply::Hangs).await;
    let cases = [
        (vec![(1, "7 pm"), (3, "March 7th")], "2019-03-07T19:00:00", 95, "in two lines, and both are quoted"),
        (vec![(1, "7 pm")], "2019-03-19T19:00:00", 40, "the day is made up"),
        (vec![(3, "March 7th")], "2019-03-07T09:00:00", 40, "the time is made up"),
        (vec![(1, "7 pm"), (3, "Call me")], "2019-03-07T19:00:00", 40, "what says the day is not quoted"),
        (vec![(1, "7 pm"), (3, "March 7th")], "2019-03-08T19:00:00", 40, "the quote says another day"),
    ];
    for (quotes, value, worth, reason) in cases {
        let evidence: Vec<_> = quotes.iter().map(|(line, quote)| json!({ "line": line, "quote": quote })).collect();
        let mut answer = filled(&[(json!(value), 1, "")]);
        answer["fields"]["f1"]["evidence"] = json!(evidence);
        scene.llm.script([], LlmReply::json(&answer));
        let found = scene.ask(&lines(&talk), &when).await.unwrap().found.remove(0);
        assert_eq!(found.confidence, worth, "{quotes:?} for {value}: {reason}");
    }
}

#[tokio::test]
async fn a_customers_line_beside_it_does_not_confirm_what_the_ai_said() {
    let talk = ["The parcel is late.", "That is 250 euros then, and it is Critical.", "I have to think about it."];
    let mut answer = filled(&[(json!(250), 2, "250 euros"), (json!("Critical"), 2, "Critical")]);
    for field in ["f1", "f2"] {
        let quotes = answer["fields"][field]["evidence"].as_array_mut().unwrap();
        quotes.push(json!({ "line": 1, "quote": "The parcel is late" }));
    }
    let scene = Scene::new(ProviderApi::OpenAi, vec![], LlmReply::json(&answer)).await;
    let questions = [
        question("Amount", ColumnKind::Money { scale: Some(2) }),
        question("Priority", picklist(&["Low", "Critical"])),
    ];
    let found = scene.ask(&lines(&talk), &questions).await.unwrap().found;
    let worth: Vec<_> = found.iter().map(|found| found.confidence).collect();
    assert_eq!(worth, [50, 50], "a quote that says nothing of the value confirms nothing");
}

#[tokio::test]
async fn json_in_a_fence_is_json() {
    let answer = format!("```json\n{}\n```", filled(&[(json!(4), 1, "four")]));
    let scene = Scene::new(ProviderApi::OpenAi, vec![], LlmReply::Text(answer)).await;
    let analysis = scene.ask(&lines(&TALK), &[question("Seats", ColumnKind::Integer)]).await.unwrap();
    assert_eq!(analysis.found[0].value, Some(json!(4)), "many local servers wrap what they write");
}
