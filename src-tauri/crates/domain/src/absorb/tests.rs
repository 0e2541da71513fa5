mod ping_pong;
mod random;
mod status;

use super::*;
use crate::ids::instance_namespace;
use crate::record::Named;

fn at(second: u64) -> Timestamp {
    Timestamp::UNIX_EPOCH + Duration::from_secs(second)
}

const HOUR: u64 = 3600;

/// The CRM's clock when the case is looked at.
const NOW: u64 = 1000 * HOUR;

fn id(n: u128) -> Uuid {
    Uuid::from_u128(n)
}

fn connection() -> ConnectionId {
    ConnectionId(id(77))
}

fn record_ref(n: u128) -> RecordRef {
    RecordRef { kind: crate::effect::RecordKind::Activity, id: id(n) }
}

fn record(n: u128, role: Role, said: u64) -> CrmRecord {
    CrmRecord {
        record: record_ref(n),
        case: id(1),
        role,
        at: at(said),
        modified: said.to_string(),
        author: Some(Named { id: id(900), name: Some("Kim".into()) }),
        text: format!("words of {n}"),
    }
}

const REPLY: Role = Role::Reply { sent_by_crm: false };
const MAIL: Role = Role::Reply { sent_by_crm: true };

fn facts(class: StatusClass, modified: u64) -> CaseFacts {
    let status = Named { id: id(500 + class as u128), name: Some(format!("{class:?}")) };
    CaseFacts {
        number: Some("SR1".into()),
        status,
        class,
        owner: None,
        priority: None,
        contact: Some(id(800)),
        modified: modified.to_string(),
        over_since: class.is_over().then(|| at(modified)),
    }
}

use StatusClass::{Closed, Open, Resolved};

/// A case as it is looked at; each test changes what its story is about.
#[derive(Debug, Clone)]
struct Look {
    case: Case,
    known: KnownCase,
    sessions: Vec<SessionOnCase>,
    seen: CaseSeen,
    records: Vec<CrmRecord>,
    ledger: HashMap<RecordRef, Entry>,
    derived: HashSet<Uuid>,
    pending: Option<(StatusWish, Timestamp)>,
    deliver_after: Timestamp,
    unsure_from: Option<Timestamp>,
    settings: BackSettings,
}

fn session(n: u128) -> SessionOnCase {
    SessionOnCase {
        id: SessionId(id(n)),
        open: true,
        handed_off: true,
        last_customer_at: None,
        contact: Some(id(800)),
        current: true,
    }
}

impl Look {
    /// An open case of one open session, seen open before.
    fn new() -> Self {
        Self {
            case: Case {
                connection: connection(),
                case_key: "chat/c1".into(),
                previous: None,
                crm_id: id(1),
                native_id: None,
                number: None,
                state: CaseState::Open,
                session_id: SessionId(id(11)),
                opening_seq: 1,
                deliver_after: None,
                reserved_at: at(0),
                opened_at: None,
                known: KnownCase::default(),
                merged_into: None,
                pulled_to: None,
                restored_at: None,
                looked_at: None,
                chosen_seq: None,
                own_ids: false,
            },
            known: KnownCase { facts: Some(facts(Open, 1)), ..KnownCase::default() },
            sessions: vec![session(11)],
            seen: CaseSeen::Stands(facts(Open, 1)),
            records: Vec::new(),
            ledger: HashMap::new(),
            derived: HashSet::new(),
            pending: None,
            deliver_after: at(100),
            unsure_from: None,
            settings: BackSettings::default(),
        }
    }

    fn with(records: Vec<CrmRecord>) -> Self {
        Self { records, ..Self::new() }
    }

    fn absorb(&self) -> Absorbed {
        absorb(View {
            connection: connection(),
            namespace: instance_namespace("https://acme.creatio.com"),
            case: &self.case,
            known: &self.known,
            sessions: &self.sessions,
            seen: &self.seen,
            records: &self.records,
            ledger: &self.ledger,
            derived: &self.derived,
            pending: self.pending,
            deliver_after: self.deliver_after,
            unsure_from: self.unsure_from,
            now: at(NOW),
            settings: &self.settings,
        })
    }

