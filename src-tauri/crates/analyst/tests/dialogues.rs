//! The built-in analyst reads short conversations: what it takes, and what it rather leaves blank.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests stop at the first thing that is not as expected")]

use std::time::Duration;

use casebridge_analyst::{Analyst, Ask, BuiltIn};
use casebridge_domain::Speaker;
use casebridge_domain::analysis::{Analysis, Found, Question, TranscriptLine};
use casebridge_domain::mapping::{Allowed, ColumnKind, TextFormat};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use serde_json::{Value, json};
use uuid::Uuid;

/// `C: …` is the customer, `A: …` the AI, `P: …` a person. Saturday, 21 November 2026, a quarter past midnight in Berlin: in
/// UTC it is still Friday.
fn lines(talk: &[&str]) -> Vec<TranscriptLine> {
    let began: Timestamp = "2026-11-20T23:15:00Z".parse().unwrap();
    let line = |(seq, said): (i64, &&str)| TranscriptLine {
        seq,
        from: match &said[..2] {
            "C:" => Speaker::Customer,
            "P:" => Speaker::Agent,
            _ => Speaker::Ai,
        },
        at: began + (seq * 10).seconds(),
        text: said[2..].trim().to_owned(),
    };
    (1..).zip(talk).map(line).collect()
}

fn field(title: &str, instruction: &str, kind: ColumnKind) -> Question {
    let id = Uuid::new_v5(&Uuid::NAMESPACE_OID, title.as_bytes());
    Question { id, title: title.into(), instruction: instruction.into(), kind, synonyms: [].into() }
}

async fn analysis(talk: &[&str], questions: &[Question]) -> Analysis {
    let lines = lines(talk);
    let zone = TimeZone::get("Europe/Berlin").unwrap();
    let now = lines.last().map_or(Timestamp::UNIX_EPOCH, |line| line.at);
    let ask = Ask { lines: &lines, questions, time_zone: &zone, now, deadline: Duration::from_secs(6) };
    BuiltIn.analyse(&ask).await.unwrap()
}

async fn found(talk: &[&str], question: Question) -> Found {
    analysis(talk, &[question]).await.found.remove(0)
}

async fn value(talk: &[&str], question: Question) -> Value {
    found(talk, question).await.value.unwrap_or(Value::Null)
}

fn text() -> ColumnKind {
    ColumnKind::Text { max: None, format: TextFormat::Plain }
}

fn allowed(labels: &[&str]) -> Vec<Allowed> {
    labels.iter().map(|label| Allowed { value: format!("id of {label}"), label: (*label).into() }).collect()
}

fn picklist(labels: &[&str]) -> ColumnKind {
    ColumnKind::Picklist { values: allowed(labels), restricted: true }
}

fn departure() -> Question {
    field(
        "Departure date",
        "The day on which the customer leaves: leaving, depart. Not the return, coming back.",
        ColumnKind::Date,
    )
}

fn seats() -> Question {
    field("Number of seats", "People at the table: people, persons, guests, table for, party of.", ColumnKind::Integer)
}

#[tokio::test]
async fn days_are_reckoned_from_the_line_and_where_the_company_is() {
    let cases = [
        ("C: I am leaving tomorrow.", json!("2026-11-22")),
        ("C: We depart on December 3rd.", json!("2026-12-03")),
        ("C: We depart on the 3rd of December, 2027.", json!("2027-12-03")),
        ("C: I will be leaving on 2027-01-15.", json!("2027-01-15")),
        ("C: I leave next Thursday.", json!("2026-11-26")),
        ("C: I leave on Tuesday next week.", json!("2026-11-24")),
        ("C: We leave on January 5th.", json!("2027-01-05")),
        ("C: We leave in 3 days.", json!("2026-11-24")),
        ("C: I leave on 4/25/2027.", json!("2027-04-25")),
        ("C: I leave on 4/5/2027.", Value::Null),
        ("C: I leave next Sunday.", Value::Null),
    ];
    for (said, day) in cases {
        assert_eq!(value(&[said], departure()).await, day, "{said}: two readings are no answer, one is");
    }
}

