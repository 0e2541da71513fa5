//! What the forms of a case ask for, done as the employee chosen.

use std::collections::HashMap;
use std::sync::Arc;

use axum::Form;
use axum::extract::{Path, RawQuery, State as From};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse as _, Response};
use uuid::Uuid;

use super::super::ids;
use super::super::person::Act;
use super::super::refusal::Refusal;
use super::super::sandbox::CreatioSandbox;
use super::super::shared::Shared;
use super::super::table::IndexKey;
use super::layout::{Links, gone};
use super::record;

type Fields = HashMap<String, String>;

/// Does it, and goes back to the case; to the list when the case is gone. The page waits for the calls inside the
/// saves, as the real one does.
pub(super) async fn act(
    From(shared): From<Arc<Shared>>,
    Path(case): Path<Uuid>,
    RawQuery(query): RawQuery,
    Form(fields): Form<Fields>,
) -> Response {
    let links = Links::from_query(query.as_deref());
    let sandbox = CreatioSandbox { shared: Arc::clone(&shared) };
    let done = match asked_for(&sandbox, case, &fields) {
        Ok(act) => sandbox.person(links.by()).act_to_the_end(act).await.map_err(|refusal| words(&refusal)),
        Err(reason) => Err(reason),
    };
    let state = shared.lock();
    let is_there = state.database.row("Case", case).is_some();
    match done {
        Ok(_) if is_there => see_other(&links.case_address(case)),
        Ok(_) => see_other(&links.list_address()),
        Err(reason) => match record::page(&state, case, &links, Some(&reason)) {
            Some(page) => (StatusCode::UNPROCESSABLE_ENTITY, Html(page)).into_response(),
            None => (StatusCode::NOT_FOUND, Html(gone(&links))).into_response(),
        },
    }
}

fn see_other(address: &str) -> Response {
    match HeaderValue::from_str(address) {
        Ok(address) => (StatusCode::SEE_OTHER, [(header::LOCATION, address)]).into_response(),
        Err(_) => StatusCode::NO_CONTENT.into_response(),
    }
}

fn words(refusal: &Refusal) -> String {
    format!("The CRM did not take it: {refusal}")
}

fn asked_for(sandbox: &CreatioSandbox, case: Uuid, fields: &Fields) -> Result<Act, String> {
    let text = |name: &str| fields.get(name).map(|text| text.trim().to_owned()).unwrap_or_default();
    let id = |name: &str| Uuid::try_parse(&text(name)).ok();
    let needed = |name: &str, what: &str| match text(name) {
        empty if empty.is_empty() => Err(format!("{what} is empty.")),
        written => Ok(written),
    };
    let message = || needed("html", "The message");
    Ok(match text("act").as_str() {
        "email_reply" => Act::EmailReply { case, html: message()? },
        "email_draft" => Act::EmailDraft { case, html: message()? },
        "send_draft" => Act::SendDraft { activity: id("activity").ok_or("No draft is named.")? },
        "incoming_email" => Act::IncomingEmail { case, from: None, html: message()? },
        "portal_message" => {
            let (hidden, from_portal) = (fields.contains_key("hidden"), fields.contains_key("from_portal"));
            Act::PortalMessage { case, html: message()?, hidden, from_portal }
        }
        "feed_post" => Act::FeedPost { case, html: message()? },
        "task" => {
            let category = id("category").unwrap_or(ids::CATEGORY_TO_DO);
            let type_id = type_of(sandbox, category);
            let title = needed("title", "The title")?;
            Act::Task { case, type_id, category, title, detailed_result: text("result") }
        }
        "resolve" => Act::Resolve { case },
        "close" => Act::Close { case },
        "reopen" => Act::Reopen { case },
        "assign" => Act::Assign { case, owner: id("owner") },
        "merge" => {
            let number = needed("into", "The case number")?;
            let survivor = numbered(sandbox, &number).ok_or_else(|| format!("There is no case {number}."))?;
            Act::MergeCases { survivor, loser: case, shape: None }
        }
        "delete" if fields.contains_key("sure") => Act::DeleteCase { case },
        "delete" => return Err("Tick the box to delete the case.".to_owned()),
        other => return Err(format!("There is no act \"{other}\".")),
    })
}

fn type_of(sandbox: &CreatioSandbox, category: Uuid) -> Uuid {
    let state = sandbox.shared.lock();
    state.database.field("ActivityCategory", category, "ActivityTypeId").guid().unwrap_or(ids::TYPE_TASK)
}

fn numbered(sandbox: &CreatioSandbox, number: &str) -> Option<Uuid> {
    let state = sandbox.shared.lock();
    let table = state.database.table("Case")?;
    let found = table.find(table.entity.column("Number")?, &IndexKey::Text(number.to_lowercase()))?;
    table.by_seq(*found.first()?).map(super::super::table::Row::id)
}