    /// The only decision.
    fn decision(&self) -> Decision {
        let mut decisions = self.absorb().decisions;
        assert_eq!(decisions.len(), 1, "one record, one decision");
        decisions.remove(0)
    }

    fn verdict(&self) -> (Verdict, Option<HeldFor>) {
        let decision = self.decision();
        (decision.verdict, decision.held_for)
    }

    /// What the store does with a result before the case is looked at again.
    fn keep(&mut self, result: &Absorbed) {
        for decision in &result.decisions {
            if decision.verdict == Verdict::Ours && !decision.foreign {
                self.ledger.insert(decision.record, Entry::Ours);
            } else if decision.verdict.is_final() {
                self.ledger.insert(decision.record, Entry::Decided);
            }
        }
        for (session, event) in &result.events {
            for on_case in self.sessions.iter_mut().filter(|one| one.id == *session) {
                match event.kind {
                    EventKind::Resolved { .. } => on_case.open = false,
                    EventKind::Reopened { .. } => on_case.open = true,
                    _ => {}
                }
            }
        }
        self.known = result.known.clone();
        self.case.state = result.state.unwrap_or(self.case.state);
    }
}

/// The events in a line: what, and whose session.
fn told(result: &Absorbed) -> Vec<(&'static str, SessionId)> {
    result.events.iter().map(|(session, event)| (event.kind.name(), *session)).collect()
}

fn names(result: &Absorbed) -> Vec<&'static str> {
    result.events.iter().map(|(_, event)| event.kind.name()).collect()
}

#[test]
fn r1_what_we_mean_to_write_is_ours_however_it_looks() {
    let mut look = Look::with(vec![record(5, REPLY, NOW - 10), record(6, Role::Incoming, NOW - 9)]);
    look.ledger = HashMap::from([(record_ref(5), Entry::Ours), (record_ref(6), Entry::Ours)]);
    let result = look.absorb();
    assert!(result.events.is_empty(), "the signal that runs inside our POST must not echo our own message");
    let verdicts: Vec<_> = result.decisions.iter().map(|one| (one.verdict, one.foreign)).collect();
    assert_eq!(verdicts, [(Verdict::Ours, false); 2], "an intent is enough: the answer may still be on its way");
}

#[test]
fn r2_what_was_said_before_this_engine_worked_on_the_case_is_history() {
    let edge = NOW - HOUR;
    for (said, role, verdict) in [
        (edge - 1, REPLY, Verdict::History),
        (edge - 1, MAIL, Verdict::History),
        (edge - 1, Role::Incoming, Verdict::History),
        (edge, REPLY, Verdict::Given),
    ] {
        let look = Look { deliver_after: at(edge), ..Look::with(vec![record(5, role, said)]) };
        assert_eq!(look.verdict(), (verdict, None), "a year of replies must not go out: {role:?} of {said}");
        let events = look.absorb().events.len();
        assert_eq!(events, usize::from(verdict == Verdict::Given), "history stays out of the conversation");
    }
}

#[test]
fn r2_a_reply_seen_three_days_late_waits_for_a_person() {
    let late = NOW - 73 * HOUR;
    let look = Look::with(vec![record(5, REPLY, late)]);
    assert_eq!(look.verdict(), (Verdict::Held, Some(HeldFor::Late)));
    assert_eq!(look.decision().session, Some(SessionId(id(11))), "where it goes is clear, only not whether");
    assert!(look.absorb().events.is_empty(), "held is not delivered");
    let in_time = Look::with(vec![record(5, REPLY, NOW - 71 * HOUR)]);
    assert_eq!(in_time.verdict(), (Verdict::Given, None));
    let mail = Look::with(vec![record(5, MAIL, late)]);
    assert_eq!(mail.verdict(), (Verdict::Recorded, None), "the customer has read what the CRM mailed three days ago");
    let clock_ahead = Look::with(vec![record(5, REPLY, NOW + 80 * HOUR)]);
    assert_eq!(clock_ahead.verdict(), (Verdict::Given, None), "a clock that is ahead makes nothing late");
}

