//! Who may give which command, through the door that browsers use. The table is written out here and not read from the
//! program: a command that nobody thought about, or a right that moved, fails.

use std::collections::BTreeSet;
use std::path::Path;

use casebridge_tests::process::{Served, ok};
use serde_json::{Value, json};

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Role {
    Viewer,
    Agent,
    Admin,
}

use Role::{Admin, Agent, Viewer};

const ROLES: [(Role, &str); 3] = [(Viewer, "viewer"), (Agent, "agent"), (Admin, "admin")];

/// Every command with the least role that may give it, and a body that means something.
fn table(session: &str) -> Vec<(Role, Value)> {
    let on_session = |command: &str| json!({ "command": command, "session": session });
    let named = |command: &str| json!({ "command": command, "name": "nobody" });
    let settings = json!({ "url": "http://127.0.0.1:9", "identity_url": "http://127.0.0.1:9",
        "auth": { "kind": "client_credentials", "client_id": "C1" } });
    let add = |command: &str| json!({ "command": command, "name": "new", "mode": "every", "settings": {} });
    let lane = json!({ "session": session, "connection": "nobody" });
    let suggestion = |command: &str| json!({ "command": command, "session": session, "connection": "nobody", "mapping": uuid::Uuid::from_u128(9) });
    vec![
        (Viewer, json!({ "command": "sessions_list", "view": "all" })),
        (Viewer, json!({ "command": "sessions_counts" })),
        (Viewer, on_session("session_open")),
        (Viewer, on_session("session_events")),
        (Viewer, json!({ "command": "case_links" })),
        (Viewer, json!({ "command": "find", "text": "a" })),
        (Viewer, json!({ "command": "deliveries" })),
        (Viewer, json!({ "command": "fields_refused" })),
        (Viewer, json!({ "command": "lanes_list" })),
        (Viewer, json!({ "command": "lanes_count" })),
        (Viewer, json!({ "command": "lanes_count_matching" })),
        (Viewer, on_session("trace")),
        (Viewer, on_session("explain")),
        (Viewer, json!({ "command": "replies_list" })),
        (Viewer, json!({ "command": "connection_list" })),
        (Viewer, named("webhook_show")),
        (Viewer, json!({ "command": "sessions_week" })),
        (Viewer, json!({ "command": "public_address_show" })),
        (Viewer, json!({ "command": "case_preview", "session": session, "to": { "kind": "new" } })),
        (Viewer, json!({ "command": "profile_get" })),
        (Viewer, json!({ "command": "people_known" })),
        (Viewer, json!({ "command": "filters_list" })),
        (Viewer, json!({ "command": "filter_save", "name": "Mine", "view": "mine" })),
        (Viewer, json!({ "command": "filter_drop", "id": uuid::Uuid::from_u128(8) })),
        (Viewer, json!({ "command": "mappings_show", "connection": "nobody" })),
        (Viewer, json!({ "command": "mappings_versions", "connection": "nobody" })),
        (Viewer, json!({ "command": "mappings_version", "connection": "nobody", "version": 1 })),
        (Agent, json!({ "command": "case_decide", "session": session, "to": { "kind": "nothing" } })),
        (Agent, on_session("case_look")),
        (Agent, suggestion("suggestion_take")),
        (Agent, suggestion("suggestion_dismiss")),
        (Agent, json!({ "command": "profile_set", "name": "Somebody" })),
        (Agent, json!({ "command": "crm_people", "connection": "nobody" })),
        (Agent, on_session("session_take_over")),
        (
            Agent,
            json!({ "command": "session_reply", "session": session, "id": uuid::Uuid::from_u128(7), "text": "hi" }),
        ),
        (Agent, on_session("session_give_back")),
        (Agent, json!({ "command": "session_assign", "session": session, "to": "Ann" })),
        (Agent, on_session("session_hand_off")),
        (Agent, on_session("session_resolve")),
        (Agent, on_session("session_reopen")),
        (Agent, json!({ "command": "lanes_retry", "session": session })),
        (Agent, json!({ "command": "replies_release", "reply": format!("rep_{:032x}", 1) })),
        (Agent, json!({ "command": "replies_discard", "reply": format!("rep_{:032x}", 1) })),
        (Agent, json!({ "command": "doctor" })),
        (Admin, json!({ "command": "connection_try", "settings": settings, "secret": "x" })),
        (Admin, add("connection_try_and_add")),
        (Admin, add("connection_add")),
        (Admin, json!({ "command": "connection_set", "name": "nobody" })),
        (Admin, named("connection_test")),
        (Admin, named("connection_take_over")),
        (Admin, named("connection_remove")),
        (Admin, json!({ "command": "connection_try_and_set", "name": "nobody" })),
        (Admin, json!({ "command": "sign_in_ways" })),
        (Admin, json!({ "command": "sign_in_begin", "way": "paste", "again": "nobody" })),
        (Admin, json!({ "command": "sign_in_state", "flow": uuid::Uuid::from_u128(9) })),
        (Admin, json!({ "command": "sign_in_paste", "flow": uuid::Uuid::from_u128(9), "address": "code" })),
        (Admin, json!({ "command": "sign_in_cancel", "flow": uuid::Uuid::from_u128(9) })),
        (Admin, json!({ "command": "sign_in_pages" })),
        (Admin, named("connection_pause")),
        (Admin, named("connection_resume")),
        (Admin, named("connection_footprint")),
        (Admin, named("kit_state")),
        (Admin, named("kit_deploy")),
        (Admin, json!({ "command": "kit_progress", "name": "nobody", "id": "0Af000000000001" })),
        (Admin, json!({ "command": "kit_files" })),
        (Admin, json!({ "command": "public_address_set", "url": "not an address" })),
        (Admin, json!({ "command": "public_address_test" })),
        (Admin, json!({ "command": "webhook_grace", "name": "nobody", "minutes": 0 })),
        (Admin, json!({ "command": "crm_choices", "connection": "nobody", "what": "owner" })),
        (Admin, named("webhook_url")),
        (Admin, named("webhook_regenerate")),
        (Admin, json!({ "command": "replies_preview", "connection": "nobody" })),
        (Admin, named("key_create")),
        (Admin, json!({ "command": "key_list" })),
        (Admin, json!({ "command": "key_revoke", "name": "other" })),
        (Admin, json!({ "command": "lanes_skip", "lane": lane, "seq": 1 })),
        (Admin, json!({ "command": "lanes_park", "lane": lane })),
        (Admin, json!({ "command": "restored" })),
        (Admin, json!({ "command": "export", "sessions": [session] })),
        (Admin, json!({ "command": "console_link", "name": "Ann", "role": "viewer" })),
        (Admin, json!({ "command": "console_visitors" })),
        (Admin, json!({ "command": "console_dismiss", "id": "nobody" })),
        (Admin, json!({ "command": "log_show" })),
        (Admin, json!({ "command": "log_set", "area": "crm" })),
        (Admin, json!({ "command": "columns_list", "connection": "nobody" })),
        (Admin, json!({ "command": "lookup_values", "connection": "nobody", "column": "X" })),
        (Admin, json!({ "command": "mappings_save", "connection": "nobody", "based_on": 0, "mappings": [] })),
        (Admin, json!({ "command": "mappings_check", "connection": "nobody", "mappings": [] })),
        (Admin, json!({ "command": "mappings_export", "connection": "nobody" })),
        (Admin, json!({ "command": "mappings_import", "connection": "nobody", "text": "{}" })),
        (Admin, json!({ "command": "mappings_dry_run", "connection": "nobody", "sessions": [session] })),
        (Admin, json!({ "command": "analyst_show" })),
        (Admin, json!({ "command": "analyst_set", "kind": "built_in" })),
        (Admin, json!({ "command": "analyst_test" })),
        (Admin, json!({ "command": "sandbox_start" })),
    ]
}

