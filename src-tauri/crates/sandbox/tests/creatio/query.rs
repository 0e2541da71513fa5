//! Query options: what a filter may say, and what it may not.

use casebridge_sandbox::creatio::{CreatioConfig, TextCompare, ids};
use serde_json::json;
use uuid::Uuid;

use crate::support::{Crm, inner};

async fn activity(crm: &Crm, case: Uuid, title: &str) -> Uuid {
    let id = Uuid::new_v4();
    let body = json!({ "Id": id, "Title": title, "CaseId": case, "OwnerId": ids::AGENT_CONTACT });
    let made = crm.post("Activity", body).await;
    assert_eq!(made.code(), 201, "{}", made.text);
    id
}

#[tokio::test]
async fn a_lookup_is_filtered_by_its_navigation_path() {
    let crm = Crm::stock().await;
    let (one, other) = (crm.case("one").await, crm.case("other").await);
    let wanted = activity(&crm, one, "hello").await;
    activity(&crm, other, "elsewhere").await;
    let rows = crm.filtered("Activity", &format!("Case/Id eq {one}")).await.rows();
    assert_eq!(rows, [json!({ "Id": wanted })]);
}

#[tokio::test]
async fn a_raw_foreign_key_in_a_filter_is_a_500_with_the_column_three_levels_down() {
    let crm = Crm::stock().await;
    let answer = crm.filtered("Activity", &format!("CaseId eq {}", Uuid::new_v4())).await;
    assert_eq!(answer.code(), 500);
    let body = answer.json();
    assert_eq!(body["error"]["message"], "An error has occurred.");
    assert_eq!(
        body["error"]["innererror"]["internalexception"]["message"],
        "Column by path CaseId not found in schema Activity."
    );
    assert_eq!(crm.get("Activity?$select=Id,CaseId").await.code(), 200, "selecting it is fine");
}

#[tokio::test]
async fn two_level_paths_and_the_three_text_functions_work() {
    let crm = Crm::stock().await;
    let made = crm.post("Case", json!({ "Subject": "Lens", "ContactId": ids::CUSTOMER_ANNA })).await;
    assert_eq!(made.code(), 201, "{}", made.text);
    crm.case("Frame").await;
    for filter in [
        "Contact/Account/Code eq 'NW-01'",
        "startswith(Contact/Account/Name,'Northwind')",
        "contains(Subject,'en')",
        "endswith(Subject,'ns')",
        "contains(Subject,'en') eq true and not (Subject eq 'Frame')",
        "Contact/Email eq 'anna.oneil@northwind.example'",
        "Contact/Name eq 'Anna O''Neil'",
        "Contact ne null",
        "Status/IsFinal eq false and Contact/Id ne null",
    ] {
        let rows = crm.filtered("Case", filter).await.rows();
        assert_eq!(rows.len(), 1, "{filter} finds the one case with a contact");
    }
}

#[tokio::test]
async fn dates_and_guids_stand_without_quotes() {
    let crm = Crm::stock().await;
    crm.case("now").await;
    assert_eq!(crm.filtered("Case", "CreatedOn gt 2020-09-15T06:00:00Z").await.rows().len(), 1);
    let date = crm.filtered("Case", "CreatedOn gt '2020-09-15T06:00:00Z'").await;
    assert_eq!(date.code(), 400);
    assert_eq!(
        inner(&date),
        "A binary operator with incompatible types was detected. Found operand types 'Edm.DateTimeOffset' and \
         'Edm.String' for operator kind 'GreaterThan'."
    );
    assert_eq!(
        date.json()["error"]["message"],
        json!(format!("The query specified in the URI is not valid. {}", inner(&date)))
    );
    let guid = crm.filtered("Case", &format!("Id eq '{}'", Uuid::new_v4())).await;
    assert!(inner(&guid).contains("'Edm.Guid' and 'Edm.String' for operator kind 'Equal'"), "{}", guid.text);
}

#[tokio::test]
async fn only_the_first_unknown_property_is_named() {
    let crm = Crm::stock().await;
    let answer = crm.filtered("Case", "Foo eq 1 and Bar eq 2").await;
    assert_eq!(answer.code(), 400);
    assert_eq!(inner(&answer), "Could not find a property named 'Foo' on type 'Terrasoft.Configuration.OData.Case'.");
    for option in ["$select", "$orderby", "$expand"] {
        let answer = crm.list("Case", &[(option, "Nope")]).await;
        assert!(inner(&answer).contains("'Nope'"), "{option}: {}", answer.text);
    }
    let case = crm.list("Case", &[("$select", "subject")]).await;
    assert_eq!(case.code(), 400, "names are compared letter by letter");
}

#[tokio::test]
async fn in_is_not_supported() {
    let crm = Crm::stock().await;
    assert_eq!(crm.filtered("Case", "Number in ('SR00000001')").await.code(), 400);
}

#[tokio::test]
async fn about_fifteen_ids_fit_in_a_filter_of_a_hundred_nodes() {
    let crm = Crm::stock().await;
    let id = crm.case("needle").await;
    let terms = |count: usize| {
        let mut terms = vec![format!("Id eq {id}")];
        terms.extend((1..count).map(|_| format!("Id eq {}", Uuid::new_v4())));
        terms.join(" or ")
    };
    assert_eq!(crm.filtered("Case", &terms(15)).await.rows(), [json!({ "Id": id })]);
    let refused = crm.filtered("Case", &terms(17)).await;
    assert_eq!(refused.code(), 400);
    assert!(refused.text.contains("The node count limit of '100' has been exceeded"), "{}", refused.text);
}