#[test]
fn r2_after_a_restore_nobody_knows_what_was_delivered() {
    let (backup, restored) = (NOW - 5 * HOUR, NOW - HOUR);
    let look = |role, said| Look {
        deliver_after: at(restored),
        unsure_from: Some(at(backup)),
        ..Look::with(vec![record(5, role, said)])
    };
    assert_eq!(look(REPLY, backup - 1).verdict(), (Verdict::History, None), "the backup would know it");
    assert_eq!(look(REPLY, backup).verdict(), (Verdict::Held, Some(HeldFor::Restored)));
    assert_eq!(look(REPLY, restored - 1).verdict(), (Verdict::Held, Some(HeldFor::Restored)));
    assert_eq!(look(REPLY, restored).verdict(), (Verdict::Given, None), "what is said from now on is delivered");
    assert_eq!(look(Role::Incoming, backup).verdict(), (Verdict::History, None), "the customer's words are not sent");
}

#[test]
fn r4_the_only_session_takes_the_reply_even_without_a_handoff() {
    let mut look = Look::with(vec![record(5, REPLY, NOW - 10)]);
    (look.sessions[0].handed_off, look.sessions[0].contact) = (false, None);
    assert_eq!(told(&look.absorb()), [("crm_message", SessionId(id(11)))]);
}

#[test]
fn r4_of_two_sessions_the_handed_off_one_whose_customer_wrote_last_is_answered() {
    let mut look = Look::with(vec![record(5, REPLY, NOW - 10)]);
    look.sessions = vec![
        SessionOnCase { last_customer_at: Some(at(200)), ..session(11) },
        SessionOnCase { last_customer_at: Some(at(300)), ..session(12) },
        SessionOnCase { last_customer_at: Some(at(400)), handed_off: false, ..session(13) },
    ];
    assert_eq!(told(&look.absorb()), [("crm_message", SessionId(id(12)))], "the AI still talks in the newest one");
    assert_eq!(look.decision().session, Some(SessionId(id(12))));
}

#[test]
fn r4_where_none_is_plainly_meant_a_person_chooses() {
    let wrote = |n, second| SessionOnCase { last_customer_at: Some(at(second)), ..session(n) };
    let tie = vec![wrote(11, 200), wrote(12, 200)];
    let others = vec![wrote(11, 200), SessionOnCase { contact: Some(id(801)), ..wrote(12, 300) }];
    let unknown =
        vec![SessionOnCase { contact: None, ..wrote(11, 200) }, SessionOnCase { contact: None, ..wrote(12, 9) }];
    let half = vec![wrote(11, 200), SessionOnCase { contact: None, ..wrote(12, 300) }];
    let nobody: Vec<_> = [wrote(11, 200), wrote(12, 300)].map(|one| SessionOnCase { handed_off: false, ..one }).into();
    for (sessions, why) in [
        (tie, "both wrote at once"),
        (others, "after a merge across contacts one would read the other's answer"),
        (unknown, "whose case it is is not known"),
        (half, "one of them may be anybody"),
        (nobody, "none was handed to a person"),
        (Vec::new(), "there is nobody"),
    ] {
        for role in [REPLY, MAIL, Role::Incoming] {
            let look = Look { sessions: sessions.clone(), ..Look::with(vec![record(5, role, NOW - 10)]) };
            assert_eq!(look.verdict(), (Verdict::Held, Some(HeldFor::Ambiguous)), "{why}: {role:?}");
            assert!(look.absorb().events.is_empty(), "{why}, so nobody hears it: {role:?}");
        }
    }
}

