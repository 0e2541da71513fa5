//! People who act from another process or on the pages.

use casebridge_sandbox::creatio::{CreatioConfig, ids};
use reqwest::Method;
use serde_json::{Value as Json, json};
use uuid::Uuid;

use crate::hook::Hook;
use crate::support::Crm;

async fn controlled() -> (Crm, Uuid) {
    let crm = Crm::start(CreatioConfig { control_token: Some("t0k".into()), ..CreatioConfig::default() }).await;
    let id = Uuid::new_v4();
    crm.post("Case", json!({ "Id": id, "Subject": "Lens", "ContactId": ids::CUSTOMER_ANNA })).await;
    (crm, id)
}

async fn control(crm: &Crm, method: Method, path: &str, body: Json) -> (u16, String) {
    let request = crm.http.request(method, format!("{}/sandbox/{path}", crm.running.instance_url));
    let answer = request.header("x-sandbox-token", "t0k").json(&body).send().await.unwrap();
    (answer.status().as_u16(), answer.text().await.unwrap())
}

async fn act(crm: &Crm, body: Json) -> Uuid {
    let (status, text) = control(crm, Method::POST, "act", body.clone()).await;
    assert_eq!(status, 200, "{body}: {text}");
    serde_json::from_str::<Json>(&text).unwrap()["Id"].as_str().unwrap().parse().unwrap()
}

#[tokio::test]
async fn every_act_can_be_asked_for_from_another_process() {
    let (crm, case) = controlled().await;
    let id =
        act(&crm, json!({ "act": "email_reply", "case": case, "html": "<p>x</p>", "by": ids::AGENT_CONTACT })).await;
    assert_eq!(crm.field("Activity", id, "CreatedById"), json!(ids::AGENT_CONTACT));
    let draft = act(&crm, json!({ "act": "email_draft", "case": case, "html": "<p>y</p>" })).await;
    act(&crm, json!({ "act": "send_draft", "activity": draft })).await;
    assert_eq!(crm.field("Activity", draft, "EmailSendStatusId"), json!(ids::SEND_SENT));
    for body in [
        json!({ "act": "portal_message", "case": case, "html": "p", "hidden": true }),
        json!({ "act": "feed_post", "case": case, "html": "f" }),
        json!({ "act": "task", "case": case, "title": "t", "type": ids::TYPE_CALL, "category": ids::CATEGORY_CALL }),
        json!({ "act": "assign", "case": case, "owner": ids::SECOND_AGENT_CONTACT }),
        json!({ "act": "set_priority", "case": case, "priority": ids::PRIORITY_LOW }),
        json!({ "act": "set_status", "case": case, "status": ids::STATUS_IN_PROGRESS }),
        json!({ "act": "resolve", "case": case }),
        json!({ "act": "incoming_email", "case": case, "html": "again", "from": ids::CUSTOMER_OMAR }),
        json!({ "act": "close", "case": case }),
        json!({ "act": "reopen", "case": case }),
    ] {
        act(&crm, body).await;
    }
    let other = crm.case("survivor").await;
    act(&crm, json!({ "act": "merge_cases", "survivor": other, "loser": case, "shape": "loser_canceled" })).await;
    assert_eq!(crm.field("Case", case, "ParentCaseId"), json!(other));
    act(&crm, json!({ "act": "delete_case", "case": case })).await;
    assert_eq!(crm.sandbox().count("Case"), 1);
}

#[tokio::test]
async fn a_misspelt_act_is_refused_and_does_nothing() {
    let (crm, case) = controlled().await;
    for body in [
        json!({ "act": "email", "case": case, "html": "x" }),
        json!({ "act": "close", "case": case, "why": "typo" }),
        json!({ "act": "close" }),
        json!({ "act": "close", "case": case, "by": "nobody" }),
    ] {
        assert_eq!(control(&crm, Method::POST, "act", body.clone()).await.0, 422, "{body}");
    }
    let gone = json!({ "act": "close", "case": Uuid::new_v4() });
    let status = control(&crm, Method::POST, "act", gone).await.0;
    assert!(status >= 400 && status != 422, "the CRM itself says that there is no such case: {status}");
    assert_eq!(crm.field("Case", case, "StatusId"), json!(ids::STATUS_NEW));
}