#[tokio::test]
async fn of_two_days_the_one_beside_the_fields_own_words_is_taken() {
    let talk = ["C: We depart on March 3rd and the return is March 8th."];
    assert_eq!(value(&talk, departure()).await, json!("2027-03-03"), "the other one belongs to the return");
    let back = field("Return date", "The day of coming back: return.", ColumnKind::Date);
    let both = analysis(&talk, &[departure(), back]).await.found;
    assert_eq!(both[1].value, Some(json!("2027-03-08")), "and that is what the other field gets");
}

#[tokio::test]
async fn an_answer_belongs_to_the_question_before_it() {
    let talk = ["A: When are you leaving?", "C: March 3rd.", "A: And when is the return?", "C: March 8th."];
    assert_eq!(value(&talk, departure()).await, json!("2027-03-03"), "the answer to the other question is another day");
}

#[tokio::test]
async fn the_last_word_counts_and_confirmations_do() {
    let corrected =
        ["C: A table for four people.", "A: Please confirm: a table for 4 people.", "C: Make it for 6 people."];
    assert_eq!(value(&corrected, seats()).await, json!(6), "a correction replaces what was said");
    let confirmed = ["C: We want dinner.", "A: Just to confirm, a table for 2 people?", "C: Yes, please."];
    assert_eq!(value(&confirmed, seats()).await, json!(2), "what the customer agrees to is said");
    let refused = ["C: We want dinner.", "A: Just to confirm, a table for 2 people?", "C: No, we have to ask first."];
    assert_eq!(value(&refused, seats()).await, Value::Null, "what the customer does not agree to is not");
    let offered = ["C: We want dinner.", "A: There is a table for 2 people by the window."];
    assert_eq!(value(&offered, seats()).await, Value::Null, "an offer is nobody's wish");
}

#[tokio::test]
async fn what_is_not_sure_is_blank_and_says_why() {
    let either = found(&["C: A table for 4 or a table for 5, please."], seats()).await;
    assert_eq!(either.value, None, "two numbers are none");
    assert!(either.note.unwrap().contains("4 or 5"), "a person reads both");
    assert_eq!(value(&["C: Not for 4 people!"], seats()).await, Value::Null, "ruled out");
    assert_eq!(value(&["C: Is it for 4 people?"], seats()).await, Value::Null, "a question says nothing");
    assert_eq!(value(&["C: We stay 3 nights in 2 rooms."], seats()).await, Value::Null, "other things are counted");
    let nothing = found(&["C: Hello there."], seats()).await;
    assert_eq!((nothing.value, nothing.confidence), (None, 0), "nothing was said");
    assert!(nothing.note.is_some(), "and that is noted");
}

#[tokio::test]
async fn evidence_is_told_in_characters_of_the_line() {
    let found = found(&["C: Schöne Grüße! A table for zwölf – no: a table for 12 people."], seats()).await;
    let place = &found.evidence[0];
    let line = "Schöne Grüße! A table for zwölf – no: a table for 12 people.";
    let quote: String = line.chars().skip(place.start).take(place.end - place.start).collect();
    assert_eq!(
        (found.value, quote.as_str(), place.quote.as_str()),
        (Some(json!(12)), "12", "12"),
        "letters of two bytes are one"
    );
}

#[tokio::test]
async fn times_without_morning_or_evening_wait_for_a_confirmation() {
    let pickup = || field("Pickup time", "When the car is picked up: pick up.", ColumnKind::Time);
    assert_eq!(value(&["C: Pick up at half past 3 in the afternoon."], pickup()).await, json!("15:30:00"), "told");
    assert_eq!(value(&["C: Pick up at 18:45."], pickup()).await, json!("18:45:00"), "only one reading");
    assert_eq!(value(&["C: Pick up at 7:30."], pickup()).await, Value::Null, "two readings");
    let settled = ["C: Pick up at 7:30.", "A: Please confirm: pick up at 7:30 pm.", "C: Yes."];
    assert_eq!(value(&settled, pickup()).await, json!("19:30:00"), "settled by the confirmation");
}

