//! The command line: scriptable, honest exit codes, secrets never in arguments or output.

use casebridge_sandbox::creatio::{ClientApp, CreatioConfig, CreatioSandbox};
use casebridge_tests::process::{Served, command, ok, run};
use casebridge_tests::world::eventually;
use serde_json::Value;

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_readme_s_first_steps_work() {
    let temp = tempfile::tempdir().unwrap();
    let data = temp.path().join("data");
    let _engine = Served::start(&data, &["--sandbox"]);
    let example = casebridge_tests::conversations::root().join("docs/examples/conversations.jsonl");
    let said = ok(&data, &["replay", example.to_str().unwrap(), "--handoff-share", "0.3"], "");
    assert!(said.contains("12 conversations") && said.contains("4 handed off"), "{said}");
    let again = ok(&data, &["replay", example.to_str().unwrap(), "--handoff-share", "0.3"], "");
    assert!(again.contains("12 were done before"), "a replay goes on where it stopped: {again}");
    eventually("all lanes are synced", async || {
        let lanes = json(&ok(&data, &["lanes", "list", "--json"], ""));
        let lanes = lanes.as_array().unwrap().clone();
        (lanes.len() == 12 && lanes.iter().all(|lane| lane["state"] == "synced")).then_some(())
    })
    .await;
    let lanes = json(&ok(&data, &["lanes", "list", "--json"], ""));
    for member in ["session", "consumer", "written_seq", "considered_seq", "dirty_seq", "due_at", "reason"] {
        assert!(lanes[0].get(member).is_some(), "scripts rely on `{member}`");
    }
    let trace = json(&ok(&data, &["trace", "late-parcel", "--json"], ""));
    let number = trace["cases"][0]["number"].as_str().unwrap();
    let by_case = json(&ok(&data, &["trace", number, "--json"], ""));
    assert_eq!(by_case["session"]["id"], trace["session"]["id"], "from a case one gets the same story");
    let human = ok(&data, &["explain", "late-parcel"], "");
    assert!(human.contains("Yes: case"), "{human}");
    assert!(ok(&data, &["connection", "test", "sandbox"], "").contains("the connection can be used"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_newcomer_sees_conversations_come_in_without_typing_anything() {
    let temp = tempfile::tempdir().unwrap();
    let data = temp.path().join("data");
    let _engine = Served::start(&data, &["--sandbox", "--play"]);
    eventually("twelve conversations are cases", async || {
        let lanes = json(&ok(&data, &["lanes", "list", "--json"], ""));
        let lanes = lanes.as_array().unwrap().clone();
        (lanes.len() == 12 && lanes.iter().all(|lane| lane["state"] == "synced")).then_some(())
    })
    .await;
    let human = ok(&data, &["explain", "late-parcel"], "");
    assert!(human.contains("Yes: case"), "the README's next steps find them by their names: {human}");
    let nothing = run(&temp.path().join("other"), &["serve", "--play"], "");
    assert_eq!(nothing.status.code(), Some(2), "without a stand-in there is nobody to play to");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_org_is_tried_out_without_one_beside_a_creatio_or_alone() {
    let temp = tempfile::tempdir().unwrap();
    let data = temp.path().join("data");
    let _engine = Served::start(&data, &["--sandbox", "creatio,salesforce", "--public-listen", "127.0.0.1:0"]);
    let example = casebridge_tests::conversations::root().join("docs/examples/conversations.jsonl");
    ok(&data, &["replay", example.to_str().unwrap(), "--handoff-share", "0.3"], "");
    eventually("each conversation is in both", async || {
        let lanes = json(&ok(&data, &["lanes", "list", "--json"], ""));
        let lanes = lanes.as_array().unwrap().clone();
        (lanes.len() == 24 && lanes.iter().all(|lane| lane["state"] == "synced")).then_some(())
    })
    .await;
    for name in ["sandbox", "sandbox-salesforce"] {
        assert!(ok(&data, &["connection", "test", name], "").contains("the connection can be used"), "{name}");
    }
    let kit = json(&ok(&data, &["--json", "salesforce", "kit", "sandbox-salesforce"], ""));
    assert_eq!(kit["complete"], true, "the stand-in org has the kit: {kit}");
    let odd = run(&data, &["serve", "--sandbox", "hubspot"], "");
    assert_eq!(odd.status.code(), Some(2), "another CRM is refused before anything starts");

    let alone = temp.path().join("alone");
    let _engine = Served::start(&alone, &["--sandbox", "salesforce"]);
    let listed = json(&ok(&alone, &["--json", "connection", "list"], ""));
    assert_eq!((listed.as_array().unwrap().len(), &listed[0]["kind"]), (1, &Value::from("salesforce")));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connection_is_added_with_the_rule_of_what_comes_to_it() {
    let creatio = CreatioSandbox::start(CreatioConfig::default()).await.unwrap();
    let temp = tempfile::tempdir().unwrap();
    let data = temp.path().join("data");
    let client = ClientApp::demo();
    let add = |name: &str, rule: &[&str]| {
        let fixed = ["connection", "add", "creatio", "--name", name, "--url", &creatio.instance_url];
        let more = ["--identity-url", &creatio.identity_url, "--client-id", &client.client_id, "--secret-stdin"];
        run(&data, &[&fixed[..], &more[..], rule].concat(), &client.client_secret)
    };
    let refused = add("odd", &["--route", "web"]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("channels=A,B"), "it says how a rule is written");
    let both = add("both", &["--route", "channels=web", "--route", "not-channels=web"]);
    assert_eq!(both.status.code(), Some(2), "a rule that lets nothing in is refused as the console refuses it");
    assert_eq!(ok(&data, &["--json", "connection", "list"], "").trim(), "[]", "neither was added");
    assert!(add("mail", &["--route", "channels=email", "--route", "not-tags=test"]).status.success());
    let listed = json(&ok(&data, &["--json", "connection", "list"], ""));
    assert_eq!(
        listed[0]["route"],
        serde_json::json!({ "channels": ["email"], "not_tags": ["test"] }),
        "it is in force with the connection, not some time after"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn keys_are_shown_once_and_stop_when_revoked() {
    let temp = tempfile::tempdir().unwrap();
    let data = temp.path().join("data");
    let engine = Served::start(&data, &[]);
    let key = json(&ok(&data, &["key", "create", "--name", "bot", "--json"], ""))["key"].as_str().unwrap().to_owned();
    let listed = ok(&data, &["key", "list"], "");
    assert!(listed.contains("bot") && !listed.contains(&key), "the key itself is never listed");
    casebridge_connectors::install_crypto();
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let post = async || {
        let body = serde_json::json!({ "source": "s", "external_id": "1", "channel": "web" });
        client.post(format!("{}/v1/sessions", engine.url)).bearer_auth(&key).json(&body).send().await.unwrap().status()
    };
    assert_eq!(post().await, 201, "made");
    assert_eq!(post().await, 200, "found");
    ok(&data, &["key", "revoke", "bot"], "");
    eventually("the revoked key is refused", async || (post().await == 401).then_some(())).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r31_a_team_server_answers_to_the_names_it_was_given_and_to_no_others() {
    let temp = tempfile::tempdir().unwrap();
    let data = temp.path().join("data");
    let engine = Served::start(&data, &["--console-host", "cases.example.com", "--console-host", "10.1.2.3"]);
    casebridge_connectors::install_crypto();
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let ask = async |host: &str| {
        client.get(format!("{}/healthz", engine.url)).header("host", host).send().await.unwrap().status().as_u16()
    };
    for host in ["cases.example.com", "CASES.example.com:443", "10.1.2.3:4180", "localhost:4180"] {
        assert_eq!(ask(host).await, 200, "{host} is a name of this server");
    }
    for host in ["example.com", "x.cases.example.com", "cases.example.com.evil.example", "10.1.2.30"] {
        assert_eq!(ask(host).await, 421, "{host} is a name that somebody else can point here");
    }
    for wrong in ["https://cases.example.com", "cases.example.com:443", "*", "*.example.com", "a/b"] {
        let refused = run(&data, &["serve", "--console-host", wrong], "");
        let said = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert_eq!(refused.status.code(), Some(2), "{wrong:?} is no bare name: {said}");
        assert!(said.contains("give the name alone"), "and what to give is said: {said}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_secret_is_in_the_data_folder_or_in_what_is_printed() {
    let temp = tempfile::tempdir().unwrap();
    let data = temp.path().join("data");
    let creatio = casebridge_sandbox::creatio::CreatioSandbox::start(Default::default()).await.unwrap();
    casebridge_tests::process::connect(&data, &creatio);
    let secret = casebridge_sandbox::creatio::ClientApp::demo().client_secret;
    let engine = Served::start(&data, &[]);
    let file = temp.path().join("one.jsonl");
    std::fs::write(&file, casebridge_tests::conversations::to_json(&casebridge_tests::scenarios()[0])).unwrap();
    ok(&data, &["replay", file.to_str().unwrap()], "");
    casebridge_tests::process::synced(&data, std::time::Duration::from_secs(60)).await;
    let trace = ok(&data, &["trace", "late-parcel", "--json"], "");
    let listed = ok(&data, &["connection", "list", "--json"], "");
    for text in [&trace, &listed] {
        assert!(!text.contains(&secret) && !text.contains("Bearer "), "neither secret nor token is shown");
    }
    drop(engine);
    for entry in std::fs::read_dir(&data).unwrap() {
        let path = entry.unwrap().path();
        let bytes = std::fs::read(&path).unwrap();
        let found = bytes.windows(secret.len()).any(|window| window == secret.as_bytes());
        assert!(!found, "the client secret stands in {}", path.display());
    }
}

#[test]
fn exit_codes_mean_something() {
    let temp = tempfile::tempdir().unwrap();
    let data = temp.path().join("data");
    let code = |arguments: &[&str], input: &str| run(&data, arguments, input).status.code();
    let add = ["connection", "add", "creatio", "--name", "x", "--client-id", "c", "--secret-stdin", "--url"];
    let with = |url: &'static str| [&add[..], &[url]].concat();
    assert_eq!(code(&["frobnicate"], ""), Some(2), "unusable input");
    assert_eq!(code(&with("http://crm.example.com"), "s3cret"), Some(2), "plain http is for loopback only");
    assert_eq!(code(&with("http://127.0.0.1:9"), ""), Some(2), "a secret is needed");
    assert_eq!(code(&with("http://127.0.0.1:9"), "s3cret\n"), Some(0));
    assert_eq!(code(&with("http://127.0.0.1:9"), "s3cret"), Some(5), "the name is taken");
    assert_eq!(code(&["connection", "test", "x"], ""), Some(4), "nobody listens there");
    assert_eq!(code(&["connection", "test", "y"], ""), Some(3), "no such thing");
    assert_eq!(code(&["trace", "nothing"], ""), Some(3));
    let listed = ok(&data, &["connection", "list", "--json"], "");
    assert!(!listed.contains("s3cret"), "secrets are never shown");
    let mut without = command(&data);
    let without = without.args(["serve"]).env_remove("CASEBRIDGE_SECRETS_KEY").output().unwrap();
    assert_eq!(without.status.code(), Some(6), "without keychain and key nothing starts");
    let said = String::from_utf8_lossy(&without.stderr).into_owned();
    assert!(said.contains("CASEBRIDGE_SECRETS_KEY"), "{said}");
}

#[test]
fn r17_a_second_engine_on_the_folder_is_refused_and_told_who_has_it() {
    let temp = tempfile::tempdir().unwrap();
    let data = temp.path().join("data");
    let engine = Served::start(&data, &[]);
    let second = run(&data, &["serve", "--listen", "127.0.0.1:0"], "");
    assert_eq!(second.status.code(), Some(6));
    let said = String::from_utf8_lossy(&second.stderr).into_owned();
    assert!(said.contains(&engine.url), "the first engine is named: {said}");
}