#[test]
fn r5_ours_is_known_by_id_and_never_by_author() {
    let mut look = Look::with(vec![record(5, REPLY, NOW - 10)]);
    look.derived.insert(id(5));
    let decision = look.decision();
    assert_eq!((decision.verdict, decision.foreign), (Verdict::Ours, true), "another engine wrote our event");
    assert!(look.absorb().events.is_empty());
    for author in [None, Some(Named { id: id(1), name: None }), Some(Named { id: id(900), name: Some("API".into()) })] {
        let mut one = record(6, REPLY, NOW - 10);
        one.author = author;
        let look = Look::with(vec![one]);
        assert_eq!(look.verdict(), (Verdict::Given, None), "a small team answers with the integration's own user");
    }
}

#[test]
fn r7_each_role_has_its_verdict() {
    for (role, verdict, event) in [
        (REPLY, Verdict::Given, Some(Speaker::Agent)),
        (MAIL, Verdict::Recorded, Some(Speaker::Agent)),
        (Role::Incoming, Verdict::Incoming, Some(Speaker::Customer)),
        (Role::Draft, Verdict::Draft, None),
        (Role::No { why: NotForCustomer::Internal }, Verdict::Internal, None),
        (Role::No { why: NotForCustomer::KindNotChosen }, Verdict::KindNotChosen, None),
        (Role::No { why: NotForCustomer::Empty }, Verdict::Empty, None),
    ] {
        let look = Look::with(vec![record(5, role, NOW - 10)]);
        assert_eq!(look.verdict(), (verdict, None));
        let said = look.absorb().events.into_iter().map(|(_, event)| match event.kind {
            EventKind::CrmMessage { from, sent_by_crm, text, .. } => (from, sent_by_crm, text),
            other => panic!("{other:?}"),
        });
        let expected = event.map(|from| (from, role != REPLY, "words of 5".to_owned()));
        assert_eq!(said.collect::<Vec<_>>(), Vec::from_iter(expected), "{role:?}: a note on her is not sent to her");
    }
}

#[test]
fn r9_the_customers_own_mail_is_taken_in_as_theirs_and_not_offered() {
    let look = Look::with(vec![record(5, Role::Incoming, NOW - 100 * HOUR)]);
    let result = look.absorb();
    assert_eq!(look.verdict(), (Verdict::Incoming, None), "late or not: it is not sent to anybody");
    let (session, event) = &result.events[0];
    assert_eq!((*session, event.occurred_at), (SessionId(id(11)), Some(at(NOW - 100 * HOUR))));
    assert!(event.kind.is_from_customer() && !event.kind.is_for_carrier(), "the carrier's customer wrote it");
}

#[test]
fn r16_a_draft_is_looked_at_again_and_given_when_it_is_sent() {
    let mut look = Look::with(vec![record(5, Role::Draft, NOW - 40 * 60)]);
    let result = look.absorb();
    assert_eq!(result.decisions[0].verdict, Verdict::Draft);
    assert!(!result.decisions[0].verdict.is_final(), "saved at 10:00, sent at 10:40");
    look.keep(&result);
    look.records = vec![record(5, MAIL, NOW - 10)];
    assert_eq!(look.verdict(), (Verdict::Recorded, None));
    look.keep(&look.absorb());
    assert!(look.absorb().decisions.is_empty(), "and then never again");
}

#[test]
fn messages_are_told_in_the_order_in_which_they_were_said() {
    let look =
        Look::with(vec![record(7, REPLY, NOW - 5), record(5, Role::Incoming, NOW - 9), record(6, MAIL, NOW - 7)]);
    let said: Vec<_> = look.absorb().events.iter().map(|(_, event)| event.occurred_at).collect();
    assert_eq!(said, [Some(at(NOW - 9)), Some(at(NOW - 7)), Some(at(NOW - 5))]);
}