#[tokio::test]
async fn a_moment_needs_a_day_and_a_time_and_is_told_by_the_companys_clock() {
    let visit = || field("Appointment", "The visit: appointment, visit.", ColumnKind::DateTime);
    let talk = ["C: I want an appointment on December 1st at 4 pm."];
    assert_eq!(value(&talk, visit()).await, json!("2026-12-01T15:00:00Z"), "four in Berlin");
    let half = found(&["C: I want an appointment on December 1st."], visit()).await;
    assert_eq!(half.value, None, "a day is no moment");
    assert!(half.note.unwrap().contains("time of day"), "the note says what is missing");
}

#[tokio::test]
async fn money_mail_phone_and_web_addresses_are_read_as_written() {
    let amount = field("Refund amount", "Money back: refund.", ColumnKind::Money { scale: Some(2) });
    assert_eq!(value(&["C: I want a refund of $1,210.50."], amount).await, json!(1210.5), "thousands and cents");
    let mail = field("E-mail", "", ColumnKind::Text { max: None, format: TextFormat::Email });
    assert_eq!(
        value(&["C: Write to o'neil+x@mail.example.com."], mail).await,
        json!("o'neil+x@mail.example.com"),
        "no full stop"
    );
    let phone = field("Phone", "", ColumnKind::Text { max: None, format: TextFormat::Phone });
    assert_eq!(
        value(&["C: Call +49 170 1234567, order 4711."], phone).await,
        json!("+49 170 1234567"),
        "the order is no phone"
    );
    let page = field("Page", "", ColumnKind::Text { max: None, format: TextFormat::Url });
    assert_eq!(
        value(&["C: See https://example.com/a?b=1."], page).await,
        json!("https://example.com/a?b=1"),
        "without the stop"
    );
}

#[tokio::test]
async fn free_text_is_taken_where_something_says_what_it_is() {
    let order = || field("Order number", r"Looks like /ORD-\d{6}/.", text());
    assert_eq!(
        value(&["C: It is about ORD-123456, not ORD-12."], order()).await,
        json!("ORD-123456"),
        "by its pattern"
    );
    let recipient = || field("Recipient", "Who gets it: \"send to …\".", text());
    assert_eq!(
        value(&["C: Send $50 to Diego Ruiz."], recipient()).await,
        json!("Diego Ruiz"),
        "by the phrase around it"
    );
    assert_eq!(
        value(&["A: Who is the recipient?", "C: To Diego."], recipient()).await,
        json!("Diego"),
        "by the question"
    );
    let product = || field("Product", "", text());
    assert_eq!(value(&["C: The product is Lumen X2."], product()).await, json!("Lumen X2"), "by the title");
    assert_eq!(value(&["C: Your product does not work."], product()).await, Value::Null, "nothing is named");
    assert_eq!(value(&["A: Which product is it?", "C: I do not know."], product()).await, Value::Null, "no answer");
}

#[tokio::test]
async fn a_pattern_that_cannot_be_read_finds_nothing_and_is_named() {
    let talk = ["A: What is your order number?", "C: Monday. The order number is Blue."];
    let loose = field("Order number", "", text());
    assert_ne!(value(&talk, loose).await, Value::Null, "without a pattern a name is taken");
    let broken = found(&talk, field("Order number", r"Looks like /ORD-(\d{6}/.", text())).await;
    assert_eq!(broken.value, None, "what an order number looks like was said, and this is none");
    assert!(broken.note.is_some_and(|note| note.contains("unclosed group")), "an admin sees why it stays blank");
    let two = || field("Order number", r"Looks like /ORD-(\d{6}/ or /R-\d{4}/.", text());
    assert_eq!(value(&["C: It is R-1234."], two()).await, json!("R-1234"), "the other pattern is still of use");
    let side_by_side = || field("Order number", r"/ORD-\d{6}/ /R-\d{4}/", text());
    assert_eq!(value(&["C: It is R-1234."], side_by_side()).await, json!("R-1234"), "so is a second one beside it");
}

