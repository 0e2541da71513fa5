mod back;
mod fields;

use std::time::Duration;

use jiff::Timestamp;

use super::*;
use crate::effect::RecordKind;
use crate::ids::{ConnectionId, instance_namespace};
use crate::mode::Mode;
use crate::session::{Contact, SessionKey, SessionStatus};

fn at(second: u64) -> Timestamp {
    Timestamp::UNIX_EPOCH + Duration::from_secs(second)
}

fn said(from: Speaker, text: &str) -> EventKind {
    EventKind::Message { from, text: text.into(), author: None }
}

fn handoff(summary: &str) -> EventKind {
    EventKind::HandedOff { reason: None, summary: Some(summary.into()), language: None, sentiment: None }
}

fn resolved() -> EventKind {
    EventKind::Resolved { by: None, via: None }
}

struct Story {
    session: Session,
    events: Vec<Event>,
    modes: ModeHistory,
    case: Option<Case>,
    written: i64,
    limit: usize,
    skipped: Vec<i64>,
    reopen: ReopenPolicy,
}

impl Story {
    fn new(mode: Mode, kinds: Vec<EventKind>) -> Self {
        let key = SessionKey { source: "chat".into(), external_id: "c1".into() };
        let session = Session {
            id: key.session_id(),
            key,
            channel: "web".into(),
            topic: None,
            contact: Contact::default(),
            status: SessionStatus::Open,
            handed_off_seq: None,
            last_seq: kinds.len() as i64,
            last_ordered_at: at(0),
            created_at: at(0),
        };
        let events = kinds
            .into_iter()
            .zip(1..)
            .map(|(kind, seq)| Event {
                session_id: session.id,
                seq,
                event_id: format!("e{seq}"),
                occurred_at: at(seq as u64),
                ordered_at: at(seq as u64),
                recorded_at: at(seq as u64),
                kind,
                echo_of: None,
            })
            .collect();
        let modes = ModeHistory::new(mode);
        Self {
            session,
            events,
            modes,
            case: None,
            written: 0,
            limit: 100,
            skipped: Vec::new(),
            reopen: ReopenPolicy::ReopenCase,
        }
    }

    fn with_case(mut self, state: CaseState, opening_seq: i64, written: i64) -> Self {
        self.case = Some(Case {
            connection: ConnectionId(Uuid::nil()),
            case_key: self.session.key.path(),
            previous: None,
            crm_id: case_id(namespace(), &self.session.key.path(), None),
            number: None,
            state,
            session_id: self.session.id,
            opening_seq,
            deliver_after: None,
            reserved_at: at(0),
            opened_at: None,
            known: crate::absorb::KnownCase::default(),
            merged_into: None,
            pulled_to: None,
            restored_at: None,
            looked_at: None,
            chosen_seq: None,
            own_ids: false,
        });
        self.written = written;
        self
    }

    fn plan(&self) -> Plan {
        let from = usize::try_from(self.written).unwrap_or(0);
        plan(Snapshot {
            session: &self.session,
            events: &self.events[from..],
            written_seq: self.written,
            case: self.case.as_ref(),
            modes: &self.modes,
            namespace: namespace(),
            batch_limit: self.limit,
            skipped: &self.skipped,
            connection: ConnectionId(Uuid::nil()),
            reopen: self.reopen,
            fields: None,
        })
    }

    fn writes(&self) -> (String, i64) {
        match self.plan() {
            Plan::Write { effects, through } => {
                (effects.iter().map(|effect| format!("{effect:?}")).collect::<Vec<_>>().join(" "), through)
            }
            other => panic!("expected something to write, got {other:?}"),
        }
    }
}

fn namespace() -> Uuid {
    instance_namespace("https://acme.creatio.com")
}

use Speaker::{Ai, Customer};

#[test]
fn every_conversation_opens_a_case_at_its_first_message() {
    let story = Story::new(Mode::Every, vec![said(Customer, "hi"), said(Ai, "hello")]);
    assert_eq!(story.writes(), ("open_case@1 add_message@1 add_message@2".into(), 2));
}

#[test]
fn r10_a_handoff_at_message_fifteen_brings_messages_one_to_fourteen_along() {
    let mut kinds: Vec<_> = (0..14).map(|n| said(if n % 2 == 0 { Customer } else { Ai }, "x")).collect();
    let quiet = Story::new(Mode::Handoff, kinds.clone());
    assert!(matches!(quiet.plan(), Plan::Nothing { considered: 14, .. }), "without a handoff there is no case");
    kinds.push(handoff("wants a refund"));
    kinds.push(said(Customer, "anyone?"));
    let story = Story::new(Mode::Handoff, kinds);
    let Plan::Write { effects, through } = story.plan() else { panic!("the handoff opens the case") };
    let messages = effects.iter().filter(|effect| effect.name() == "add_message").count();
    assert_eq!((messages, through), (15, 16), "considered messages are not written messages");
    let Effect::OpenCase(draft) = &effects[0] else { panic!("the case comes first") };
    assert_eq!(draft.summary.as_deref(), Some("wants a refund"), "the handoff that opens the case is told in the case");
    assert!(!effects.iter().any(|effect| effect.name() == "add_handoff_note"), "and not a second time as a note");
}

#[test]
fn a_handoff_on_an_existing_case_is_a_note() {
    let story = Story::new(Mode::Every, vec![said(Customer, "hi"), handoff("s")]).with_case(CaseState::Open, 1, 1);
    assert_eq!(story.writes(), ("add_handoff_note@2".into(), 2));
}

