//! Tables and traces for people.

use std::fmt::Write as _;

use comfy_table::{ContentArrangement, Table, presets};
use serde_json::Value;

use crate::output::text;

fn table(header: &[&str], rows: impl Iterator<Item = Vec<String>>) -> String {
    let mut table = Table::new();
    table.load_preset(presets::NOTHING).set_content_arrangement(ContentArrangement::Dynamic).set_header(header);
    let mut count = 0;
    for row in rows {
        count += 1;
        table.add_row(row);
    }
    if count == 0 { "nothing to show".to_owned() } else { table.to_string() }
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

pub(crate) fn connections(answer: &Value) -> String {
    table(
        &["NAME", "CRM", "INSTANCE", "MODE", "STATE", "LAST SUCCESS"],
        list(answer).map(|connection| {
            let state = match connection["paused"].as_object() {
                Some(pause) => format!("paused: {}", pause["failure"]["message"].as_str().unwrap_or("by hand")),
                None => "running".to_owned(),
            };
            let mut row: Vec<String> =
                ["name", "kind", "instance", "mode"].map(|member| text(connection, member)).into();
            row.extend([state, text(connection, "last_success_at")]);
            row
        }),
    )
}

pub(crate) fn test_report(answer: &Value) -> String {
    let report = &answer["report"];
    let mut out = table(
        &["CHECK", "RESULT", "EVIDENCE"],
        list(&report["checks"]).map(|check| {
            let proof = match check["proof"].as_str() {
                Some("yes") => "yes",
                Some("missing") => "MISSING",
                _ => "not proven",
            };
            let hint = check["hint"].as_str().map_or_else(String::new, |hint| format!("\n→ {hint}"));
            vec![text(check, "what"), proof.to_owned(), format!("{}{hint}", text(check, "detail"))]
        }),
    );
    if let Some(failure) = report["failure"].as_object() {
        let part = |name: &str| failure.get(name).and_then(Value::as_str).unwrap_or_default();
        let _ = write!(out, "\n\nfailed: {}\nhint: {}", part("message"), part("hint"));
    }
    let verdict = if answer["good"] == Value::Bool(true) {
        "the connection can be used"
    } else {
        "the connection cannot be used yet"
    };
    let _ = write!(out, "\n\n{verdict}");
    out
}

/// How much of the set-up kit an org has.
pub(crate) fn kit(answer: &Value) -> String {
    let fields = list(&answer["fields"]).map(|field| {
        let ok = field["ok"] == Value::Bool(true);
        let detail = if ok { text(field, "purpose") } else { text(field, "problem") };
        vec![text(field, "name"), if ok { "yes" } else { "MISSING" }.to_owned(), detail]
    });
    let parts = [&answer["permission_set"], &answer["rule"]].into_iter().map(|part| {
        let proof = match part["proof"].as_str() {
            Some("yes") => "yes",
            Some("missing") => "MISSING",
            _ => "not proven",
        };
        vec![text(part, "name"), proof.to_owned(), text(part, "detail")]
    });
    let mut out = table(&["PIECE", "THERE", "DETAIL"], fields.chain(parts));
    let verdict = if answer["complete"] == Value::Bool(true) {
        "the kit is there"
    } else {
        "the kit is not complete: casebridged salesforce kit --check, then --deploy"
    };
    let _ = write!(out, "\n\nversion {} of {}: {verdict}", text(answer, "version"), text(answer, "offered"));
    out
}

/// How a deployment of the kit ended.
pub(crate) fn kit_progress(answer: &Value) -> String {
    let pieces = format!("{} of {} pieces", answer["done"], answer["total"]);
    let mut out = match (answer["state"].as_str(), answer["check_only"] == Value::Bool(true)) {
        (Some("done"), true) => format!("{pieces} would be deployed; nothing was changed"),
        (Some("done"), false) => format!("{pieces} are deployed"),
        (Some(state), _) => format!("{state}: nothing was changed"),
        (None, _) => String::new(),
    };
    for error in list(&answer["errors"]) {
        let _ = write!(out, "\n{}: {}", text(error, "component"), text(error, "message"));
    }
    out
}

pub(crate) fn keys(answer: &Value) -> String {
    table(
        &["ID", "NAME", "CREATED", "REVOKED"],
        list(answer).map(|key| ["id", "name", "created_at", "revoked_at"].map(|member| text(key, member)).into()),
    )
}

pub(crate) fn lanes(answer: &Value) -> String {
    table(
        &["SESSION", "CONNECTION", "STATE", "WRITTEN", "SEEN", "NEWEST", "DUE", "REASON"],
        list(answer).map(|lane| {
            let members =
                ["session", "connection", "state", "written_seq", "considered_seq", "dirty_seq", "due_at", "reason"];
            members.map(|member| text(lane, member)).into()
        }),
    )
}

pub(crate) fn counts(answer: &Value) -> String {
    table(
        &["CONNECTION", "LANES", "DUE", "UNDER WAY", "FAILING", "PARKED"],
        list(answer).map(|row| {
            let lanes = &row["lanes"];
            let mut cells = vec![text(row, "connection")];
            cells.extend(["all", "due", "leased", "failing", "parked"].map(|member| text(lanes, member)));
            cells
        }),
    )
}

pub(crate) fn replies(answer: &Value) -> String {
    table(
        &["REPLY", "STATE", "SESSION", "SAID", "OFFERED", "TAKEN", "WHY HELD"],
        list(answer).map(|reply| {
            ["id", "state", "session", "said_at", "tries", "taken_at", "reason"]
                .map(|member| text(reply, member))
                .into()
        }),
    )
}

pub(crate) fn preview(answer: &Value) -> String {
    let rows = table(
        &["KIND", "AT", "AUTHOR", "CASE", "TEXT"],
        list(answer).map(|row| ["kind", "at", "author", "case", "text"].map(|member| text(row, member)).into()),
    );
    format!("These would have been delivered to customers, newest first:\n{rows}")
}

pub(crate) fn findings(answer: &Value) -> String {
    let mut out = String::new();
    for finding in list(&answer["findings"]) {
        let mark = match finding["grade"].as_str() {
            Some("good") => "✓",
            Some("note") => "·",
            _ => "!",
        };
        let connection = finding["connection"].as_str().map_or_else(String::new, |name| format!("[{name}] "));
        let _ = writeln!(out, "{mark} {connection}{}: {}", text(finding, "what"), text(finding, "detail"));
        if let Some(action) = finding["action"].as_str().filter(|action| !action.is_empty()) {
            let _ = writeln!(out, "    do: {action}");
        }
    }
    out
}

pub(crate) fn explanation(answer: &Value) -> String {
    let mut out = String::new();
    for connection in list(answer) {
        let _ = writeln!(out, "{}", text(connection, "connection"));
        for answer in list(&connection["answers"]) {
            let mark = if answer["good"] == Value::Bool(true) { "✓" } else { "!" };
            let _ = writeln!(out, "  {mark} {} {}", text(answer, "question"), text(answer, "sentence"));
            let _ = writeln!(out, "    proof: {}", text(answer, "proof"));
            if let Some(action) = answer["action"].as_str() {
                let _ = writeln!(out, "    do: {action}");
            }
        }
    }
    if out.is_empty() { "there is no connection: nothing follows this conversation".to_owned() } else { out }
}

pub(crate) fn trace(answer: &Value) -> String {
    let session = &answer["session"];
    let mut out = String::new();
    let _ = writeln!(
        out,
        "session {}  {}/{}  {}  {}",
        text(session, "id"),
        text(session, "source"),
        text(session, "external_id"),
        text(session, "channel"),
        text(session, "status")
    );
    for case in list(&answer["cases"]) {
        let [connection, number, state, id] =
            ["connection", "number", "state", "crm_id"].map(|member| text(case, member));
        let _ = writeln!(out, "case    {number}  {state}  {connection}  {id}");
    }
    let _ = writeln!(out, "\n{}", explanation(&answer["explanation"]));
    for entry in list(&answer["timeline"]) {
        let connection = entry["connection"].as_str().map_or_else(String::new, |name| format!("[{name}] "));
        let _ =
            writeln!(out, "{}  {:<8} {connection}{}", text(entry, "at"), text(entry, "what"), text(entry, "summary"));
    }
    out
}
