//! Plans of what came back: closures and reopenings, messages of the CRM, echoes.

use proptest::prelude::*;

use super::*;
use crate::effect::RecordRef;
use crate::ids::{ReplyId, reply_id};

fn here() -> ConnectionId {
    ConnectionId(Uuid::nil())
}

fn there() -> ConnectionId {
    ConnectionId(Uuid::from_u128(2))
}

fn reopened() -> EventKind {
    EventKind::Reopened { by: Some("customer".into()), via: None }
}

fn closed_by(connection: ConnectionId) -> EventKind {
    EventKind::Resolved { by: None, via: Some(connection) }
}

fn reopened_by(connection: ConnectionId) -> EventKind {
    EventKind::Reopened { by: None, via: Some(connection) }
}

fn crm_said(from: Speaker, connection: ConnectionId) -> EventKind {
    let record = RecordRef { kind: RecordKind::Activity, id: Uuid::from_u128(9) };
    EventKind::CrmMessage {
        from,
        text: "from the CRM".into(),
        author: None,
        connection,
        case: case_id(namespace(), "chat/c1", None),
        record,
        reply_id: reply_id(namespace(), record),
        sent_by_crm: false,
    }
}

/// A story whose first two events stand in a case that is closed.
fn after_closure(mode: Mode, kinds: Vec<EventKind>) -> Story {
    let all = [said(Customer, "first"), resolved()].into_iter().chain(kinds).collect();
    let story = Story::new(mode, all).with_case(CaseState::Closed, 1, 2);
    Story { reopen: ReopenPolicy::NewCase, ..story }
}

fn first_case(story: &Story) -> Uuid {
    case_id(namespace(), &story.session.key.path(), None)
}

/// The same story after the plan was reserved and before its outcome was known.
fn reserved(story: &Story, opening_seq: i64) -> Story {
    let first = first_case(story);
    let mut case = story.case.clone().expect("a case");
    (case.previous, case.state, case.opening_seq) = (Some(first), CaseState::Reserved, opening_seq);
    case.crm_id = case_id(namespace(), &story.session.key.path(), Some(first));
    Story {
        session: story.session.clone(),
        events: story.events.clone(),
        modes: story.modes.clone(),
        case: Some(case),
        skipped: story.skipped.clone(),
        ..*story
    }
}

#[test]
fn r13_policy_new_case_opens_a_successor_that_begins_at_the_reopening() {
    let story = after_closure(Mode::Every, vec![reopened(), said(Customer, "again"), said(Ai, "yes?")]);
    assert_eq!(
        story.writes(),
        ("open_case@4 add_message@4 add_message@5".into(), 5),
        "a case that is new needs no reopening"
    );
    let Plan::Write { effects, .. } = story.plan() else { panic!("writes") };
    let Effect::OpenCase(draft) = &effects[0] else { panic!("the case comes first") };
    assert_eq!(draft.id, case_id(namespace(), "chat/c1", Some(first_case(&story))), "named after the one before it");
    assert_eq!((draft.subject.as_str(), draft.registered_on), ("again", at(3)), "it is about what is asked now");
}

#[test]
fn r13_policy_new_case_writes_what_was_said_before_to_the_old_case_first() {
    let kinds = vec![said(Customer, "first"), said(Ai, "bye"), resolved(), reopened(), said(Customer, "again")];
    let mut story = Story::new(Mode::Every, kinds).with_case(CaseState::Open, 1, 1);
    story.reopen = ReopenPolicy::NewCase;
    assert_eq!(story.writes(), ("add_message@2 resolve_case@3".into(), 3), "the old case ends as it did");
    let case = story.case.as_mut().expect("a case");
    case.state = CaseState::Closed;
    story.written = 3;
    assert_eq!(story.writes(), ("open_case@5 add_message@5".into(), 5), "and the new one begins behind it");
}

#[test]
fn r13_policy_new_case_takes_what_came_late_to_the_old_case() {
    let story = after_closure(Mode::Every, vec![said(Customer, "sent before"), reopened(), said(Customer, "again")]);
    assert_eq!(story.writes(), ("add_message@3".into(), 3), "a closed case still takes what belongs to it");
}

