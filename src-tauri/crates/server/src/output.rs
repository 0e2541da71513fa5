//! Answers for people (tables) and programs (`--json`).

use std::io::Write as _;
use std::process::ExitCode;

use casebridge_api::Command;
use serde_json::Value;

use crate::tables;

/// Prints an answer. A test or a doctor that found something missing is no success.
pub(crate) fn print(command: &Command, answer: &Value, json: bool) -> anyhow::Result<ExitCode> {
    let text = if json { serde_json::to_string_pretty(answer)? } else { human(command, answer) };
    let mut out = std::io::stdout().lock();
    // A reader that went away (`| head`) has had enough.
    if let Err(error) = writeln!(out, "{}", text.trim_end())
        && error.kind() != std::io::ErrorKind::BrokenPipe
    {
        return Err(error.into());
    }
    if matches!(command, Command::ConnectionTest { .. } | Command::Doctor) && answer["good"] != Value::Bool(true) {
        return Ok(ExitCode::from(4));
    }
    Ok(ExitCode::SUCCESS)
}

fn human(command: &Command, answer: &Value) -> String {
    match command {
        Command::ConnectionAdd(_) => format!(
            "added connection `{}` ({}) to {}\ntest it: casebridged connection test {}",
            text(answer, "name"),
            text(answer, "id"),
            text(answer, "instance"),
            text(answer, "name")
        ),
        Command::ConnectionSet(_) => format!("changed connection `{}`", text(answer, "name")),
        Command::ConnectionTakeOver { name } => {
            format!("`{name}` goes on here; replies that the other engine may have delivered are held")
        }
        Command::ConnectionRemove { .. } => removed(answer),
        Command::ConnectionList => tables::connections(answer),
        Command::ConnectionTest { .. } => tables::test_report(answer),
        Command::KitState { .. } => tables::kit(answer),
        Command::KitProgress { .. } => tables::kit_progress(answer),
        Command::KeyCreate { .. } => {
            format!("{}\nThis key is shown once. Send it as `Authorization: Bearer <key>`.", text(answer, "key"))
        }
        Command::KeyList => tables::keys(answer),
        Command::KeyRevoke { .. } => format!("revoked key `{}`", text(answer, "name")),
        Command::LanesList(_) => tables::lanes(answer),
        Command::LanesCount => tables::counts(answer),
        Command::LanesRetry(_) => format!("{} lanes are tried again now", answer["count"]),
        Command::LanesSkip { .. } => {
            format!("event {} is left out; a line in the case takes its place", answer["skipped"])
        }
        Command::LanesPark { .. } => "parked; `casebridged lanes retry` releases it".to_owned(),
        Command::Trace { .. } => tables::trace(answer),
        Command::Explain { .. } => tables::explanation(answer),
        Command::WebhookUrl { .. } => match answer["url"].as_str() {
            Some(url) => url.to_owned(),
            None => format!(
                "{}\nPut the public address of this engine in front: start it with --public-listen and --public-url.",
                text(answer, "path")
            ),
        },
        Command::WebhookRegenerate { .. } => format!(
            "{}\nThe old address works for {} minutes more.",
            answer["url"].as_str().map_or_else(|| text(answer, "path"), str::to_owned),
            answer["grace_minutes"]
        ),
        Command::RepliesList(_) => tables::replies(answer),
        Command::RepliesRelease { .. } => format!("released to {}", text(answer, "session")),
        Command::RepliesDiscard { .. } => "discarded: it is not delivered".to_owned(),
        Command::RepliesPreview(_) => tables::preview(answer),
        Command::Restored => format!("{} cases begin anew: what was said before is held", answer["cases"]),
        Command::Doctor => tables::findings(answer),
        Command::ConsoleLink { .. } => {
            let plain = answer["plain"].as_str().map(|plain| format!("or, if that is not found: {plain}\n"));
            let (path, plain) = (text(answer, "path"), plain.unwrap_or_default());
            format!("{path}\n{plain}It opens the console once, within {} minutes.", answer["minutes"])
        }
        // What only the console asks for has no table.
        _ => serde_json::to_string_pretty(answer).unwrap_or_default(),
    }
}

pub(crate) fn text(value: &Value, member: &str) -> String {
    match &value[member] {
        Value::String(text) => text.clone(),
        Value::Null => "–".to_owned(),
        other => other.to_string(),
    }
}

fn removed(answer: &Value) -> String {
    let mut lines = vec![format!("removed connection `{}`; its history stays", text(answer, "name"))];
    match answer["sign_in"].as_str() {
        Some("revoked") => lines.push("its sign-in is revoked".into()),
        Some("failed") => {
            let failure = &answer["failure"];
            lines.push(format!("its sign-in is NOT revoked: {}", text(failure, "message")));
            lines.push(format!("to do: {}", text(failure, "hint")));
        }
        _ => {}
    }
    let left: Vec<&str> = answer["left_there"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    if !left.is_empty() {
        lines.push("what stays in the CRM until somebody deletes it there:".into());
        lines.extend(left.iter().map(|what| format!("  - {what}")));
    }
    lines.join("\n")
}