#[tokio::test]
async fn a_recipe_is_set_from_another_process_and_a_page_waits_for_its_calls() {
    let (crm, case) = controlled().await;
    let hook = Hook::start().await;
    let recipe = json!({ "kind": "plain", "url": hook.url, "duplication": 3 });
    assert_eq!(control(&crm, Method::PUT, "recipe", recipe).await.0, 200);
    act(&crm, json!({ "act": "email_reply", "case": case, "html": "x" })).await;
    assert_eq!(hook.heard(), vec![json!({ "event_type": "new_activity", "caseId": case }); 3]);
    let typo = json!({ "kind": "plain", "url": hook.url, "lost": 1 });
    assert_eq!(control(&crm, Method::PUT, "recipe", typo).await.0, 422);
    let stamp = json!({ "entity": "Case", "ids": [case], "at": "2026-01-01T00:00:00Z" });
    assert_eq!(control(&crm, Method::POST, "stamp", stamp).await.0, 204);
    assert_eq!(crm.field("Case", case, "ModifiedOn"), json!("2026-01-01T00:00:00Z"));
}

async fn page(crm: &Crm, path: &str) -> String {
    let url = format!("{}{path}", crm.running.instance_url);
    crm.http.get(url).send().await.unwrap().text().await.unwrap()
}

/// Posts a form of a case; the status and where it leads.
async fn submit(crm: &Crm, case: Uuid, fields: &[(&str, &str)]) -> (u16, String) {
    let by = ids::AGENT_CONTACT;
    let url = format!("{}/sandbox/cases/{case}/act?token=t0k&by={by}", crm.running.instance_url);
    let answer = crm.http.post(url).form(fields).send().await.unwrap();
    let status = answer.status().as_u16();
    let to = answer.headers().get("location").map(|to| to.to_str().unwrap().to_owned());
    (status, to.unwrap_or(answer.text().await.unwrap()))
}

#[tokio::test]
async fn a_person_works_on_a_case_page() {
    let (crm, case) = controlled().await;
    let back = format!("/sandbox/cases/{case}?token=t0k&by={}", ids::AGENT_CONTACT);
    for fields in [
        vec![("act", "email_reply"), ("html", "<p>Answer &amp; more</p>")],
        vec![("act", "email_draft"), ("html", "<p>Draft</p>")],
        vec![("act", "portal_message"), ("html", "<p>Portal</p>"), ("hidden", "on")],
        vec![("act", "feed_post"), ("html", "<p>Feed</p>")],
        vec![("act", "task"), ("title", "Call back"), ("category", &ids::CATEGORY_CALL.to_string()), ("result", "")],
        vec![("act", "assign"), ("owner", &ids::SECOND_AGENT_CONTACT.to_string())],
        vec![("act", "resolve")],
        vec![("act", "incoming_email"), ("html", "<p>Thanks</p>")],
    ] {
        assert_eq!(submit(&crm, case, &fields).await, (303, back.clone()), "{fields:?}");
    }
    let html = page(&crm, &back).await;
    for shown in
        ["<p>Answer &amp; more</p>", "Email, Sended", "Email, NotSend", "Portal, hidden", "Email, incoming", "Reopened"]
    {
        assert!(html.contains(shown), "{shown} is missing");
    }
    assert!(html.contains("Send this draft"), "a draft has its button");
    let mails = crm.sandbox().records("Activity");
    assert_eq!(mails[0]["AuthorId"], json!(ids::AGENT_CONTACT), "done as who one chose to be");
    assert_eq!(mails[2]["TypeId"], json!(ids::TYPE_CALL), "a category decides the type");
    let draft = mails[1]["Id"].as_str().unwrap();
    assert_eq!(submit(&crm, case, &[("act", "send_draft"), ("activity", draft)]).await.0, 303);
    assert!(!page(&crm, &back).await.contains("Send this draft"));
}