#[test]
fn r13_policy_new_case_waits_for_a_handoff_in_handoff_mode() {
    let mut kinds = vec![reopened(), said(Customer, "again"), said(Ai, "yes?")];
    let waits = after_closure(Mode::Handoff, kinds.clone());
    let Plan::Nothing { considered, done, .. } = waits.plan() else { panic!("nobody was asked: {:?}", waits.plan()) };
    assert_eq!((considered, done), (5, false), "the handoff must find what was said since");
    kinds.push(handoff("again"));
    let story = after_closure(Mode::Handoff, kinds);
    assert_eq!(story.writes(), ("open_case@6 add_message@4 add_message@5".into(), 6));
}

#[test]
fn r10_a_reserved_successor_is_made_with_what_it_was_reserved_for() {
    let once = vec![reopened(), said(Customer, "again"), handoff("s")];
    let told = vec![closed_by(here()), reopened(), said(Customer, "again"), handoff("s")];
    // Resolved by the AI, and asked again: nobody was asked before the handoff.
    let twice = vec![
        reopened(),
        said(Customer, "again"),
        resolved(),
        reopened(),
        said(Customer, "and again"),
        handoff("s"),
        said(Customer, "hello?"),
    ];
    for kinds in [once, told, twice] {
        for mode in [Mode::Every, Mode::Handoff] {
            let fresh = after_closure(mode, kinds.clone());
            let Plan::Write { effects, .. } = fresh.plan() else { panic!("writes: {:?}", fresh.plan()) };
            let opening = effects[0].seq();
            let again = reserved(&fresh, opening);
            assert!(
                fresh.plan() == again.plan(),
                "a message was lost or told twice: {:?} {:?}",
                fresh.plan(),
                again.plan()
            );
            let mut later = reserved(&fresh, opening);
            let seq = later.events.len() as i64 + 1;
            let event = later.events.last().expect("events").clone();
            later.events.push(Event { seq, event_id: format!("e{seq}"), kind: said(Customer, "more"), ..event });
            let Plan::Write { effects: more, .. } = later.plan() else { panic!("writes") };
            let start: Vec<_> = more.into_iter().filter(|effect| effect.seq() < seq).collect();
            assert!(effects == start, "whenever it runs: {effects:?} {start:?}");
        }
    }
}

#[test]
fn r13_policy_new_case_leaves_a_case_that_was_reopened_there_as_it_is() {
    let kinds = vec![said(Customer, "first"), resolved(), reopened_by(here()), said(Customer, "again")];
    for state in [CaseState::Open, CaseState::Closed] {
        let mut story = Story::new(Mode::Every, kinds.clone()).with_case(state, 1, 2);
        story.reopen = ReopenPolicy::NewCase;
        assert_eq!(story.writes(), ("add_message@4".into(), 4), "people there chose to go on in this case: {state:?}");
    }
    let mut kinds = kinds;
    kinds.insert(3, reopened());
    let mut story = Story::new(Mode::Every, kinds).with_case(CaseState::Open, 1, 2);
    story.reopen = ReopenPolicy::NewCase;
    assert_eq!(story.writes().0, "add_message@5 reopen_case@4", "nor does whoever reopens it here ask for another");
}

#[test]
fn r13_another_crms_reopening_opens_a_new_case_here() {
    let story = after_closure(Mode::Every, vec![reopened_by(there()), crm_said(Customer, there())]);
    assert_eq!(story.writes(), ("open_case@4 add_message@4".into(), 4));
}

#[test]
fn r13_policy_reopen_case_goes_on_in_the_same_case_with_one_change() {
    let mut story = after_closure(Mode::Every, vec![reopened(), said(Customer, "again")]);
    story.reopen = ReopenPolicy::ReopenCase;
    assert_eq!(story.writes(), ("add_message@4 reopen_case@3".into(), 4));
}

#[test]
fn r13_a_closure_there_cancels_a_reopening_of_ours_that_waits() {
    let mut story = after_closure(Mode::Every, vec![reopened(), said(Customer, "again"), closed_by(here())]);
    assert_eq!(story.writes(), ("add_message@4".into(), 5), "it is newer: neither a new case nor this one again");
    story.reopen = ReopenPolicy::ReopenCase;
    assert_eq!(story.writes(), ("add_message@4".into(), 5));
    let mut other = after_closure(Mode::Every, vec![reopened(), said(Customer, "again"), closed_by(there())]);
    other.reopen = ReopenPolicy::ReopenCase;
    assert_eq!(other.writes().0, "add_message@4 resolve_case@5", "another CRM's closure is written here");
}

