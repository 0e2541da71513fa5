//! What people do on the pages of the real product.

use casebridge_sandbox::salesforce::{Act, MergeShape, seed};
use serde_json::json;

use crate::support::Org;

async fn case(org: &Org) -> String {
    org.case(json!({ "Subject": "s", "ContactId": seed::contact_id(0) })).await
}

#[tokio::test]
async fn replies_drafts_and_incoming_mail_are_told_apart_by_two_fields() {
    let org = Org::stock().await;
    let case = case(&org).await;
    let act = |act: &Act| org.sandbox().act(None, act).unwrap();
    let sent = act(&Act::EmailReply { case: case.clone(), html: "<p>Hi <b>you</b></p>".to_owned() });
    let draft = act(&Act::EmailDraft { case: case.clone(), html: "soon".to_owned() });
    let incoming = act(&Act::IncomingEmail { case: case.clone(), from: None, html: "thanks".to_owned() });
    let found = org.found("SELECT Id FROM EmailMessage WHERE Incoming = false AND Status = '3'").await;
    assert_eq!(found.iter().map(|row| row["Id"].clone()).collect::<Vec<_>>(), [json!(sent)], "§3: a reply by e-mail");
    let get = |id: &str, field: &str| org.value("EmailMessage", id, field);
    assert_eq!((get(&sent, "TextBody"), get(&sent, "ToAddress")), (json!("Hi you"), json!("alice@example.com")));
    assert_eq!(
        (get(&draft, "Status"), get(&draft, "IsPrivateDraft")),
        (json!("5"), json!(true)),
        "§3: a draft is ignored"
    );
    assert_eq!(
        (get(&incoming, "Incoming"), get(&incoming, "FromAddress")),
        (json!(true), json!("alice@example.com")),
        "R9"
    );
    act(&Act::SendDraft { email: draft.clone() });
    assert_eq!(
        (get(&draft, "Status"), get(&draft, "IsPrivateDraft")),
        (json!("3"), json!(false)),
        "the row stays the same one"
    );
}

#[tokio::test]
async fn a_rep_comments_closes_reopens_assigns_and_deletes() {
    let org = Org::stock().await;
    let case = case(&org).await;
    let rep = org.sandbox().config().users[2].id.clone();
    let comment = |published| Act::Comment { case: case.clone(), body: "b".to_owned(), published };
    let inside = org.sandbox().act(Some(&rep), &comment(false)).unwrap();
    org.sandbox().act(Some(&rep[..15]), &comment(true)).unwrap();
    let rows = org.found("SELECT IsPublished, CreatedBy.Name FROM CaseComment ORDER BY Id").await;
    assert_eq!((rows[0]["IsPublished"].clone(), rows[1]["IsPublished"].clone()), (json!(false), json!(true)), "§3");
    assert_eq!(rows[1]["CreatedBy"]["Name"], json!("Rita Rep"));
    org.sandbox().act(None, &Act::Publish { comment: inside.clone() }).unwrap();
    assert_eq!(org.value("CaseComment", &inside, "IsPublished"), json!(true));
    org.sandbox().act(None, &Act::Close { case: case.clone() }).unwrap();
    assert_eq!(org.value("Case", &case, "IsClosed"), json!(true));
    org.sandbox().act(None, &Act::Reopen { case: case.clone() }).unwrap();
    org.sandbox().act(None, &Act::Assign { case: case.clone(), owner: seed::queue_id(1) }).unwrap();
    assert_eq!(
        (org.value("Case", &case, "Status"), org.value("Case", &case, "OwnerId")),
        (json!("New"), json!(seed::queue_id(1))),
        "§3"
    );
    org.sandbox().act(None, &Act::DeleteCase { case: case.clone() }).unwrap();
    assert_eq!(org.value("Case", &case, "IsDeleted"), json!(true));
    assert_eq!(org.sandbox().act(None, &Act::Close { case }).unwrap_err().code, "ENTITY_IS_DELETED");
}

#[tokio::test]
async fn a_merge_moves_what_was_said_and_names_the_survivor() {
    for (shape, deleted) in [(MergeShape::LoserDeleted, true), (MergeShape::LoserKept, false)] {
        let org = Org::stock().await;
        let (survivor, loser) = (case(&org).await, case(&org).await);
        let comment = Act::Comment { case: loser.clone(), body: "moved".to_owned(), published: true };
        let id = org.sandbox().act(None, &comment).unwrap();
        org.sandbox()
            .act(None, &Act::MergeCases { survivor: survivor.clone(), loser: loser.clone(), shape: Some(shape) })
            .unwrap();
        assert_eq!(org.value("CaseComment", &id, "ParentId"), json!(survivor));
        assert_eq!(
            org.value("CaseComment", &id, "IsDeleted"),
            json!(false),
            "what moved is not deleted with the loser"
        );
        assert_eq!(
            (org.value("Case", &loser, "MasterRecordId"), org.value("Case", &loser, "IsDeleted")),
            (json!(survivor), json!(deleted))
        );
        let all =
            org.query_at("queryAll", &format!("SELECT MasterRecordId FROM Case WHERE Id = '{loser}'")).await.json();
        assert_eq!(all["records"][0]["MasterRecordId"], json!(survivor), "who looks with queryAll finds the way");
    }
}
