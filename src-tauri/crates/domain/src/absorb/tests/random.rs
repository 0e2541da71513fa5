//! What holds for every case, however it looks.

use proptest::prelude::*;

use super::*;

fn role() -> impl Strategy<Value = Role> {
    prop_oneof![
        Just(REPLY),
        Just(MAIL),
        Just(Role::Incoming),
        Just(Role::Draft),
        Just(Role::No { why: NotForCustomer::Internal }),
        Just(Role::No { why: NotForCustomer::KindNotChosen }),
        Just(Role::No { why: NotForCustomer::Empty }),
    ]
}

fn class() -> impl Strategy<Value = StatusClass> {
    prop_oneof![Just(Open), Just(Resolved), Just(Closed)]
}

fn some_facts() -> impl Strategy<Value = CaseFacts> {
    (class(), 1..4_u64, 0..3_u128).prop_map(|(class, modified, owner)| CaseFacts {
        owner: (owner > 0).then(|| Named { id: id(600 + owner), name: None }),
        ..facts(class, modified * HOUR)
    })
}

fn seen() -> impl Strategy<Value = CaseSeen> {
    prop_oneof![
        6 => some_facts().prop_map(CaseSeen::Stands),
        1 => Just(CaseSeen::Absent),
        1 => Just(CaseSeen::MergedInto(id(2))),
        1 => Just(CaseSeen::Unreadable),
    ]
}

fn state() -> impl Strategy<Value = CaseState> {
    prop::sample::select(vec![
        CaseState::Reserved,
        CaseState::Open,
        CaseState::Closed,
        CaseState::Gone,
        CaseState::Merged,
        CaseState::Unreadable,
    ])
}

fn on_case(n: u128) -> impl Strategy<Value = SessionOnCase> {
    (any::<(bool, bool, bool)>(), prop::option::of(0..3_u64), prop::option::of(800..802_u128)).prop_map(
        move |((open, handed_off, current), wrote, contact)| SessionOnCase {
            open,
            handed_off,
            current,
            last_customer_at: wrote.map(|hour| at(hour * HOUR)),
            contact: contact.map(id),
            ..session(n)
        },
    )
}

/// 0: nothing is known of the record, 1: it is ours, 2: it was decided, 3: its id is derived from an event.
fn row(n: u128) -> impl Strategy<Value = (CrmRecord, u8)> {
    (role(), 0..10_u64, 0..4_u8).prop_map(move |(role, tens, known)| (record(n, role, NOW - tens * 10 * HOUR), known))
}

fn look() -> impl Strategy<Value = Look> {
    let known = (prop::option::of(some_facts()), prop::option::of(class()), prop::option::of(class()));
    let sessions = (on_case(11), on_case(12), on_case(13), 0..4_usize);
    let records = ((20..27_u128).map(row).collect::<Vec<_>>(), 0..8_usize);
    let pending = prop::option::of((any::<bool>(), 0..5_u64));
    (state(), known, sessions, seen(), records, pending, prop::option::of(0..10_u64)).prop_map(
        |(state, (facts, wrote, meant), (a, b, c, sessions), seen, (mut rows, some), pending, unsure)| {
            rows.truncate(some);
            let mut look = Look::new();
            look.case.state = state;
            look.known = KnownCase { facts, wrote, meant };
            look.sessions = vec![a, b, c];
            look.sessions.truncate(sessions);
            look.seen = seen;
            look.pending = pending.map(|(resolved, hour)| {
                (if resolved { StatusWish::Resolved } else { StatusWish::Reopened }, at(hour * HOUR))
            });
            look.deliver_after = at(NOW - 60 * HOUR);
            look.unsure_from = unsure.map(|tens| at(NOW - (60 + tens * 10) * HOUR));
            for (record, known) in &rows {
                match known {
                    1 => drop(look.ledger.insert(record.record, Entry::Ours)),
                    2 => drop(look.ledger.insert(record.record, Entry::Decided)),
                    3 => drop(look.derived.insert(record.record.id)),
                    _ => {}
                }
            }
            look.records = rows.into_iter().map(|(record, _)| record).collect();
            look
        },
    )
}

fn message_ref(event: &NewEvent) -> Option<RecordRef> {
    match &event.kind {
        EventKind::CrmMessage { record, .. } => Some(*record),
        _ => None,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn r5_every_record_that_is_not_decided_gets_one_decision(look in look()) {
        let result = look.absorb();
        let mut decided: Vec<_> = result.decisions.iter().map(|one| one.record).collect();
        decided.sort_unstable();
        let mut open: Vec<_> = look.records.iter().map(|one| one.record).collect();
        open.retain(|one| look.ledger.get(one) != Some(&Entry::Decided));
        open.sort_unstable();
        prop_assert_eq!(decided, open, "what is left out in silence is what people ask about");
        for decision in &result.decisions {
            let speaks = matches!(decision.verdict, Verdict::Given | Verdict::Recorded | Verdict::Incoming);
            let told: Vec<_> =
                result.events.iter().filter(|(_, event)| message_ref(event) == Some(decision.record)).collect();
            prop_assert_eq!(told.len(), usize::from(speaks), "{:?}", decision);
            for (session, event) in told {
                prop_assert_eq!(Some(*session), decision.session, "it goes where the decision says");
                let given = decision.verdict != Verdict::Incoming;
                prop_assert_eq!(event.kind.is_for_carrier(), given, "only an agent's words are for the carrier");
            }
            prop_assert_eq!(decision.held_for.is_some(), decision.verdict == Verdict::Held, "held means why");
        }
    }

    #[test]
    fn a_repeated_look_changes_nothing(look in look()) {
        let result = look.absorb();
        prop_assert_eq!(&result, &look.absorb(), "the same view gives the same result");
        let mut next = look;
        next.keep(&result);
        let again = next.absorb();
        prop_assert!(again.events.is_empty(), "told twice: {:?}", again.events);
        prop_assert!(again.state.is_none(), "the state came twice: {:?}", again.state);
        let left = |one: &Decision| matches!(one.verdict, Verdict::Ours | Verdict::Draft);
        prop_assert!(again.decisions.iter().all(left), "decided twice: {:?}", again.decisions);
    }

    #[test]
    fn events_have_distinct_ids_in_their_sessions(look in look()) {
        let result = look.absorb();
        let ids: HashSet<_> = result.events.iter().map(|(session, event)| (*session, &event.event_id)).collect();
        prop_assert_eq!(ids.len(), result.events.len(), "the store would take the second for a repetition");
    }
}