#[test]
fn r13_what_the_crm_told_is_not_told_to_it() {
    for kind in [closed_by(here()), reopened_by(here())] {
        let story = Story::new(Mode::Every, vec![said(Customer, "a"), kind]).with_case(CaseState::Open, 1, 1);
        assert!(matches!(story.plan(), Plan::Nothing { considered: 2, done: true, .. }), "{:?}", story.plan());
    }
    let resolved_by_us = vec![said(Customer, "a"), resolved(), reopened_by(here())];
    let story = Story::new(Mode::Every, resolved_by_us).with_case(CaseState::Open, 1, 1);
    assert!(matches!(story.plan(), Plan::Nothing { .. }), "a reopening there is newer than our resolution");
}

#[test]
fn r9_a_crms_own_messages_are_written_to_the_other_crm_only() {
    for from in [Customer, Speaker::Agent] {
        let kinds = |origin| vec![said(Customer, "a"), crm_said(from, origin)];
        let own = Story::new(Mode::Every, kinds(here())).with_case(CaseState::Open, 1, 1);
        assert!(matches!(own.plan(), Plan::Nothing { done: true, .. }), "it stands there already: {:?}", own.plan());
        let other = Story::new(Mode::Every, kinds(there())).with_case(CaseState::Open, 1, 1);
        assert_eq!(other.writes().0, "add_message@2", "the other CRM has yet to hear of it");
    }
}

#[test]
fn r9_what_was_written_on_the_closed_case_is_told_on_the_new_one() {
    let story = after_closure(Mode::Every, vec![reopened(), crm_said(Customer, here())]);
    assert_eq!(story.writes().0, "open_case@4 add_message@4", "the mail stands on the old case only");
}

#[test]
fn r19_an_echo_is_written_nowhere_and_opens_nothing() {
    let mut story = Story::new(Mode::Every, vec![said(Speaker::Agent, "answer"), said(Customer, "thanks")]);
    story.events[0].echo_of = Some(ReplyId(Uuid::from_u128(3)));
    let only = Story { events: vec![story.events[0].clone()], ..story };
    assert!(matches!(only.plan(), Plan::Nothing { .. }), "the reply is in the log already: {:?}", only.plan());
    let mut story = Story::new(Mode::Every, vec![said(Speaker::Agent, "answer"), said(Customer, "thanks")]);
    story.events[0].echo_of = Some(ReplyId(Uuid::from_u128(3)));
    assert_eq!(story.writes(), ("open_case@2 add_message@2".into(), 2));
    let Plan::Write { effects, .. } = story.plan() else { panic!("writes") };
    assert!(
        matches!(&effects[1], Effect::AddActivity(draft) if draft.first),
        "the first activity that is written carries the link to the session"
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn r10_a_reserved_successor_loses_nothing_whatever_happened_before(
        kinds in prop::collection::vec(0..8_u8, 1..10), handoff_mode in any::<bool>(),
    ) {
        let kinds = kinds.into_iter().map(|kind| match kind {
            0 | 1 => said(Customer, "x"),
            2 => said(Ai, "x"),
            3 => resolved(),
            4 => reopened(),
            5 => handoff("s"),
            6 => crm_said(Speaker::Agent, here()),
            _ => reopened_by(there()),
        });
        let fresh = after_closure(if handoff_mode { Mode::Handoff } else { Mode::Every }, kinds.collect());
        if let Plan::Write { effects, .. } = fresh.plan()
            && let Effect::OpenCase(draft) = &effects[0]
        {
            let again = reserved(&fresh, draft.opening_seq);
            prop_assert!(fresh.plan() == again.plan(), "{:?} {:?} {:?}", fresh.events, fresh.plan(), again.plan());
        }
    }
}

#[test]
fn r38_an_answer_from_the_console_is_written_as_the_persons_own_words() {
    let reply = EventKind::AgentReply {
        text: "On it".into(),
        author: "Mary".into(),
        reply_id: reply_id(namespace(), RecordRef { kind: RecordKind::Activity, id: Uuid::from_u128(3) }),
    };
    let story = Story::new(Mode::Every, vec![said(Customer, "a"), reply]).with_case(CaseState::Open, 1, 1);
    let Plan::Write { effects, through: 2 } = story.plan() else { panic!("it goes to the case: {:?}", story.plan()) };
    assert_eq!(effects.len(), 1, "once");
    let expected = ActivityKind::Message { from: Speaker::Agent, author: Some("Mary".into()), text: "On it".into() };
    let is_hers = matches!(effects.first(), Some(Effect::AddActivity(draft)) if draft.what == expected);
    assert!(is_hers, "an agent said it, by name");
}
