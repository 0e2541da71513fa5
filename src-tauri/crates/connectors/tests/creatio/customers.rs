//! Whom a case is for: R3 and R22 against real rows.

use casebridge_connectors::creatio::ContactPolicy;
use casebridge_domain::{FailureClass, FailureScope};
use casebridge_sandbox::creatio::{
    BatchPart, Chance, CreatioConfig, FaultPlan, ObjectRights, Rights, TextCompare, ids as stock,
};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::{Story, World, judged, unverified, verified};

async fn contact_of(world: &World, story: Story) -> Value {
    world.sandbox().reset();
    story.write(&world.client(), world).await;
    world.case(&story)["ContactId"].clone()
}

#[tokio::test]
async fn r22_a_contact_is_found_by_address_second_address_and_number() {
    for text_compare in [TextCompare::IgnoreCase, TextCompare::Exact] {
        let world = World::start(CreatioConfig { text_compare, ..CreatioConfig::default() }).await;
        for (email, contact) in [
            ("anna.oneil@northwind.example", stock::CUSTOMER_ANNA),
            ("Anna.ONeil@Northwind.example", stock::CUSTOMER_ANNA),
            ("anna.private@mail.example", stock::CUSTOMER_ANNA),
            ("omar+shop@haddad.example", stock::CUSTOMER_OMAR),
        ] {
            let story = Story::of(&world, 0).contact(|c| c.email = verified(email));
            assert_eq!(contact_of(&world, story).await, json!(contact), "{email} with {text_compare:?}");
        }
        let story = Story::of(&world, 0).contact(|c| c.phone = verified("+1 202 555 0199"));
        assert_eq!(contact_of(&world, story).await, json!(stock::CUSTOMER_NO_MAIL));
    }
}

#[tokio::test]
async fn r22_the_account_comes_along_with_its_contact() {
    let world = World::plain().await;
    let story = Story::of(&world, 0).contact(|c| c.email = verified("anna.oneil@northwind.example"));
    story.write(&world.client(), &world).await;
    assert_eq!(world.case(&story)["AccountId"], json!(stock::ACCOUNT_NORTHWIND));
}

#[tokio::test]
async fn r3_an_unverified_address_opens_nothing() {
    let world = World::plain().await;
    let story = Story::of(&world, 0).contact(|c| c.email = unverified("anna.oneil@northwind.example"));
    story.write(&world.client(), &world).await;
    assert_eq!(world.case(&story)["ContactId"], json!(Uuid::nil()), "whoever typed it is not thereby Anna");
    assert!(
        world.case(&story)["Symptoms"].as_str().unwrap().contains("(not verified)"),
        "the agent sees what it is worth"
    );
    let asked = world.sandbox().requests().into_iter().any(|request| request.query.contains("anna"));
    assert!(!asked, "it is not even looked up");
}

#[tokio::test]
async fn r25_literals_select_nobody_else() {
    let world = World::plain().await;
    world.sandbox().insert("Contact", &json!({ "Name": "Sean", "Email": "o'neil@x.com" })).unwrap();
    let story = Story::of(&world, 0).contact(|c| c.email = verified("o'neil@x.com"));
    story.write(&world.client(), &world).await;
    assert_ne!(world.case(&story)["ContactId"], json!(Uuid::nil()), "a quote in an address is part of it");
    for address in ["x' or '1'='1", "' or Id ne null or Email eq '", "a&$top=1@x.com", "%27 or 1 eq 1", "#@x.com"] {
        let story = Story::of(&world, 0).contact(|c| c.email = verified(address));
        assert_eq!(contact_of(&world, story).await, json!(Uuid::nil()), "{address}");
    }
}