#[tokio::test]
async fn pages_are_made_with_top_and_skip_and_there_is_no_next_link() {
    let crm = Crm::stock().await;
    for n in 0..5 {
        crm.case(&format!("case {n}")).await;
    }
    let options = [("$select", "Number"), ("$orderby", "Number desc"), ("$top", "2"), ("$skip", "1")];
    let answer = crm.list("Case", &options).await;
    assert_eq!(answer.rows(), [json!({ "Number": "SR00000004" }), json!({ "Number": "SR00000003" })]);
    assert!(answer.json().get("@odata.nextLink").is_none());
}

#[tokio::test]
async fn more_rows_than_the_limit_without_top_is_a_500_and_not_a_page() {
    let crm = Crm::start(CreatioConfig { max_rows: 3, ..CreatioConfig::default() }).await;
    assert_eq!(crm.get("CaseStatus?$select=Id").await.code(), 500);
    assert_eq!(crm.get("CaseStatus?$select=Id&$top=3").await.rows().len(), 3);
}

#[tokio::test]
async fn expand_shows_lookups_and_collections_two_levels_deep() {
    let crm = Crm::stock().await;
    let id = crm.case("expanded").await;
    activity(&crm, id, "first").await;
    activity(&crm, id, "second").await;
    let options = [(
        "$expand",
        "Status($select=Name),Owner($select=Name),ActivityCollectionByCase($select=Title;$orderby=Title desc;$top=1;$expand=Owner($select=Name))",
    )];
    let row = crm.list("Case", &options).await.rows().remove(0);
    assert_eq!(row["Status"], json!({ "Name": "New" }));
    assert!(row["Owner"].is_null(), "an empty lookup expands to nothing");
    assert_eq!(row["ActivityCollectionByCase"], json!([{ "Title": "second", "Owner": { "Name": "Mary King" } }]));
    let deep = crm.list("Case", &[("$expand", "Contact($expand=Account($expand=Owner))")]).await;
    assert_eq!(deep.code(), 400, "the third level is refused: {}", deep.text);
}

#[tokio::test]
async fn a_bare_plus_in_an_address_is_a_space() {
    let crm = Crm::stock().await;
    let bare = crm.get("Contact?$select=Id&$filter=Email%20eq%20'omar+shop@haddad.example'").await;
    assert_eq!(bare.rows().len(), 0, "an unencoded plus finds nobody");
    let encoded = crm.filtered("Contact", "Email eq 'omar+shop@haddad.example'").await;
    assert_eq!(encoded.rows().len(), 1);
}

#[tokio::test]
async fn a_persons_second_address_is_among_the_communications_only() {
    let crm = Crm::stock().await;
    assert_eq!(crm.filtered("Contact", "Email eq 'anna.private@mail.example'").await.rows().len(), 0);
    let filter =
        format!("CommunicationType/Id eq {} and Number eq 'anna.private@mail.example'", ids::COMMUNICATION_EMAIL);
    let answer = crm.list("ContactCommunication", &[("$select", "ContactId"), ("$filter", &filter)]).await;
    assert_eq!(answer.rows(), [json!({ "ContactId": ids::CUSTOMER_ANNA })]);
}

#[tokio::test]
async fn modified_on_is_a_cursor_that_includes_its_own_moment() {
    let crm = Crm::stock().await;
    let first = crm.case("first").await;
    let second = crm.case("second").await;
    let cursor = crm.field("Case", second, "ModifiedOn");
    let cursor = cursor.as_str().unwrap();
    let rows = crm.filtered("Case", &format!("ModifiedOn ge {cursor}")).await.rows();
    assert_eq!(rows, [json!({ "Id": second })], "the server's own text is a literal, seven digits and all");
    crm.patch(&format!("Case({first})"), json!({ "Notes": "touched" })).await;
    let rows = crm.filtered("Case", &format!("ModifiedOn gt {cursor}")).await.rows();
    assert_eq!(rows, [json!({ "Id": first })]);
}

#[tokio::test]
async fn an_injected_quote_is_an_error_and_never_a_condition() {
    let crm = Crm::stock().await;
    let honest = crm.filtered("Contact", "Email eq 'x'' or ''1''=''1'").await;
    assert_eq!(honest.rows().len(), 0, "doubled quotes are text");
    let injected = crm.filtered("Contact", "Email eq 'x' or '1'='1'").await;
    assert_eq!(injected.code(), 400, "single ones are a syntax error");
}

#[tokio::test]
async fn letter_case_of_text_counts_only_where_the_database_says_so() {
    let filter = "Email eq 'OMAR+shop@haddad.example'";
    assert_eq!(Crm::stock().await.filtered("Contact", filter).await.rows().len(), 1);
    let config = CreatioConfig { text_compare: TextCompare::Exact, ..CreatioConfig::default() };
    assert_eq!(Crm::start(config).await.filtered("Contact", filter).await.rows().len(), 0);
}
