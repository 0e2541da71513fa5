//! Events on their way in and out.

use casebridge_domain::{Event, EventKind, NewEvent, ReplyId};
use casebridge_engine::ingest::MAX_NAME;
use jiff::Timestamp;
use serde::Serialize;
use serde::de::Error as _;
use utoipa::ToSchema;

use super::kinds::{documented, read_kind};
use crate::json::{Fault, Tree, decode};

/// One event. Its own members stand beside `id`, `at` and `kind`.
#[derive(ToSchema)]
#[expect(dead_code, reason = "read by utoipa only; `read_event` does the work")]
pub(crate) struct EventInput {
    /// The event's id in its session, given by you, 1 to 256 printable characters. The same id with the
    /// same body is a repetition and changes nothing; with another body it is a conflict.
    id: String,
    /// When it happened, RFC 3339; the time of arrival if left out.
    #[schema(value_type = Option<String>, format = DateTime)]
    at: Option<Timestamp>,
    /// For an agent's message that you were offered as a reply and send back: the reply's id. It is joined to the
    /// reply and written nowhere again.
    reply_id: Option<String>,
    #[serde(flatten)]
    what: documented::EventKind,
}

/// Several events of one session, in order; all are appended, or none.
#[derive(ToSchema)]
#[expect(dead_code, reason = "read by utoipa only; `read_events` does the work")]
pub(crate) struct EventBatch {
    /// The events.
    #[schema(min_items = 1, max_items = 1000)]
    events: Vec<EventInput>,
}

/// One event, or several under `events`.
#[derive(ToSchema)]
#[serde(untagged)]
#[expect(dead_code, clippy::large_enum_variant, reason = "read by utoipa only; `read_events` does the work")]
pub(crate) enum AppendInput {
    /// One.
    One(EventInput),
    /// Several.
    Batch(EventBatch),
}

/// Events that were read; not yet in any log.
pub(crate) struct Given {
    pub(crate) events: Vec<NewEvent>,
    /// Whether they came under `events`.
    pub(crate) is_batch: bool,
}

impl Given {
    /// The way to a member of one of the events.
    pub(crate) fn member(&self, index: usize, member: &str) -> String {
        if self.is_batch { format!("events[{index}].{member}") } else { member.to_owned() }
    }
}

/// Reads one event, or a batch.
pub(crate) fn read_events(tree: Tree) -> Result<Given, Fault> {
    let Tree::Members(mut members) = tree else {
        return Err(Fault::invalid_type(tree.unexpected(), &"an object").advice("send {\"events\": [..]}"));
    };
    let Some(place) = members.iter().position(|(name, _)| name == "events") else {
        return Ok(Given { events: vec![read_event(Tree::Members(members))?], is_batch: false });
    };
    let (_, list) = members.remove(place);
    if let Some((name, _)) = members.first() {
        return Err(Fault::unknown_field(name, &["events"]));
    }
    let Tree::List(items) = list else {
        return Err(Fault::invalid_type(list.unexpected(), &"an array").inside("events"));
    };
    let read = |(index, item)| read_event(item).map_err(|fault| fault.at(index).inside("events"));
    Ok(Given { events: items.into_iter().enumerate().map(read).collect::<Result<_, _>>()?, is_batch: true })
}

fn read_event(tree: Tree) -> Result<NewEvent, Fault> {
    let Tree::Members(mut members) = tree else {
        return Err(Fault::invalid_type(tree.unexpected(), &"an object"));
    };
    let (id, at) = (take(&mut members, "id"), take(&mut members, "at"));
    let is_message =
        members.iter().any(|(name, value)| name == "kind" && matches!(value, Tree::Text(kind) if kind == "message"));
    // Any other kind has no such member, and says so.
    let reply_id = if is_message { take(&mut members, "reply_id") } else { None };
    let event_id: String = decode(id.ok_or_else(|| Fault::missing_field("id"))?).map_err(|fault| fault.inside("id"))?;
    usable_id(&event_id).map_err(|fault| fault.inside("id"))?;
    let occurred_at = at.map_or(Ok(None), decode).map_err(|fault| fault.inside("at"))?;
    // A second `id` or `at` is still among the members, and no kind knows it.
    let kind = read_kind(Tree::Members(members)).map_err(|fault| fault.also_known(&["id", "at", "kind"]))?;
    let echo_of = match reply_id {
        None | Some(Tree::Null) => None,
        Some(given) => {
            let text: String = decode(given).map_err(|fault| fault.inside("reply_id"))?;
            let id = text.parse().map_err(|_| {
                Fault::new("is not the id of a reply").advice("give the `reply_id` of the stream").inside("reply_id")
            })?;
            Some(id)
        }
    };
    Ok(NewEvent { echo_of, ..NewEvent::new(event_id, occurred_at, kind) })
}

fn take(members: &mut Vec<(String, Tree)>, name: &str) -> Option<Tree> {
    let place = members.iter().position(|(given, _)| given == name)?;
    Some(members.remove(place).1)
}

/// The engine asks the same; here the fault can be given its place.
pub(crate) fn usable_id(id: &str) -> Result<(), Fault> {
    let problem = if id.trim().is_empty() {
        "is empty"
    } else if id.chars().any(char::is_control) {
        "holds control characters"
    } else if id.chars().count() > MAX_NAME {
        "has more than 256 characters"
    } else {
        return Ok(());
    };
    Err(Fault::new(problem).advice("give 1 to 256 printable characters"))
}

/// What became of one event.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct EventResult {
    /// The event's id.
    pub(crate) id: String,
    /// Its place in the log, from 1, without gaps.
    pub(crate) seq: i64,
    /// Whether it stood there already; then nothing was changed.
    pub(crate) duplicate: bool,
}

/// What became of the events, in the order in which they were sent.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AppendAnswer {
    /// One for each event.
    pub(crate) results: Vec<EventResult>,
}

/// An event of the log. Its own members stand beside the general ones.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct EventView {
    /// Its place in the log.
    seq: i64,
    /// Its id in its session.
    id: String,
    /// The reply that this message is your echo of.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    echo_of: Option<ReplyId>,
    /// What happened.
    #[serde(flatten)]
    #[schema(value_type = documented::EventKind)]
    what: EventKind,
    /// When it happened.
    #[schema(value_type = String, format = DateTime)]
    occurred_at: Timestamp,
    /// When it was taken in.
    #[schema(value_type = String, format = DateTime)]
    recorded_at: Timestamp,
}

impl From<Event> for EventView {
    fn from(event: Event) -> Self {
        Self {
            seq: event.seq,
            id: event.event_id,
            echo_of: event.echo_of,
            what: event.kind,
            occurred_at: event.occurred_at,
            recorded_at: event.recorded_at,
        }
    }
}

/// A page of a session's log.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct EventPage {
    /// The events, in order.
    pub(crate) events: Vec<EventView>,
    /// Give this as `after` to read on; left out at the end of the log.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) next_after: Option<i64>,
}
