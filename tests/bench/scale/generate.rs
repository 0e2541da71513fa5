//! Fills a data folder with as many conversations as are asked for: the same seed makes the same ones. Everything goes
//! through the store's own ways in: appends, claims, plans, passes, and the walk of the search index.

use std::collections::HashMap;
use std::path::Path;
use std::time::Duration;

use casebridge_domain::{
    Attachment, CallFailure, CaseState, Connection, ConnectionId, ConnectionKind, Consumer, Contact, EventKind,
    FailureClass, FailureMemory, FailureScope, Identifier, Lane, Mode, ModeHistory, NewEvent, ParkKind, ParkReason,
    Pause, PauseKind, SessionId, SessionKey, Speaker,
};
use casebridge_store::{
    Append, CaseUpdate, Console as _, DataFolder, LaneEnd, Lanes as _, NewSession, PassResult, Registry as _,
    Reservation, SessionLog as _, Sqlite, Step,
};
use casebridge_tests::conversations::Dice;
use jiff::Timestamp;
use serde_json::json;
use uuid::Uuid;

use super::words::{RAREST, language, name, sentence};

/// People of the team; the last one has a single conversation, an old one.
pub const TEAM: [&str; 6] = ["Mary", "Ann", "Tom", "Lena", "Ravi", "Zoe"];
/// Conversations that are filled at once: they share commits.
const TOGETHER: usize = 256;
const INSTANCE: &str = "https://crm.example.com";

/// What is asked for.
#[derive(Debug, Clone, Copy)]
pub struct Size {
    pub sessions: u64,
    pub messages: u64,
    pub seed: u64,
}

struct Talk {
    new: NewSession,
    events: Vec<NewEvent>,
    ended: Timestamp,
}

/// The conversation of a number: a year of them, one after the other.
fn talk(size: Size, number: u64) -> Talk {
    let mut dice = Dice(size.seed ^ number.wrapping_mul(0x9E37_79B9_7F4A_7C15));
    let language = language(&mut dice);
    let year = 365 * 24 * 60 * 60_u64;
    let begin: Timestamp = "2026-01-01T00:00:00Z".parse().unwrap();
    let mut at = begin + Duration::from_secs(year * number / size.sessions.max(1));
    // Most are short and some go on and on; together they have as many messages as are asked for.
    let mean = size.messages / size.sessions.max(1);
    let extra = size.messages % size.sessions.max(1);
    let long = if number % 10 == 9 { mean * 11 / 2 } else { mean / 2 };
    let count = (long + u64::from(number < extra)).max(1);
    let mut events = Vec::new();
    let mut push = |id: String, at: Timestamp, kind: EventKind| events.push(NewEvent::new(id, Some(at), kind));
    let resolved = number * 20 < size.sessions * 19 && dice.roll(10) > 0;
    let handed_off = dice.roll(10) < 3;
    let rare = [1, size.sessions / 2, size.sessions - 1].contains(&number);
    for turn in 0..count {
        at += Duration::from_secs(20 + dice.roll(200));
        let from = match (turn % 2, handed_off && turn * 3 > count * 2) {
            (0, _) => Speaker::Customer,
            (_, true) => Speaker::Agent,
            _ => Speaker::Ai,
        };
        let mut text = sentence(&mut dice, language);
        if rare && turn == 0 {
            text = format!("{RAREST} {text}");
        }
        push(format!("m{turn}"), at, EventKind::Message { from, text, author: None });
        if from == Speaker::Ai && dice.roll(8) == 0 {
            let arguments = json!({ "number": format!("A-{}", dice.roll(1_000_000)) });
            let results = json!({ "status": "shipped" });
            push(format!("t{turn}"), at, EventKind::ToolCall { name: "orders.find".into(), arguments, results });
        }
    }
    if dice.roll(30) == 0 {
        let (media_type, size) = (Some("image/jpeg".into()), Some(dice.roll(4_000_000)));
        let attachment = Attachment { name: format!("photo-{number}.jpg"), media_type, size, url: None };
        push("file".into(), at, EventKind::AttachmentAdded { from: Speaker::Customer, attachment });
    }
    if handed_off {
        let (reason, summary) = (Some("asked for a person".into()), Some(sentence(&mut dice, language)));
        push("h".into(), at, EventKind::HandedOff { reason, summary, language: None, sentiment: None });
        if dice.roll(3) > 0 {
            push("o".into(), at, EventKind::TakenOver { by: TEAM[dice.roll(5) as usize].into() });
        }
    }
    if number == size.sessions / 100 {
        push("zoe".into(), at, EventKind::Assigned { to: TEAM[5].into(), by: None });
    } else if resolved {
        push("r".into(), at, EventKind::Resolved { by: None, via: None });
    }
    let topics = ["Delivery", "Payment", "Account", "Return", "Other"];
    let external = format!("c-{:08}", number.wrapping_mul(7_919) % 100_000_000);
    let mail = Identifier { value: format!("p{}@example.com", dice.roll(60_000)), verified: dice.roll(3) > 0 };
    let new = NewSession {
        key: SessionKey { source: "scale".into(), external_id: external },
        channel: ["web", "web", "web", "email", "whatsapp", "telegram"][dice.roll(6) as usize].into(),
        topic: (dice.roll(2) == 0).then(|| topics[dice.roll(5) as usize].to_owned()),
        contact: Contact {
            name: (dice.roll(5) > 0).then(|| name(&mut dice, language)),
            email: (dice.roll(4) > 0).then_some(mail),
            ..Contact::default()
        },
    };
    Talk { new, events, ended: at }
}

