//! R13: a session and its case, resolved and reopened from both sides in any order, come to agree and then rest.

use proptest::prelude::*;

use super::*;
use crate::effect::Effect;
use crate::event::Event;
use crate::mode::{Mode, ModeHistory};
use crate::plan::{Plan, Snapshot, plan};
use crate::session::{Contact, Session, SessionKey, SessionStatus};

/// What people, customers and jobs do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Act {
    ResolveHere,
    ReopenHere,
    CustomerWrites,
    CloseThere,
    ReopenThere,
    /// The CRM's job makes Closed of Resolved.
    AutoClose,
    /// Somebody edits something else.
    TouchThere,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Op {
    Do(Act),
    /// The case is looked at; meanwhile, between the reading and the recording, something happens.
    Pull(Option<Act>),
    /// What is new is written; meanwhile, between the plan and the recording, something happens.
    Write(Option<Act>),
    /// The CRM takes it, and the answer is lost.
    WriteLost(Option<Act>),
}

/// The CRM's one case.
#[derive(Debug, Clone)]
struct Crm {
    class: StatusClass,
    status: u128,
    modified: u64,
    over_since: Option<Timestamp>,
}

struct World {
    clock: u64,
    crm: Crm,
    /// The session as the store holds it.
    status: SessionStatus,
    resolved_at: Option<Timestamp>,
    log: Vec<Event>,
    written: i64,
    look: Look,
    /// Status changes that we sent to the CRM.
    sent: usize,
}

fn namespace() -> Uuid {
    instance_namespace("https://acme.creatio.com")
}

impl World {
    fn new() -> Self {
        let mut world = Self {
            clock: 1000,
            crm: Crm { class: Open, status: 500, modified: 1000, over_since: None },
            status: SessionStatus::Open,
            resolved_at: None,
            log: Vec::new(),
            written: 0,
            look: Look::new(),
            sent: 0,
        };
        world.look.known = KnownCase::default();
        world.act(Act::CustomerWrites);
        world.written = 1;
        world
    }

    fn now(&self) -> Timestamp {
        at(self.clock)
    }

    /// As the store's `place` does it.
    fn place(&mut self, event: NewEvent) {
        if self.log.iter().any(|one| one.event_id == event.event_id) {
            return;
        }
        let occurred_at = event.occurred_at.unwrap_or(self.now());
        match &event.kind {
            EventKind::Resolved { .. } => {
                (self.status, self.resolved_at) = (SessionStatus::Resolved, Some(occurred_at));
            }
            EventKind::Reopened { .. } => (self.status, self.resolved_at) = (SessionStatus::Open, None),
            _ => {}
        }
        let seq = self.log.len() as i64 + 1;
        self.log.push(Event {
            session_id: SessionId(id(11)),
            seq,
            event_id: event.event_id,
            occurred_at,
            ordered_at: at(seq.unsigned_abs()),
            recorded_at: self.now(),
            kind: event.kind,
            echo_of: None,
        });
    }

    fn append(&mut self, event: NewEvent) {
        let said = event.occurred_at.unwrap_or(self.now());
        let late = self.resolved_at.is_some_and(|resolved| said <= resolved);
        if self.status == SessionStatus::Resolved && event.kind.is_from_customer() && !late {
            let kind = EventKind::Reopened { by: Some("customer".into()), via: None };
            self.place(NewEvent::new(format!("auto:reopened:{}", event.event_id), event.occurred_at, kind));
        }
        self.place(event);
    }

    fn set(&mut self, class: StatusClass, status: u128) {
        self.clock += 1;
        if class.is_over() && !self.crm.class.is_over() {
            self.crm.over_since = Some(self.now());
        }
        if !class.is_over() {
            self.crm.over_since = None;
        }
        (self.crm.class, self.crm.status, self.crm.modified) = (class, status, self.clock);
    }