/// A browser that came in with a link.
struct Browser {
    client: reqwest::Client,
    url: String,
    cookie: String,
    token: String,
}

impl Browser {
    async fn come_in(engine: &Served, data: &Path, role: &str) -> Self {
        casebridge_connectors::install_crypto();
        let redirects = reqwest::redirect::Policy::none();
        let client = reqwest::Client::builder().no_proxy().redirect(redirects).build().unwrap();
        let said = ok(data, &["console", "link", "--role", role, "--name", role], "");
        let link = said
            .split_whitespace()
            .find(|word| word.contains("//127.0.0.1") && word.contains("/console/enter"))
            .unwrap();
        let entered = client.get(link).send().await.unwrap();
        let set = entered.headers()["set-cookie"].to_str().unwrap();
        let cookie = set.split(';').next().unwrap().to_owned();
        let me = client.get(format!("{}/console/me", engine.url)).header("cookie", &cookie).send().await.unwrap();
        let me: Value = me.json().await.unwrap();
        let token = me["token"].as_str().unwrap().to_owned();
        Self { client, url: engine.url.clone(), cookie, token }
    }

    async fn ask(&self, command: &Value) -> (u16, Value) {
        let request = self.client.post(format!("{}/console/call", self.url)).header("cookie", &self.cookie);
        let answer = request.header("x-casebridge-token", &self.token).json(command).send().await.unwrap();
        (answer.status().as_u16(), answer.json().await.unwrap())
    }

