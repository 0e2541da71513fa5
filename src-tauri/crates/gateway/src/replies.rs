//! Replies of people, for whoever carries the conversation: a stream, a page of it, and the acknowledgement.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::time::Duration;

use axum::Json;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::IntoResponse;
use axum::response::sse::{Event, KeepAlive, Sse};
use casebridge_domain::{EventKind, ReplyId};
use casebridge_engine::{Engine, Offer};
use futures::Stream;
use jiff::Timestamp;
use serde::Serialize;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use utoipa::ToSchema;

use crate::keys::Caller;
use crate::openapi::ReadRefusals;
use crate::problem::{Kind, Problem};
use crate::query::Params;
use crate::state::Shared;

/// Most offers that are read at once.
const PAGE: i64 = 100;
/// Proxies drop connections on which nothing is said.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

/// One thing for the customer.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OfferView {
    /// Place in the stream: the `id` of the server-sent event. It changes when the reply is offered again.
    no: i64,
    /// Its id. It stays the same, however often it is offered: deliver each once.
    #[schema(value_type = String)]
    reply_id: ReplyId,
    /// `reply`: an answer to the customer. `resolved` and `reopened`: people closed or reopened the case.
    /// `taken_over`: a person holds the conversation, and your AI must not answer until `given_back`.
    kind: &'static str,
    /// The session.
    session_id: String,
    /// Where the session comes from.
    source: String,
    /// The session's id there.
    external_id: String,
    /// The session's channel.
    channel: String,
    /// Place of the event in the session's log.
    seq: i64,
    /// When it was said or done.
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    /// What the person wrote, as plain text.
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<String>,
    /// The person's name, if it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    author: Option<String>,
    /// For replies: `deliver`: send it to the customer. `recorded`: the CRM has sent it already; only show it.
    #[serde(skip_serializing_if = "Option::is_none")]
    delivery: Option<&'static str>,
    /// How often it was offered, this time included.
    tries: i64,
}

impl From<Offer> for OfferView {
    fn from(offer: Offer) -> Self {
        let (kind, text, author, delivery) = match offer.kind {
            EventKind::CrmMessage { text, author, sent_by_crm, .. } => {
                ("reply", Some(text), author, Some(if sent_by_crm { "recorded" } else { "deliver" }))
            }
            EventKind::AgentReply { text, author, .. } => ("reply", Some(text), Some(author), Some("deliver")),
            EventKind::Reopened { by, .. } => ("reopened", None, by, None),
            // While a person holds the conversation the AI must not answer.
            EventKind::TakenOver { by } => ("taken_over", None, Some(by), None),
            EventKind::Assigned { to, .. } => ("taken_over", None, Some(to), None),
            EventKind::GivenBack { by } => ("given_back", None, Some(by), None),
            EventKind::Resolved { by, .. } => ("resolved", None, by, None),
            _ => ("resolved", None, None, None),
        };
        Self {
            no: offer.no,
            reply_id: offer.id,
            kind,
            session_id: offer.session.to_string(),
            source: offer.source,
            external_id: offer.external_id,
            channel: offer.channel,
            seq: offer.seq,
            at: offer.occurred_at,
            text,
            author,
            delivery,
            tries: offer.tries,
        }
    }
}

/// A page of what is offered.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OfferPage {
    /// What is offered and not taken, in order.
    replies: Vec<OfferView>,
    /// Give this as `after` to read on; left out when there is no more now.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_after: Option<i64>,
}

/// What became of an acknowledgement.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TakenAnswer {
    /// The reply.
    #[schema(value_type = String)]
    reply_id: ReplyId,
    /// `taken`.
    state: &'static str,
    /// Whether it had been taken before; then nothing was changed.
    already: bool,
}

/// Lists what is offered and not taken.
#[utoipa::path(get, path = "/v1/replies", tag = "replies", operation_id = "list_replies",
    params(
        ("source" = Option<String>, Query, description = "Only for sessions of this source"),
        ("after" = Option<i64>, Query, description = "Only behind this place in the stream"),
        ("limit" = Option<i64>, Query, description = "At most this many, 1 to 500; 100 unless given")),
    responses((status = 200, description = "What is offered", body = OfferPage), ReadRefusals))]
pub(crate) async fn list(
    _: Caller,
    State(state): State<Shared>,
    mut params: Params,
) -> Result<Json<OfferPage>, Problem> {
    let source = params.text("source")?;
    let after = params.number("after", 0, i64::MAX, 0)?;
    let limit = params.number("limit", 1, 500, PAGE)?;
    params.end("`source`, `after` and `limit`")?;
    let offers = state.engine.offers(after, source, limit).await?;
    let full = i64::try_from(offers.len()).is_ok_and(|count| count == limit);
    let next_after = offers.last().map(|offer| offer.no).filter(|_| full);
    Ok(Json(OfferPage { replies: offers.into_iter().map(Into::into).collect(), next_after }))
}

