//! What the forms of a case ask for, done as the user chosen.

use std::collections::HashMap;
use std::sync::Arc;

use axum::extract::{Path, RawQuery, State as From};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse as _, Response};
use axum::{Extension, Form};

use super::super::person::Act;
use super::super::sandbox::SalesforceSandbox;
use super::super::shared::{Shared, State};
use super::case;
use super::layout::{Links, gone};
use super::login::Visitor;

type Fields = HashMap<String, String>;

/// Does it, and goes back to the case; to the list when the case is gone.
pub(super) async fn act(
    From(shared): From<Arc<Shared>>,
    Path(id): Path<String>,
    visitor: Extension<Visitor>,
    RawQuery(query): RawQuery,
    Form(fields): Form<Fields>,
) -> Response {
    let links = Links::of(query.as_deref(), &visitor);
    let (by, asked) = {
        let state = shared.lock();
        (links.by(&state), asked_for(&state, &id, &fields))
    };
    let sandbox = SalesforceSandbox { shared: Arc::clone(&shared) };
    let done = asked.and_then(|act| {
        sandbox.act(Some(&by), &act).map_err(|refusal| format!("Salesforce did not take it: {refusal}"))
    });
    let state = shared.lock();
    let is_there = state.database.row("Case", &id).is_some() && !state.database.is_deleted("Case", &id);
    match done {
        Ok(_) if is_there => see_other(&links.case(&id)),
        Ok(_) => see_other(&links.list()),
        Err(reason) => match case::page(&state, &id, &links, Some(&reason)) {
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

fn asked_for(state: &State, case: &str, fields: &Fields) -> Result<Act, String> {
    let field = |name: &str| fields.get(name).map(|text| text.trim().to_owned()).unwrap_or_default();
    let needed = |name: &str, what: &str| match field(name) {
        empty if empty.is_empty() => Err(format!("{what} is empty.")),
        written => Ok(written),
    };
    let text = || needed("text", "The text");
    let case = case.to_owned();
    Ok(match field("act").as_str() {
        "comment" => Act::Comment { case, body: text()?, published: fields.contains_key("published") },
        "email_reply" => Act::EmailReply { case, html: text()? },
        "email_draft" => Act::EmailDraft { case, html: text()? },
        "send_draft" => Act::SendDraft { email: needed("email", "The draft")? },
        "incoming_email" => Act::IncomingEmail { case, from: None, html: text()? },
        "feed_post" => Act::FeedPost { case, html: text()? },
        "close" => Act::Close { case },
        "reopen" => Act::Reopen { case },
        "assign" => Act::Assign { case, owner: needed("owner", "The owner")? },
        "merge" => {
            let number = needed("into", "The case number")?;
            let rows = &state.database.table("Case").rows;
            let found = rows.iter().find(|row| state.database.text("Case", &row.id, "CaseNumber") == number);
            let survivor = found.map(|row| row.id.clone()).ok_or_else(|| format!("There is no case {number}."))?;
            Act::MergeCases { survivor, loser: case, shape: None }
        }
        "delete" if fields.contains_key("sure") => Act::DeleteCase { case },
        "delete" => return Err("Tick the box to delete the case.".to_owned()),
        other => return Err(format!("There is no act \"{other}\".")),
    })
}