fn connection(created_at: Timestamp) -> Connection {
    let pause = Pause { kind: PauseKind::ByHand, since: created_at, until: None, failures: 0, failure: None };
    Connection {
        id: ConnectionId(Uuid::from_u128(0xC0FFEE)),
        name: "acme".into(),
        kind: ConnectionKind::Creatio,
        instance: INSTANCE.into(),
        settings: json!({ "url": INSTANCE, "identity_url": INSTANCE,
            "auth": { "kind": "client_credentials", "client_id": "C1" } }),
        modes: ModeHistory::new(Mode::Every),
        // Nothing of this may ever be sent anywhere.
        pause: Some(pause),
        last_success_at: None,
        adoption: None,
        created_at,
    }
}

fn refused() -> CallFailure {
    CallFailure {
        class: FailureClass::Refused,
        scope: FailureScope::Lane,
        status: Some(500),
        message: "Field \"Owner\" must be filled".into(),
        hint: "choose an owner for new cases".into(),
        item: None,
    }
}

/// What became of a lane, by its number: nearly all are written, one in 200 is parked, one in 100 fails.
async fn pass(store: &Sqlite, consumer: Consumer, lane: Lane, number: u64, ended: Timestamp) {
    let crm_id = Uuid::from_u128(0xCA5E_0000_0000_0000 + u128::from(number));
    let open = number.is_multiple_of(2) || number.is_multiple_of(3);
    let end = match number % 200 {
        7 => LaneEnd::Park(ParkReason { kind: ParkKind::Refused, failure: refused(), since: ended, tries: 3 }),
        17 | 117 => LaneEnd::Retry {
            at: "2027-12-01T00:00:00Z".parse().unwrap(),
            memory: FailureMemory::next(None, &refused(), ended),
        },
        _ if open => LaneEnd::Written,
        _ => LaneEnd::Considered { seq: lane.dirty_seq, why: "the conversation was not handed off" },
    };
    if open {
        let reserve = Reservation { crm_id, case_key: lane.session_id.to_string(), previous: None, opening_seq: 1 };
        let step = Step { at: ended, what: "plan".into(), detail: json!({ "effects": 1 }) };
        let held = (consumer, lane.session_id, lane.fence);
        store.commit_plan(held, Some(reserve), Vec::new(), step).await.unwrap();
    }
    let state = if number.is_multiple_of(5) { CaseState::Open } else { CaseState::Closed };
    let number = Some(format!("SR{:08}", number + 1));
    let case = open.then_some(CaseUpdate { crm_id, state, number, deliver_after: None, wrote: None });
    let result = PassResult {
        consumer,
        session_id: lane.session_id,
        fence: lane.fence,
        written_seq: matches!(end, LaneEnd::Written).then_some(lane.dirty_seq),
        stands: Vec::new(),
        case,
        fields: None,
        attempts: Vec::new(),
        steps: vec![Step { at: ended, what: "written".into(), detail: json!({}) }],
        end,
        at: ended,
    };
    store.record(result).await.unwrap();
}

async fn batch(store: &Sqlite, consumer: Consumer, size: Size, numbers: std::ops::Range<u64>) {
    let talks: Vec<Talk> = numbers.clone().map(|number| talk(size, number)).collect();
    let last = talks.iter().map(|talk| talk.ended).max().unwrap_or(Timestamp::UNIX_EPOCH);
    let ends: HashMap<SessionId, (u64, Timestamp)> =
        talks.iter().zip(numbers).map(|(talk, number)| (talk.new.key.session_id(), (number, talk.ended))).collect();
    let said = talks.into_iter().map(|talk| async move {
        let session_id = store.ensure_session(talk.new, talk.ended).await.unwrap().0.id;
        store.append(Append { session_id, events: talk.events.into() }, talk.ended).await.unwrap().unwrap();
    });
    futures::future::join_all(said).await;
    let claimed = store.claim(consumer, last + Duration::from_secs(600), i64::MAX, Duration::from_secs(60)).await;
    let passes = claimed.unwrap().into_iter().filter_map(|lane| {
        let (number, ended) = *ends.get(&lane.session_id)?;
        Some(pass(store, consumer, lane, number, ended))
    });
    futures::future::join_all(passes).await;
}

/// Fills the folder, which must be new.
pub async fn fill(folder: &Path, size: Size) {
    let folder = DataFolder::open(folder).unwrap();
    let store = Sqlite::open(&folder.database().unwrap()).await.unwrap();
    let connection = connection("2026-01-01T00:00:00Z".parse().unwrap());
    let consumer = Consumer::Crm(connection.id);
    store.add_connection(connection).await.unwrap();
    let mut from = 0;
    while from < size.sessions {
        let to = (from + TOGETHER as u64).min(size.sessions);
        batch(&store, consumer, size, from..to).await;
        if to.is_multiple_of(25_600) || to == size.sessions {
            println!("{to} conversations");
        }
        from = to;
    }
    let mut indexed = 0;
    loop {
        let some = store.index_search().await.unwrap();
        if some == 0 {
            break;
        }
        indexed += some;
    }
    println!("{indexed} logs brought into the search index");
    store.close().await;
}