/// Streams what is offered, as server-sent events of the types `reply`, `resolved`, `reopened`, `taken_over`
/// and `given_back`.
///
/// `Last-Event-ID` goes on behind that place; without it the stream begins with everything that was not taken.
/// Acknowledge each with `POST /v1/replies/{id}/taken`: what is not taken within two minutes is offered again,
/// under the same `reply_id` and a new place.
#[utoipa::path(get, path = "/v1/replies/stream", tag = "replies", operation_id = "stream_replies",
    params(
        ("source" = Option<String>, Query, description = "Only for sessions of this source"),
        ("Last-Event-ID" = Option<i64>, Header, description = "The newest place that was read")),
    responses(
        (status = 200, description = "The stream; each event's data is one of these", content(
            (OfferView = "text/event-stream"), (OfferView = "application/json"))),
        ReadRefusals))]
pub(crate) async fn stream(
    _: Caller,
    State(state): State<Shared>,
    headers: HeaderMap,
    mut params: Params,
) -> Result<impl IntoResponse, Problem> {
    let source = params.text("source")?;
    params.end("`source`")?;
    let mut after = match headers.get("last-event-id").map(|value| value.to_str().unwrap_or("?").trim()) {
        None | Some("") => 0,
        Some(text) => text.parse().ok().filter(|no| *no >= 0).ok_or_else(|| {
            Problem::invalid("Last-Event-ID", "is not a place in this stream", "give the `id` of an event, or none")
        })?,
    };
    // A place that was never given out belongs to another, or a lost, data folder.
    if after > state.engine.last_offer().await? {
        after = 0;
    }
    let reading = Reading {
        changed: state.engine.offered(),
        stopping: state.engine.stopping(),
        engine: state.engine.clone(),
        source,
        after,
        ready: VecDeque::new(),
    };
    let keep_alive = KeepAlive::new().interval(KEEP_ALIVE).text("still here");
    Ok(([("cache-control", "no-store"), ("x-accel-buffering", "no")], Sse::new(events(reading)).keep_alive(keep_alive)))
}

struct Reading {
    engine: Engine,
    changed: watch::Receiver<u64>,
    stopping: CancellationToken,
    source: Option<String>,
    after: i64,
    ready: VecDeque<Offer>,
}

fn events(reading: Reading) -> impl Stream<Item = Result<Event, Infallible>> {
    futures::stream::unfold(reading, |mut reading| async move {
        let offer = reading.next().await?;
        reading.after = offer.no;
        let view = OfferView::from(offer);
        let event = Event::default().id(view.no.to_string()).event(view.kind).retry(Duration::from_secs(2));
        // Text, numbers and names: this cannot fail.
        let event = event.json_data(&view).unwrap_or_default();
        Some((Ok(event), reading))
    })
}

impl Reading {
    /// The next offer; `None` when the engine stops.
    async fn next(&mut self) -> Option<Offer> {
        loop {
            if let Some(offer) = self.ready.pop_front() {
                return Some(offer);
            }
            self.changed.borrow_and_update();
            match self.engine.offers(self.after, self.source.clone(), PAGE).await {
                Ok(offers) => self.ready.extend(offers),
                Err(error) => {
                    // The reader comes back and asks again.
                    tracing::error!(error = &error as &dyn std::error::Error, "a stream could not be read");
                    return None;
                }
            }
            if !self.ready.is_empty() {
                continue;
            }
            tokio::select! {
                () = self.stopping.cancelled() => return None,
                changed = self.changed.changed() => changed.ok()?,
            }
        }
    }
}

/// Acknowledges a reply: it was handed to the customer, or to what hands it to them.
#[utoipa::path(post, path = "/v1/replies/{id}/taken", tag = "replies", operation_id = "take_reply",
    params(("id" = String, Path, description = "The `reply_id`")),
    responses((status = 200, description = "It is taken, now or before", body = TakenAnswer), ReadRefusals))]
pub(crate) async fn taken(
    _: Caller,
    State(state): State<Shared>,
    id: Result<Path<String>, PathRejection>,
) -> Result<Json<TakenAnswer>, Problem> {
    let id: Option<ReplyId> = id.ok().and_then(|Path(id)| id.parse().ok());
    let id = id.ok_or_else(|| {
        Problem::new(Kind::NotFound, "the path names no reply")
            .member("id")
            .hint("reply ids look like `rep_<32 hex digits>`; take them from the stream")
    })?;
    let taken = state.engine.take_reply(id).await?;
    Ok(Json(TakenAnswer { reply_id: taken.reply_id, state: "taken", already: taken.already }))
}