#[tokio::test]
async fn allowed_values_are_found_by_label_and_by_the_words_of_customers() {
    let mut kind = field("Area", "", picklist(&["Billing", "Delivery"]));
    kind.synonyms = [("id of Delivery".to_owned(), vec!["parcel".to_owned(), "shipping".to_owned()])].into();
    assert_eq!(
        value(&["C: It is about two parcels."], kind.clone()).await,
        json!("id of Delivery"),
        "the value, not the word"
    );
    let talk = ["A: Which area is it?", "C: The area is billing, or the area is delivery."];
    let either = found(&talk, kind.clone()).await;
    assert_eq!(
        either.note.as_deref(),
        Some("Billing or Delivery may be meant"),
        "two are none, and people read labels"
    );
    let several = ColumnKind::MultiPicklist { values: allowed(&["Billing", "Delivery"]), restricted: false };
    let several = Question { kind: several, ..kind.clone() };
    let both = value(&["C: It is about billing and shipping."], several).await;
    assert_eq!(both, json!(["id of Billing", "id of Delivery"]), "a field for several takes both");
    let city = ColumnKind::Lookup { object: "City".into(), values: allowed(&["New York", "New York City", "LA"]) };
    let city = || field("City", "", city.clone());
    assert_eq!(
        value(&["C: I live in New York City."], city()).await,
        json!("id of New York City"),
        "the longest label"
    );
    assert_eq!(value(&["C: la la la"], city()).await, Value::Null, "a short form in small letters is a word");
}

#[tokio::test]
async fn yes_and_no_answer_the_question_that_has_the_fields_words() {
    let pets = || field("Pets", "Whether pets come along: pets, dog, cat.", ColumnKind::Boolean);
    assert_eq!(value(&["A: Do you bring pets?", "C: Yes, we do."], pets()).await, json!(true), "yes");
    assert_eq!(value(&["A: Do you bring pets?", "C: No."], pets()).await, json!(false), "no");
    assert_eq!(value(&["A: Do you smoke?", "C: Yes."], pets()).await, Value::Null, "another question");
}

#[tokio::test]
async fn only_says_what_the_conversation_must_be_about() {
    let table = || field("Guests", "People: people, tickets. Only restaurant, table.", ColumnKind::Integer);
    assert_eq!(value(&["C: The bus is for 3 people."], table()).await, Value::Null, "a bus is no table");
    assert_eq!(
        value(&["C: I want a table.", "A: Sure, how many people?", "C: 3."], table()).await,
        json!(3),
        "a table is"
    );
}

#[tokio::test]
async fn what_a_person_of_the_company_says_counts_as_said() {
    assert_eq!(value(&["P: I booked a table for 5 people."], seats()).await, json!(5), "a colleague knows");
}

#[tokio::test]
async fn language_mood_summary_and_topic_are_told_when_they_are_known() {
    let angry =
        ["C: I am very angry. The parcel is broken, this is a terrible service and I hate it.", "A: I am sorry."];
    let told = analysis(&angry, &[]).await;
    assert_eq!((told.language.as_deref(), told.sentiment.as_deref()), (Some("en"), Some("negative")), "plain enough");
    assert!(told.summary.unwrap().contains("The parcel is broken"), "in the customer's own words");
    assert!(told.topic.is_some(), "the first thing that was asked");
    let german =
        analysis(&["C: Guten Tag, ich habe leider noch immer keine Antwort auf meine letzte Nachricht erhalten."], &[])
            .await;
    assert_eq!(
        (german.language.as_deref(), german.sentiment),
        (Some("de"), None),
        "the lexicon is English, so no mood"
    );
    assert_eq!(analysis(&["C: Ok"], &[]).await.language, None, "two letters are no language");
}

#[tokio::test]
async fn answers_come_in_the_order_of_the_questions() {
    let asked = [departure(), seats(), field("Product", "", text())];
    let answers: Vec<Uuid> = analysis(&[], &asked).await.found.iter().map(|found| found.id).collect();
    assert_eq!(answers, asked.each_ref().map(|question| question.id), "one for each, blanks included");
}
