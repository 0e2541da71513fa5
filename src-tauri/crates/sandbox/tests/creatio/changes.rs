//! Reading what changed: the CRM's clock, batches of lists, and pages of rows that share one time.

use casebridge_sandbox::creatio::{CreatioConfig, SandboxClock, VirtualClock, ids};
use jiff::{SignedDuration, Timestamp};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::json;
use uuid::Uuid;

use crate::support::Crm;

const START: &str = "2026-03-01T10:00:00.000000Z";

async fn at_a_fixed_time() -> (Crm, VirtualClock) {
    let clock = VirtualClock::starting_at(START.parse().unwrap());
    let config = CreatioConfig {
        clock: SandboxClock::Virtual(clock.clone()),
        token_lifetime: 1_000_000,
        ..CreatioConfig::default()
    };
    (Crm::start(config).await, clock)
}

fn encoded(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
}

#[tokio::test]
async fn every_answer_carries_the_crms_own_clock() {
    let (crm, clock) = at_a_fixed_time().await;
    let dates = |answer: &crate::support::Answer| {
        answer.headers.get_all("date").iter().map(|date| date.to_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let expected = ["Sun, 01 Mar 2026 10:00:00 GMT"];
    assert_eq!(dates(&crm.get("Case?$select=Id").await), expected);
    assert_eq!(dates(&crm.get("Case?$filter=Nonsense eq 1").await), expected, "refusals too");
    assert_eq!(dates(&crm.batch(json!([]), false).await), expected);
    let token = crm.http.post(crm.running.token_url()).send().await.unwrap();
    assert_eq!(token.headers()["date"], expected[0], "and the Identity Service");
    clock.advance(SignedDuration::from_mins(90));
    assert_eq!(dates(&crm.get("Case?$select=Id").await), ["Sun, 01 Mar 2026 11:30:00 GMT"]);
}

#[tokio::test]
async fn every_save_by_anybody_stamps_modified_on() {
    let (crm, clock) = at_a_fixed_time().await;
    let case = crm.case("stamped").await;
    let expect = |what: &str, hours: i64| {
        let shown = crm.field("Case", case, "ModifiedOn");
        assert_eq!(shown, json!(format!("2026-03-{:02}T10:00:00Z", 1 + hours / 24)), "{what}");
        clock.advance(SignedDuration::from_hours(24));
    };
    expect("made over OData", 0);
    crm.patch(&format!("Case({case})"), json!({ "Notes": "x" })).await;
    expect("changed over OData", 24);
    crm.sandbox().supervisor().resolve(case).unwrap();
    expect("by a person", 48);
    crm.sandbox().supervisor().incoming_email(case, None, "<p>again</p>").unwrap();
    expect("reopened by the server", 72);
    crm.sandbox().supervisor().resolve(case).unwrap();
    expect("by a person again", 96);
    clock.advance(SignedDuration::from_hours(24));
    assert_eq!(crm.sandbox().close_resolved_cases(), [case]);
    expect("closed by the job", 144);
}

#[tokio::test]
async fn a_batch_of_three_lists_is_one_call() {
    let (crm, clock) = at_a_fixed_time().await;
    let case = crm.case("early").await;
    clock.advance(SignedDuration::from_millis(1500));
    let late = crm.case("late, with a name").await;
    crm.patch(&format!("Case({late})"), json!({ "OwnerId": ids::AGENT_CONTACT })).await;
    let before = crm.sandbox().data_calls();
    let changed = format!(
        "Case?$select=Id,ModifiedOn&$expand={}&$filter={}&$orderby={}&$top=10&$skip=0",
        encoded("Status($select=Name),Owner($select=Name)"),
        encoded("ModifiedOn ge 2026-03-01T10:00:01.5000000Z"),
        encoded("ModifiedOn asc,Id asc"),
    );
    let parts = json!([
        { "id": "a", "method": "GET", "url": changed },
        { "id": "b", "method": "GET", "url": "Case?$select=Id&$filter=ModifiedOn ge 2026-03-01T10:00:00.0000000Z&$orderby=ModifiedOn asc,Id asc&$skip=1&$top=1" },
        { "id": "c", "method": "GET", "url": format!("Activity?%24select=Id&%24filter={}", encoded(&format!("Case/Id eq {case}"))) },
    ]);
    let answer = crm.batch(parts, false).await.json();
    assert_eq!(crm.sandbox().data_calls(), before + 1, "a batch counts once");
    let responses = answer["responses"].as_array().unwrap();
    assert_eq!(responses.len(), 3);
    for response in responses {
        assert_eq!(response["status"], 200, "{response}");
        assert!(response["body"]["@odata.context"].as_str().unwrap().contains("$metadata#"));
    }
    let rows = responses[0]["body"]["value"].as_array().unwrap();
    assert_eq!(rows.len(), 1, "the later one only");
    assert_eq!(rows[0]["Id"], json!(late));
    assert_eq!((&rows[0]["Status"]["Name"], &rows[0]["Owner"]["Name"]), (&json!("New"), &json!("Mary King")));
    assert_eq!(responses[1]["body"]["value"], json!([{ "Id": late }]), "skipped one, took one");
    assert_eq!(responses[2]["body"]["value"], json!([]));
    let list = crm
        .list(
            "Case",
            &[
                ("$select", "Id"),
                ("$expand", "Status($select=Name),Owner($select=Name)"),
                ("$filter", "ModifiedOn ge 2026-03-01T10:00:01.5000000Z"),
                ("$orderby", "ModifiedOn asc,Id asc"),
            ],
        )
        .await;
    assert_eq!(list.rows()[0]["Owner"]["Name"], json!("Mary King"), "the same outside a batch");
}

fn many(crm: &Crm, count: usize) -> Vec<Uuid> {
    (0..count).map(|n| crm.sandbox().insert("Case", &json!({ "Subject": format!("c{n}") })).unwrap()).collect()
}

fn page(since: &str, skip: usize) -> Vec<(&'static str, String)> {
    vec![
        ("$select", "Id,ModifiedOn".to_owned()),
        ("$filter", format!("ModifiedOn ge {since}")),
        ("$orderby", "ModifiedOn asc,Id asc".to_owned()),
        ("$top", "500".to_owned()),
        ("$skip", skip.to_string()),
    ]
}

async fn read(crm: &Crm, since: &str, skip: usize) -> Vec<Uuid> {
    let options = page(since, skip);
    let options: Vec<(&str, &str)> = options.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let rows = crm.list("Case", &options).await.rows();
    rows.iter().map(|row| row["Id"].as_str().unwrap().parse().unwrap()).collect()
}

#[tokio::test]
async fn five_thousand_rows_of_one_time_are_paged_without_gaps() {
    let (crm, _) = at_a_fixed_time().await;
    let mut all = many(&crm, 5000);
    let at: Timestamp = "2026-03-01T09:00:00.123456Z".parse().unwrap();
    crm.sandbox().stamp_all("Case", &all, at).unwrap();
    let later = crm.case("after the import").await;
    let mut read_back = Vec::new();
    for skip in (0..5001).step_by(500) {
        read_back.extend(read(&crm, "2026-03-01T09:00:00.1234560Z", skip).await);
    }
    all.sort_unstable();
    all.push(later);
    assert_eq!(read_back, all, "each row once, by id within the one time, and then what came later");
    assert_eq!(read(&crm, "2026-03-01T09:00:00.1234570Z", 0).await, [later]);
}
