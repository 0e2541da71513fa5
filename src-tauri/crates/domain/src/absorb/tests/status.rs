//! R12 and R13: how the case stands, merged three ways.

use super::*;
use crate::event::CaseChange;

fn stands(class: StatusClass, modified: u64) -> CaseSeen {
    CaseSeen::Stands(facts(class, modified))
}

fn knows(class: StatusClass, modified: u64, wrote: Option<StatusClass>) -> KnownCase {
    KnownCase { facts: Some(facts(class, modified)), wrote, meant: None }
}

fn changes_of(result: &Absorbed) -> Vec<CaseChange> {
    let mut all = result.events.iter().filter_map(|(_, event)| match &event.kind {
        EventKind::CaseChanged { changes, .. } => Some(changes.clone()),
        _ => None,
    });
    let one = all.next().unwrap_or_default();
    assert!(all.next().is_none(), "one look gives one event about the case");
    one
}

fn statuses(result: &Absorbed) -> Vec<&'static str> {
    names(result).into_iter().filter(|name| matches!(*name, "resolved" | "reopened")).collect()
}

#[test]
fn r13_our_own_resolved_does_not_close_a_question_that_is_open_again() {
    let mut look = Look::new();
    // Resolved here and written at 50, then the customer wrote at 60; our reopening waits.
    look.case.state = CaseState::Closed;
    look.known = knows(Open, 10, Some(Resolved));
    look.pending = Some((StatusWish::Reopened, at(60)));
    look.seen = stands(Resolved, 50);
    let result = look.absorb();
    assert!(result.events.is_empty(), "it is what we wrote: {:?}", result.events);
    assert_eq!(result.known.wrote, None, "now it was seen");
    look.keep(&result);
    assert!(look.absorb().events.is_empty(), "nor when it is looked at once more before we have written");
}

#[test]
fn r13_a_closure_while_our_reopening_waits_counts_only_when_it_is_newer() {
    for (closed, expected, why) in [
        (59, vec![], "whoever closed at 59 did not know what the customer wrote at 60"),
        (60, vec![], "at the same time: the customer is not left without an answer"),
        (61, vec!["resolved"], "closed after the reopening was asked for"),
    ] {
        let mut look = Look::new();
        look.pending = Some((StatusWish::Reopened, at(60)));
        look.seen = stands(Resolved, closed);
        let result = look.absorb();
        assert_eq!(statuses(&result), expected, "{why}");
        assert_eq!(result.notes.is_empty(), !expected.is_empty(), "what is left out is said on the trace");
        assert_eq!(result.state, Some(CaseState::Closed), "the case is closed either way");
    }
}

#[test]
fn r13_last_weeks_case_does_not_resolve_todays_session() {
    let mut look = Look::new();
    look.sessions[0].current = false;
    look.seen = stands(Closed, 50);
    let result = look.absorb();
    assert!(statuses(&result).is_empty(), "Creatio's job closed a case that the session has left behind");
    assert_eq!(result.state, Some(CaseState::Closed));
    // And a person who opens the old one again does not reopen a session that was resolved with its new case.
    look.keep(&result);
    look.sessions[0].open = false;
    look.seen = stands(Open, 60);
    assert!(statuses(&look.absorb()).is_empty());
}

#[test]
fn r13_resolved_and_then_closed_by_the_job_is_one_closure() {
    let mut look = Look::new();
    look.seen = stands(Resolved, 50);
    let first = look.absorb();
    assert_eq!(statuses(&first), ["resolved"]);
    look.keep(&first);
    look.seen = stands(Closed, 90);
    let second = look.absorb();
    assert!(statuses(&second).is_empty(), "the customer is not told twice that it is over");
    let what: Vec<_> = changes_of(&second).into_iter().map(|change| (change.what, change.to)).collect();
    assert_eq!(what, [("status".to_owned(), Some("Closed".to_owned()))], "the trace still shows the step");
}

#[test]
fn r13_a_closure_tells_who_and_when_and_whose_case() {
    let mut look = Look::new();
    let mut there = facts(Resolved, 50);
    there.owner = Some(Named { id: id(600), name: Some("Kim".into()) });
    there.over_since = Some(at(45));
    look.seen = CaseSeen::Stands(there);
    let result = look.absorb();
    let (session, event) = result.events.last().expect("a closure");
    assert_eq!(
        (*session, event.occurred_at),
        (SessionId(id(11)), Some(at(45))),
        "messages are compared with this time"
    );
    assert_eq!(event.kind, EventKind::Resolved { by: Some("Kim".into()), via: Some(connection()) });
}