    fn act(&mut self, act: Act) {
        self.clock += 10;
        let (now, name) = (self.now(), format!("e{}", self.clock));
        match act {
            Act::ResolveHere => {
                self.append(NewEvent::new(name, Some(now), EventKind::Resolved { by: None, via: None }));
            }
            Act::ReopenHere => {
                self.append(NewEvent::new(name, Some(now), EventKind::Reopened { by: None, via: None }));
            }
            Act::CustomerWrites => {
                let kind = EventKind::Message { from: Speaker::Customer, text: "hi".into(), author: None };
                self.append(NewEvent::new(name, Some(now), kind));
            }
            Act::CloseThere if !self.crm.class.is_over() => self.set(Resolved, 501),
            Act::ReopenThere if self.crm.class.is_over() => self.set(Open, 503),
            Act::AutoClose if self.crm.class == Resolved => self.set(Closed, 502),
            Act::TouchThere => self.crm.modified = self.clock,
            Act::CloseThere | Act::ReopenThere | Act::AutoClose => {}
        }
    }

    /// The newest status change of ours that is not confirmed, as the engine finds it.
    fn pending(&self) -> Option<(StatusWish, Timestamp)> {
        let wish = |via: Option<ConnectionId>, wish, at| via.is_none().then_some((wish, at));
        let unwritten = self.log.iter().rev().take_while(|event| event.seq > self.written);
        unwritten
            .filter_map(|event| match event.kind {
                EventKind::Resolved { via, .. } => Some(wish(via, StatusWish::Resolved, event.occurred_at)),
                EventKind::Reopened { via, .. } => Some(wish(via, StatusWish::Reopened, event.occurred_at)),
                _ => None,
            })
            .next()
            .flatten()
    }

    /// Whether anything came of it.
    fn pull(&mut self, meanwhile: Option<Act>) -> bool {
        let mut there = facts(self.crm.class, self.crm.modified);
        there.status.id = id(self.crm.status);
        there.over_since = self.crm.over_since;
        self.look.seen = CaseSeen::Stands(there);
        if let Some(act) = meanwhile {
            self.act(act);
        }
        self.look.pending = self.pending();
        self.look.sessions[0].open = self.status == SessionStatus::Open;
        self.look.sessions[0].last_customer_at =
            self.log.iter().rev().find(|event| event.kind.is_from_customer()).map(|event| event.occurred_at);
        let result = self.look.absorb();
        let news = !result.events.is_empty() || result.known != self.look.known || result.state.is_some();
        self.look.keep(&result);
        for (_, event) in result.events {
            self.append(event);
        }
        news
    }

    /// Whether there was anything to write.
    fn write(&mut self, meanwhile: Option<Act>, lost: bool) -> bool {
        let key = SessionKey { source: "chat".into(), external_id: "c1".into() };
        let session = Session {
            id: SessionId(id(11)),
            key,
            channel: "web".into(),
            topic: None,
            contact: Contact::default(),
            status: self.status,
            handed_off_seq: None,
            last_seq: self.log.len() as i64,
            last_ordered_at: self.now(),
            created_at: at(0),
        };
        let planned = plan(Snapshot {
            session: &session,
            events: &self.log[usize::try_from(self.written).expect("a place")..],
            written_seq: self.written,
            case: Some(&self.look.case),
            modes: &ModeHistory::new(Mode::Every),
            namespace: namespace(),
            batch_limit: 100,
            skipped: &[],
            connection: connection(),
            reopen: crate::back::ReopenPolicy::ReopenCase,
            fields: None,
        });
        let wish = match &planned {
            Plan::Write { effects, .. } => effects.iter().rev().find_map(|effect| match effect {
                Effect::SetStatus { to: StatusWish::Resolved, .. } => Some(Resolved),
                Effect::SetStatus { to: StatusWish::Reopened, .. } => Some(Open),
                _ => None,
            }),
            _ => None,
        };
        // As the store's `commit_plan` does it, before the call.
        self.look.known.meant = wish.or(self.look.known.meant);
        if let Some(act) = meanwhile {
            self.act(act);
        }
        match planned {
            Plan::Nothing { considered, done, .. } => {
                if done {
                    self.written = considered;
                }
                false
            }
            Plan::Write { through, .. } => {
                if let Some(class) = wish {
                    self.sent += 1;
                    self.set(class, if class.is_over() { 501 } else { 503 });
                }
                if lost {
                    return true;
                }
                // As `status_stands` and the store's `wrote` do it.
                if let Some(class) = wish {
                    (self.look.known.wrote, self.look.known.meant) = (Some(class), None);
                    self.look.case.state = if class.is_over() { CaseState::Closed } else { CaseState::Open };
                }
                self.written = through;
                true
            }
            Plan::Park { .. } => unreachable!("the case stands"),
        }
    }