#[tokio::test]
async fn what_the_crm_does_not_take_is_said_on_the_page() {
    let (crm, case) = controlled().await;
    for (fields, reason) in [
        (vec![("act", "email_reply"), ("html", " ")], "The message is empty."),
        (vec![("act", "merge"), ("into", "SR<9>")], "There is no case SR&lt;9&gt;."),
        (vec![("act", "merge"), ("into", "SR00000001")], "cannot be merged into itself"),
        (vec![("act", "delete")], "Tick the box"),
        (vec![("act", "nonsense")], "There is no act"),
    ] {
        let (status, html) = submit(&crm, case, &fields).await;
        assert_eq!(status, 422);
        assert!(html.contains(reason), "{fields:?}: {reason} is not on the page");
    }
    let url = format!("{}/sandbox/cases/{case}/act", crm.running.instance_url);
    let answer = crm.http.post(url).form(&[("act", "close")]).send().await.unwrap();
    assert_eq!(answer.status(), 401, "nothing is done without the token");
}

#[tokio::test]
async fn merging_and_deleting_lead_back_to_the_list() {
    let (crm, case) = controlled().await;
    let other = crm.case("the survivor").await;
    let list = format!("/sandbox/?token=t0k&by={}", ids::AGENT_CONTACT);
    assert_eq!(submit(&crm, case, &[("act", "merge"), ("into", "sr00000002")]).await, (303, list.clone()));
    assert_eq!(submit(&crm, other, &[("act", "delete"), ("sure", "on")]).await, (303, list));
    assert_eq!(crm.sandbox().count("Case"), 0);
}

#[tokio::test]
async fn the_list_is_narrowed_by_number_subject_or_session() {
    let (crm, _) = controlled().await;
    crm.post("Case", json!({ "Subject": "Broken frame", "UsrSessionId": "web-77" })).await;
    for (wanted, number) in [("lens", "SR00000001"), ("BROKEN+frame", "SR00000002"), ("web-77", "SR00000002")] {
        let html = page(&crm, &format!("/sandbox/?token=t0k&q={wanted}")).await;
        let shown: Vec<&str> = ["SR00000001", "SR00000002"].into_iter().filter(|one| html.contains(one)).collect();
        assert_eq!(shown, [number], "{wanted}");
    }
    let html = page(&crm, "/sandbox/?token=t0k&q=%22%3E%3Cscript%3E").await;
    assert!(html.contains("No case has this") && !html.contains("<script>"), "what was looked for is text");
}

/// What `for` names must be there, and what takes input must be named by a `for`.
#[tokio::test]
async fn every_input_has_its_label() {
    let (crm, case) = controlled().await;
    crm.sandbox().supervisor().email_draft(case, "d").unwrap();
    for path in ["/sandbox/?token=t0k".to_owned(), format!("/sandbox/cases/{case}?token=t0k")] {
        let html = page(&crm, &path).await;
        let value = |tag: &str, name: &str| {
            let rest = tag.split_once(&format!(" {name}=\""))?.1;
            Some(rest.split('"').next().unwrap_or_default().to_owned())
        };
        let labels: Vec<String> = html.split("<label").skip(1).filter_map(|tag| value(tag, "for")).collect();
        let inputs = ["<input", "<select", "<textarea"].into_iter().flat_map(|tag| html.split(tag).skip(1));
        for tag in inputs.map(|rest| rest.split('>').next().unwrap()).filter(|tag| !tag.contains("type=\"hidden\"")) {
            let id = value(tag, "id").unwrap_or_else(|| panic!("{path}: an input without an id: {tag}"));
            assert!(labels.contains(&id), "{path}: {id} has no label");
        }
    }
}