#[tokio::test]
async fn r22_none_or_several_follow_the_policy() {
    let mut world = World::plain().await;
    let twins = |world: &World| {
        for name in ["One", "Two"] {
            world.sandbox().insert("Contact", &json!({ "Name": name, "Email": "twin@x.example" })).unwrap();
        }
    };
    for (policy, contact, account) in [
        (ContactPolicy::LeaveEmpty, Uuid::nil(), Uuid::nil()),
        (ContactPolicy::DefaultContact { id: stock::CUSTOMER_OMAR }, stock::CUSTOMER_OMAR, Uuid::nil()),
        (ContactPolicy::DefaultAccount { id: stock::ACCOUNT_NORTHWIND }, Uuid::nil(), stock::ACCOUNT_NORTHWIND),
    ] {
        world.settings.contact_policy = policy;
        for email in ["twin@x.example", "nobody@x.example"] {
            world.sandbox().reset();
            twins(&world);
            let story = Story::of(&world, 0).contact(|c| c.email = verified(email));
            story.write(&world.client(), &world).await;
            let case = world.case(&story);
            assert_eq!(
                (&case["ContactId"], &case["AccountId"]),
                (&json!(contact), &json!(account)),
                "{policy:?} {email}"
            );
        }
    }
}

#[tokio::test]
async fn r22_a_contact_is_made_once_for_a_person() {
    let mut world = World::plain().await;
    world.settings.contact_policy = ContactPolicy::Create;
    let client = world.client();
    let before = world.sandbox().count("Contact");
    let first = Story::of(&world, 1).contact(|c| c.email = verified("new@x.example"));
    first.write(&client, &world).await;
    let made = world.case(&first)["ContactId"].clone();
    let mut second =
        Story::of(&world, 0).contact(|c| c.email = verified("New@x.example")).draft(|d| d.id = Uuid::from_u128(2));
    second.case_id = Uuid::from_u128(2);
    second.write(&client, &world).await;
    assert_eq!(world.case(&second)["ContactId"], made, "the same person");
    assert_eq!(world.sandbox().count("Contact"), before + 1);
    let id = Uuid::try_parse(made.as_str().unwrap()).unwrap();
    let contact = world.sandbox().record("Contact", id).unwrap();
    assert_eq!((&contact["Name"], &contact["Email"]), (&json!("Anna"), &json!("new@x.example")));
}

#[tokio::test]
async fn r22_a_contact_made_before_the_answer_was_lost_is_used_again() {
    let mut world = World::plain().await;
    world.settings.contact_policy = ContactPolicy::Create;
    let client = world.client();
    let before = world.sandbox().count("Contact");
    let story = Story::of(&world, 2).contact(|c| c.phone = unverified("+1 202 555 0199"));
    world.fail(FaultPlan {
        batch_part_500_after_write: Some(BatchPart { when: Chance::next(1).on("POST", "$batch"), part: 1 }),
        ..FaultPlan::default()
    });
    story.unsettled(&client, &world).await;
    assert_eq!(world.sandbox().count("Contact"), before + 1, "it was made although 500 was answered");
    let standing = story.standing(&client, &world).await;
    assert!(standing.records.is_empty());
    story.rest(&standing).write(&client, &world).await;
    assert_eq!(world.sandbox().count("Contact"), before + 1, "found by its id, not made again");
    assert_ne!(world.case(&story)["ContactId"], json!(stock::CUSTOMER_NO_MAIL), "R3: a typed number selects nobody");
}

#[tokio::test]
async fn r12_contacts_that_cannot_be_read_pause_the_connection() {
    let rights = Rights::all().with("ContactCommunication", ObjectRights::NONE);
    let world = World::start(CreatioConfig { rights, ..CreatioConfig::default() }).await;
    let story = Story::of(&world, 0).contact(|c| c.email = verified("nobody@x.example"));
    let failure = story.not_sent(&world.client(), &world).await;
    assert_eq!(judged(&failure), (FailureClass::Rights, FailureScope::Connection), "all conversations would meet it");
    assert!(!failure.message.contains("nobody@"), "what we asked for is not repeated: {failure}");
    assert_eq!(world.sandbox().count("Case"), 0, "a case for the wrong contact is worse than a late one");
}