#[test]
fn r13_what_equals_the_last_known_or_what_we_wrote_is_no_news() {
    for (known, there) in [
        (knows(Open, 10, None), stands(Open, 10)),
        (knows(Open, 10, None), stands(Open, 20)),
        (knows(Resolved, 10, None), stands(Resolved, 20)),
        (knows(Open, 10, Some(Resolved)), stands(Resolved, 20)),
        (knows(Open, 10, Some(Resolved)), stands(Closed, 30)),
        (knows(Resolved, 10, Some(Open)), stands(Open, 20)),
        (KnownCase::default(), stands(Open, 10)),
    ] {
        for open in [true, false] {
            let mut look = Look::new();
            look.sessions[0].open = open;
            (look.known, look.seen) = (known.clone(), there.clone());
            assert!(statuses(&look.absorb()).is_empty(), "{known:?} {there:?}");
        }
    }
}

#[test]
fn r13_a_person_who_reopened_what_we_resolved_is_heard_even_when_nobody_looked_in_between() {
    let mut other = facts(Open, 10);
    other.status.id = id(599);
    for (there, why) in [(facts(Open, 60), "changed since"), (other, "another open status")] {
        let mut look = Look::new();
        look.case.state = CaseState::Closed;
        look.sessions[0].open = false;
        look.known = knows(Open, 10, Some(Resolved));
        look.seen = CaseSeen::Stands(there);
        let result = look.absorb();
        assert_eq!(statuses(&result), ["reopened"], "{why}");
        assert_eq!((result.state, result.known.wrote), (Some(CaseState::Open), None));
        assert!(
            matches!(result.events.last().expect("events").1.kind, EventKind::Reopened { via: Some(via), .. } if via == connection()),
            "it came from there, so it is not written back"
        );
    }
}

#[test]
fn r13_a_confirmed_change_that_the_crm_did_not_take_is_nobodys_reopening() {
    let mut look = Look::new();
    look.case.state = CaseState::Closed;
    look.sessions[0].open = false;
    look.known = knows(Open, 10, Some(Resolved));
    look.seen = stands(Open, 10);
    let result = look.absorb();
    assert!(result.events.is_empty(), "the same row as before: answered 204 and written nothing");
    assert_eq!(result.notes.len(), 1, "but it is said");
    assert_eq!(result.known, look.known, "what we wrote is still to be seen");
}

#[test]
fn r13_reopened_there_reopens_the_session_before_its_messages() {
    let mut look = Look::with(vec![record(5, Role::Incoming, NOW - 10), record(6, REPLY, NOW - 5)]);
    look.case.state = CaseState::Closed;
    look.sessions[0].open = false;
    look.known = knows(Resolved, 10, None);
    look.seen = stands(Open, NOW - 20);
    let names: Vec<_> = names(&look.absorb()).into_iter().filter(|name| *name != "case_changed").collect();
    assert_eq!(
        names,
        ["reopened", "crm_message", "crm_message"],
        "else the customer's mail would reopen what is open there, and we would write that back"
    );
}

#[test]
fn r13_a_closure_comes_after_what_was_said_before_it_and_before_what_was_said_later() {
    let mut look = Look::with(vec![
        record(5, REPLY, NOW - 30),
        record(6, Role::Incoming, NOW - 20),
        record(7, Role::Incoming, NOW - 5),
    ]);
    look.seen = stands(Resolved, NOW - 20);
    let names: Vec<_> = names(&look.absorb()).into_iter().filter(|name| *name != "case_changed").collect();
    assert_eq!(
        names,
        ["crm_message", "crm_message", "resolved", "crm_message"],
        "a mail that the customer sent after the closure must be able to reopen the conversation"
    );
}

#[test]
fn r13_a_closure_that_is_older_than_the_customers_last_words_is_followed_by_their_reopening() {
    let mut look = Look::new();
    look.seen = stands(Resolved, 50);
    look.sessions[0].last_customer_at = Some(at(51));
    let result = look.absorb();
    assert_eq!(
        statuses(&result),
        ["resolved", "reopened"],
        "whoever closed at 50 had not read what the customer wrote at 51, and nobody would answer it"
    );
    let (_, reopening) = result.events.last().expect("events");
    assert!(!reopening.kind.is_the_engines(), "it is the customer's, so it is written to the case");
    look.sessions[0].last_customer_at = Some(at(50));
    assert_eq!(statuses(&look.absorb()), ["resolved"], "what was said before the closure is answered by it");
}