    fn run(&mut self, op: Op) {
        match op {
            Op::Do(act) => self.act(act),
            Op::Pull(meanwhile) => drop(self.pull(meanwhile)),
            Op::Write(meanwhile) => drop(self.write(meanwhile, false)),
            Op::WriteLost(meanwhile) => drop(self.write(meanwhile, true)),
        }
    }

    /// Writes and looks until nothing changes. Gives the status changes that this took.
    fn rest(&mut self, look_first: bool) -> usize {
        let before = self.sent;
        for round in 0.. {
            assert!(round < 8, "endless ping-pong: {:?}", self.story());
            let mut moved = look_first && self.pull(None);
            moved |= self.write(None, false);
            moved |= self.pull(None);
            if !moved {
                break;
            }
        }
        self.sent - before
    }

    fn story(&self) -> Vec<String> {
        self.log.iter().map(|event| format!("{:?}@{}", event.kind, event.occurred_at.as_second())).collect()
    }
}

fn act() -> impl Strategy<Value = Act> {
    prop::sample::select(vec![
        Act::ResolveHere,
        Act::ReopenHere,
        Act::CustomerWrites,
        Act::CloseThere,
        Act::ReopenThere,
        Act::AutoClose,
        Act::TouchThere,
    ])
}

fn op() -> impl Strategy<Value = Op> {
    let meanwhile = || prop::option::weighted(0.3, act());
    prop_oneof![
        4 => act().prop_map(Op::Do),
        3 => meanwhile().prop_map(Op::Pull),
        3 => meanwhile().prop_map(Op::Write),
        1 => meanwhile().prop_map(Op::WriteLost),
    ]
}

/// The newest thing that was said or done about the status, as the people concerned see it.
fn last_word(ops: &[Op]) -> Option<Act> {
    let acts = ops.iter().rev().filter_map(|op| match op {
        Op::Do(act) => Some(*act),
        Op::Pull(meanwhile) | Op::Write(meanwhile) | Op::WriteLost(meanwhile) => *meanwhile,
    });
    acts.into_iter().next()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4000))]

    #[test]
    fn r13_session_and_case_come_to_agree_and_then_rest(
        ops in prop::collection::vec(op(), 1..16), look_first in any::<bool>(),
    ) {
        let mut world = World::new();
        for op in &ops {
            world.run(*op);
        }
        let sent = world.rest(look_first);
        prop_assert!(sent <= 2, "{} status changes after the last person's deed: {:?}", sent, world.story());
        let open = (world.status == SessionStatus::Open, !world.crm.class.is_over());
        prop_assert_eq!(open.0, open.1, "session and case disagree: {:?} {:?}", world.crm, world.story());
        prop_assert_eq!(world.rest(true), 0, "it was at rest");
    }

    #[test]
    fn r13_what_a_customer_wrote_last_is_never_buried(
        mut ops in prop::collection::vec(op(), 0..16),
        last in prop::sample::select(vec![
            Op::Do(Act::CustomerWrites),
            Op::Pull(Some(Act::CustomerWrites)),
            Op::Write(Some(Act::CustomerWrites)),
            Op::WriteLost(Some(Act::CustomerWrites)),
        ]),
        after in prop::collection::vec(op(), 0..4),
        look_first in any::<bool>(),
    ) {
        // Whatever was going on, the customer writes, and then nobody does anything any more.
        ops.push(last);
        ops.extend(after.into_iter().map(|op| match op {
            Op::Do(_) | Op::Pull(_) => Op::Pull(None),
            Op::Write(_) => Op::Write(None),
            Op::WriteLost(_) => Op::WriteLost(None),
        }));
        let mut world = World::new();
        for op in &ops {
            world.run(*op);
        }
        world.rest(look_first);
        prop_assert_eq!(last_word(&ops), Some(Act::CustomerWrites));
        prop_assert_eq!(world.status, SessionStatus::Open, "an open question was closed: {:?}", world.story());
        prop_assert!(!world.crm.class.is_over(), "and is open in the CRM too: {:?} {:?}", world.crm, world.story());
    }
}