    /// The names of all commands, as the program itself knows them.
    async fn commands(&self) -> BTreeSet<String> {
        let (status, answer) = self.ask(&json!({ "command": "no such command" })).await;
        assert_eq!(status, 422, "{answer}");
        let said = answer["message"].as_str().unwrap();
        let (_, list) = said.split_once("expected one of ").unwrap_or_else(|| panic!("the names are in it: {said}"));
        list.split('`').skip(1).step_by(2).map(str::to_owned).collect()
    }

    /// What a refused command must not have changed.
    async fn sight(&self, session: &str) -> Vec<Value> {
        let mut seen = Vec::new();
        for command in [
            json!({ "command": "session_events", "session": session }),
            json!({ "command": "connection_list" }),
            json!({ "command": "key_list" }),
            json!({ "command": "lanes_list" }),
        ] {
            seen.push(self.ask(&command).await.1);
        }
        seen
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_role_may_give_the_commands_of_the_table_and_no_other() {
    let temp = tempfile::tempdir().unwrap();
    let data = temp.path().join("data");
    let engine = Served::start(&data, &[]);
    let talk = r#"{"id":"a","turns":[{"from":"customer","text":"Where is my parcel?"}]}"#;
    let file = temp.path().join("talk.jsonl");
    std::fs::write(&file, format!("{talk}\n")).unwrap();
    ok(&data, &["replay", file.to_str().unwrap()], "");
    let admin = Browser::come_in(&engine, &data, "admin").await;
    let found = admin.ask(&json!({ "command": "find", "text": "replay/a" })).await.1;
    let session = found["session"].as_str().unwrap().to_owned();
    let table = table(&session);

    let rows: BTreeSet<String> = table.iter().map(|(_, body)| body["command"].as_str().unwrap().to_owned()).collect();
    let real = admin.commands().await;
    assert!(real.len() > 40, "the program names its commands: {real:?}");
    assert_eq!(real, rows, "each command has a row that says who may give it, and each row is a command");

    for (role, name) in ROLES {
        let browser = Browser::come_in(&engine, &data, name).await;
        let before = admin.sight(&session).await;
        for (least, body) in table.iter().filter(|(least, _)| role < *least) {
            let (status, answer) = browser.ask(body).await;
            assert_eq!((status, &answer["code"]), (403, &json!("forbidden")), "{body} needs {least:?}: {answer}");
            let hint = answer["hint"].as_str().unwrap_or_default();
            assert!(!hint.is_empty(), "whoever may not is told whom to ask: {answer}");
        }
        assert_eq!(admin.sight(&session).await, before, "what {role:?} was refused changed nothing");
        for (_, body) in table.iter().filter(|(least, _)| role >= *least) {
            let (status, answer) = browser.ask(body).await;
            assert_ne!(status, 403, "{role:?} may give {body}: {answer}");
            let message = answer["message"].as_str().unwrap_or_default();
            assert!(
                !message.contains("is not usable"),
                "the table must send what the command takes: {body}: {message}"
            );
        }
    }
}

/// Addresses on which a process and its threads listen.
#[cfg(target_os = "linux")]
fn listeners(pid: u32) -> Vec<String> {
    let mut ours = BTreeSet::new();
    for entry in std::fs::read_dir(format!("/proc/{pid}/fd")).unwrap() {
        if let Ok(target) = std::fs::read_link(entry.unwrap().path())
            && let Some(inode) =
                target.to_string_lossy().strip_prefix("socket:[").and_then(|rest| rest.strip_suffix(']'))
        {
            ours.insert(inode.to_owned());
        }
    }
    let mut found = Vec::new();
    for table in ["tcp", "tcp6", "udp", "udp6"] {
        let text = std::fs::read_to_string(format!("/proc/{pid}/net/{table}")).unwrap_or_default();
        for line in text.lines().skip(1) {
            let columns: Vec<&str> = line.split_whitespace().collect();
            // `0A` listens; a datagram socket in state `07` takes whatever comes.
            let waits = columns[3] == if table.starts_with("tcp") { "0A" } else { "07" };
            if waits && ours.contains(columns[9]) {
                found.push(format!("{table} {}", columns[1].split(':').next().unwrap()));
            }
        }
    }
    found
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_listens_that_was_not_asked_for() {
    // 127.0.0.1 as the system writes it.
    const LOOPBACK: &str = "tcp 0100007F";
    let temp = tempfile::tempdir().unwrap();
    let only = temp.path().join("only");
    let engine = Served::start(&only, &[]);
    assert_eq!(listeners(engine.pid()), [LOOPBACK], "the console and the sessions API, and nothing for the world");
    let public = temp.path().join("public");
    let engine = Served::start(&public, &["--public-listen", "127.0.0.1:0"]);
    assert_eq!(listeners(engine.pid()), [LOOPBACK; 2], "the public listener is there when it is asked for");
}
