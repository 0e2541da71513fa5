//! What a stand-in org holds after a journey, and how people sign in to it.

use std::collections::BTreeMap;

use casebridge_sandbox::salesforce::SalesforceSandbox;

use crate::Conversation;

/// The user that the connection signs in as.
const INTEGRATION: &str = "integration@sandbox.example";

/// Presses Allow on the sign-in page, and gives the address that the browser ends on.
pub async fn allowed(page: &str) -> String {
    casebridge_connectors::install_crypto();
    let none = reqwest::redirect::Policy::none();
    let browser = reqwest::Client::builder().no_proxy().redirect(none).build().unwrap();
    let form = [("username", INTEGRATION), ("password", "sandbox"), ("decision", "allow")];
    let answer = browser.post(page).form(&form).send().await.unwrap();
    answer.headers()["location"].to_str().unwrap().to_owned()
}

/// The case of each conversation, by the conversation's name.
pub fn cases(org: &SalesforceSandbox) -> BTreeMap<String, String> {
    let mut cases = BTreeMap::new();
    for row in org.records("Case") {
        let name = row["Description"].as_str().unwrap().lines().find_map(|line| line.strip_prefix("Session: "));
        let name = name.expect("the description names the session").to_owned();
        let twice = cases.insert(name.clone(), row["Id"].as_str().unwrap().to_owned());
        assert!(twice.is_none(), "{name} has two cases");
    }
    cases
}

/// The words of each comment on a case, in the order in which they stand, without the line that says who and when and
/// the marker.
pub fn comments(org: &SalesforceSandbox, case: &str) -> Vec<String> {
    let on_case = org.records("CaseComment").into_iter().filter(|row| row["ParentId"] == case);
    let words = on_case.map(|row| {
        let body = row["CommentBody"].as_str().unwrap().to_owned();
        let rest = body.split_once('\n').map_or(body.as_str(), |(_, rest)| rest);
        let rest = rest.rsplit_once('\n').map_or("", |(rest, _)| rest);
        // The first comment of a case ends with the link to its session.
        let lines: Vec<&str> = rest.lines().filter(|line| !line.starts_with("casebridge://")).collect();
        lines.join("\n")
    });
    words.collect()
}

/// Fails unless each conversation has one case that holds each of its messages once and in order.
pub fn expect_exactly<'a>(org: &SalesforceSandbox, conversations: impl Iterator<Item = &'a Conversation>) {
    let cases = cases(org);
    let mut expected = 0;
    for conversation in conversations {
        expected += 1;
        let name = conversation.key.path();
        let case = cases.get(&name).unwrap_or_else(|| panic!("{name} has no case"));
        let said: Vec<String> =
            conversation.messages().iter().map(|text| text.lines().collect::<Vec<_>>().join("\n")).collect();
        let written = comments(org, case);
        let messages: Vec<&String> = written.iter().filter(|text| said.contains(text)).collect();
        assert_eq!(messages, said.iter().collect::<Vec<_>>(), "{name}: each message once and in order");
    }
    assert_eq!(cases.len(), expected, "and no other case");
}