#[test]
fn r13_a_status_that_stands_there_before_we_wrote_it_is_taken_for_ours() {
    let mut look = Look::new();
    look.sessions[0].open = false;
    look.pending = Some((StatusWish::Resolved, at(60)));
    look.seen = stands(Resolved, 61);
    let result = look.absorb();
    assert!(result.events.is_empty(), "both want the same: {:?}", result.events);
    assert_eq!(result.notes.len(), 1);
}

#[test]
fn r13_our_own_resolved_whose_answer_was_lost_closes_nothing() {
    let mut look = Look::new();
    // Sent at 50; the customer wrote at 55, while it was on its way; the CRM took it at 60, and its answer was lost.
    look.known.meant = Some(Resolved);
    look.pending = Some((StatusWish::Reopened, at(55)));
    look.seen = stands(Resolved, 60);
    let result = look.absorb();
    assert!(result.events.is_empty(), "newer than the reopening, but nobody's closure: {:?}", result.events);
    assert_eq!((result.notes.len(), result.known.meant), (1, None), "now it is known");
    look.keep(&result);
    look.pending = None;
    look.seen = stands(Open, 70);
    look.keep(&look.absorb());
    look.seen = stands(Resolved, 80);
    assert_eq!(statuses(&look.absorb()), ["resolved"], "the next closure is a person's");
}

#[test]
fn r12_gone_merged_and_unreadable_are_told_once_each() {
    for (seen, state, word) in [
        (CaseSeen::Absent, CaseState::Gone, "deleted"),
        (CaseSeen::MergedInto(id(2)), CaseState::Merged, "merged"),
        (CaseSeen::Unreadable, CaseState::Unreadable, "unreadable"),
    ] {
        let mut look = Look { seen: seen.clone(), ..Look::new() };
        let result = look.absorb();
        assert_eq!(result.state, Some(state));
        assert_eq!(result.merged_into, (state == CaseState::Merged).then_some(id(2)));
        let told: Vec<_> = changes_of(&result).into_iter().map(|change| (change.what, change.to)).collect();
        assert_eq!(told, [("state".to_owned(), Some(word.to_owned()))]);
        look.keep(&result);
        let again = look.absorb();
        assert_eq!((again.state, again.events.len()), (None, 0), "{word} is news once");
        let mut reserved = Look { seen, ..Look::new() };
        reserved.case.state = CaseState::Reserved;
        let result = reserved.absorb();
        assert_eq!((result.state, result.events.len()), (None, 0), "a case that may not be made yet is not lost");
    }
}

#[test]
fn r12_a_case_that_is_there_again_goes_on() {
    for state in [CaseState::Gone, CaseState::Unreadable] {
        let mut look = Look::new();
        look.case.state = state;
        let result = look.absorb();
        assert_eq!(result.state, Some(CaseState::Open), "{state:?}: somebody gave our user its rights back");
        assert!(result.events.is_empty());
        look.seen = stands(Resolved, 50);
        assert_eq!(look.absorb().state, Some(CaseState::Closed));
    }
}

#[test]
fn what_people_changed_is_told_in_one_event_with_names() {
    let named = |n, name: &str| Some(Named { id: id(n), name: Some(name.into()) });
    let mut look = Look::new();
    let mut there = facts(Open, 20);
    there.status = Named { id: id(510), name: Some("Waiting".into()) };
    there.owner = named(600, "Kim");
    there.priority = named(700, "High");
    look.known.facts.as_mut().expect("facts").priority = named(701, "Low");
    look.seen = CaseSeen::Stands(there);
    let change = |what: &str, from: Option<&str>, to: &str| CaseChange {
        what: what.into(),
        from: from.map(Into::into),
        to: Some(to.into()),
    };
    assert_eq!(
        changes_of(&look.absorb()),
        [
            change("status", Some("Open"), "Waiting"),
            change("owner", None, "Kim"),
            change("priority", Some("Low"), "High")
        ]
    );
}

#[test]
fn a_status_that_we_wrote_is_not_told_as_somebodys_change() {
    let mut look = Look::new();
    look.known = knows(Open, 10, Some(Resolved));
    let mut there = facts(Resolved, 20);
    there.owner = Some(Named { id: id(600), name: None });
    look.seen = CaseSeen::Stands(there);
    let what: Vec<_> = changes_of(&look.absorb()).into_iter().map(|change| (change.what, change.to)).collect();
    assert_eq!(what, [("owner".to_owned(), Some(id(600).to_string()))], "a name that is not told is shown by its id");
}