#[test]
fn the_records_do_not_depend_on_when_the_plan_ran() {
    let kinds = vec![said(Ai, "welcome"), said(Customer, "hi"), handoff("s"), said(Ai, "bye"), resolved()];
    let late = Story::new(Mode::Every, kinds.clone());
    let Plan::Write { effects: at_once, .. } = late.plan() else { panic!("all at once") };
    let mut piecemeal = Vec::new();
    for written in 0..kinds.len() as i64 {
        let mut story = Story::new(Mode::Every, kinds.clone());
        story.events.truncate(written as usize + 1);
        if written > 1 {
            story = story.with_case(CaseState::Open, 2, written);
        }
        if let Plan::Write { effects, .. } = story.plan() {
            piecemeal.extend(effects);
        }
    }
    assert!(matches!(&at_once[0], Effect::OpenCase(draft) if draft.opening_seq == 2), "the greeting opens nothing");
    assert!(at_once == piecemeal, "a slow CRM must get the same records as a fast one: {at_once:?} {piecemeal:?}");
}

#[test]
fn r10_a_switch_of_the_mode_applies_to_sessions_with_an_event_after_it() {
    let kinds = vec![said(Customer, "one"), said(Customer, "two"), said(Customer, "three")];
    let mut story = Story::new(Mode::Handoff, kinds.clone());
    story.modes.switch(at(10), Mode::Every);
    assert!(matches!(story.plan(), Plan::Nothing { .. }), "a session that ended before the switch gets no case");
    let mut story = Story::new(Mode::Handoff, kinds.clone());
    story.modes.switch(at(3), Mode::Every);
    assert_eq!(
        story.writes().0,
        "open_case@3 add_message@1 add_message@2 add_message@3",
        "an event after the switch brings the whole conversation"
    );
    let mut story = Story::new(Mode::Every, kinds);
    story.modes.switch(at(2), Mode::Handoff);
    assert_eq!(
        story.writes().0,
        "open_case@1 add_message@1 add_message@2 add_message@3",
        "what began under the old mode was promised a case, however slow the CRM was"
    );
}

#[test]
fn a_reserved_case_is_made_with_what_it_was_reserved_for() {
    let kinds = vec![said(Customer, "first"), said(Customer, "second")];
    let fresh = Story::new(Mode::Every, kinds.clone());
    let again = Story::new(Mode::Every, kinds).with_case(CaseState::Reserved, 1, 0);
    assert!(fresh.plan() == again.plan(), "a repeated creation must not differ from the first");
}

#[test]
fn only_the_newest_status_counts_and_it_comes_last() {
    let kinds = vec![
        said(Customer, "a"),
        resolved(),
        EventKind::Reopened { by: None, via: None },
        said(Customer, "b"),
        resolved(),
    ];
    let story = Story::new(Mode::Every, kinds).with_case(CaseState::Open, 1, 1);
    assert_eq!(story.writes().0, "add_message@4 resolve_case@5");
}

#[test]
fn long_transcripts_go_in_batches_without_a_gap() {
    let mut story = Story::new(Mode::Every, (0..25).map(|_| said(Customer, "x")).collect());
    story.limit = 10;
    let (first, through) = story.writes();
    assert_eq!((first.split(' ').count(), through), (10, 9), "the case counts as a record of the batch");
    let (second, through) = story.with_case(CaseState::Open, 1, 9).writes();
    assert!(second.starts_with("add_message@10 "), "the next batch goes on where the first ended: {second}");
    assert_eq!(through, 19);
}

#[test]
fn r18_a_skipped_item_leaves_a_line_in_its_place() {
    let mut story =
        Story::new(Mode::Every, vec![said(Customer, "a"), said(Customer, "b")]).with_case(CaseState::Open, 1, 0);
    story.skipped = vec![1];
    assert_eq!(story.writes(), ("note_left_out@1 add_message@2".into(), 2));
}

#[test]
fn r12_cases_that_are_gone_merged_or_unreadable_make_no_new_case() {
    for (state, kind) in [
        (CaseState::Gone, ParkKind::CaseGone),
        (CaseState::Merged, ParkKind::CaseMerged),
        (CaseState::Unreadable, ParkKind::CaseUnreadable),
    ] {
        let story = Story::new(Mode::Every, vec![said(Customer, "a"), said(Customer, "b")]).with_case(state, 1, 1);
        assert!(matches!(story.plan(), Plan::Park { kind: got, .. } if got == kind), "{state:?} waits for a person");
    }
}

#[test]
fn the_subject_is_the_topic_or_the_customers_first_words() {
    let mut story = Story::new(Mode::Every, vec![said(Ai, "Welcome!"), said(Customer, "My order\nis late")]);
    story.modes = ModeHistory::new(Mode::Every);
    let subject = |story: &Story| match story.plan() {
        Plan::Write { effects, .. } => match &effects[0] {
            Effect::OpenCase(draft) => draft.subject.clone(),
            other => panic!("the case comes first, got {other:?}"),
        },
        other => panic!("{other:?}"),
    };
    assert_eq!(subject(&story), "My order is late", "a greeting says nothing about the case");
    story.session.topic = Some("Late order".into());
    assert_eq!(subject(&story), "Late order");
}

#[test]
fn record_ids_are_distinct_over_a_whole_session() {
    let story = Story::new(Mode::Every, vec![said(Customer, "ok"), said(Customer, "ok"), handoff("s"), resolved()]);
    let Plan::Write { effects, .. } = story.plan() else { panic!("writes") };
    let ids: std::collections::HashSet<_> = effects.iter().map(|effect| effect.record().id).collect();
    assert_eq!(ids.len(), effects.len(), "`ok` said twice is two records");
    assert_eq!(effects.last().map(|effect| effect.record().kind), Some(RecordKind::Status));
}
