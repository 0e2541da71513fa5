//! What differs between a conversation and its case, as last known.

use casebridge_domain::{Case, CaseState, SessionStatus};
use casebridge_store::{Holder, SessionHead};

/// One thing that is not the same on both sides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drift {
    /// `status` or `owner`.
    pub what: &'static str,
    /// Here.
    pub ours: String,
    /// In the CRM.
    pub theirs: String,
}

/// Compares a conversation with a case that it is in. What was never read is not known, and no drift.
#[must_use]
pub fn drift(head: &SessionHead, case: &Case) -> Vec<Drift> {
    let Some(facts) = case.known.facts.as_ref().filter(|_| matches!(case.state, CaseState::Open | CaseState::Closed))
    else {
        return Vec::new();
    };
    let mut drifts = Vec::new();
    let resolved = head.session.status == SessionStatus::Resolved;
    if resolved != facts.class.is_over() {
        let ours = if resolved { "resolved" } else { "open" };
        let theirs = facts.status.name.clone().unwrap_or_else(|| facts.status.id.to_string());
        drifts.push(Drift { what: "status", ours: ours.into(), theirs });
    }
    if let (Holder::Person(ours), Some(owner)) = (&head.holder, &facts.owner)
        && let Some(theirs) = owner.name.clone().filter(|theirs| theirs != ours)
    {
        drifts.push(Drift { what: "owner", ours: ours.clone(), theirs });
    }
    drifts
}

#[cfg(test)]
mod tests {
    use casebridge_domain::absorb::KnownCase;
    use casebridge_domain::{CaseFacts, ConnectionId, Contact, Named, Session, SessionKey, StatusClass};
    use jiff::Timestamp;
    use uuid::Uuid;

    use super::*;

    fn pair(status: SessionStatus, holder: Holder, class: StatusClass, owner: &str) -> (SessionHead, Case) {
        let key = SessionKey { source: "chat".into(), external_id: "c1".into() };
        let session = Session {
            id: key.session_id(),
            key,
            channel: "web".into(),
            tags: Vec::new(),
            topic: None,
            contact: Contact::default(),
            status,
            handed_off_seq: None,
            last_seq: 1,
            last_ordered_at: Timestamp::UNIX_EPOCH,
            created_at: Timestamp::UNIX_EPOCH,
        };
        let named = |name: &str| Named { id: Uuid::from_u128(3), name: Some(name.into()) };
        let facts = CaseFacts {
            number: None,
            status: named("In progress"),
            class,
            owner: Some(named(owner)),
            priority: None,
            contact: None,
            modified: String::new(),
            over_since: None,
        };
        let case = Case {
            connection: ConnectionId(Uuid::from_u128(1)),
            case_key: "chat/c1".into(),
            previous: None,
            crm_id: Uuid::from_u128(2),
            native_id: None,
            number: None,
            state: CaseState::Open,
            session_id: session.id,
            opening_seq: 1,
            deliver_after: None,
            reserved_at: Timestamp::UNIX_EPOCH,
            opened_at: None,
            known: KnownCase { facts: Some(facts), ..KnownCase::default() },
            merged_into: None,
            pulled_to: None,
            restored_at: None,
            looked_at: None,
            chosen_seq: None,
            own_ids: false,
        };
        let head = SessionHead {
            session,
            last_text: None,
            last_from: None,
            last_message_at: None,
            updated_at: Timestamp::UNIX_EPOCH,
            message_count: 1,
            holder,
        };
        (head, case)
    }

    #[test]
    fn what_is_the_same_on_both_sides_is_no_drift() {
        let (head, case) = pair(SessionStatus::Open, Holder::Person("Mary".into()), StatusClass::Open, "Mary");
        assert_eq!(drift(&head, &case), [], "healthy is quiet");
        let (head, mut case) = pair(SessionStatus::Resolved, Holder::Ai, StatusClass::Open, "Mary");
        case.state = CaseState::Unlinked;
        assert_eq!(drift(&head, &case), [], "a case that was let go is nobody's business here");
        case.state = CaseState::Open;
        case.known = KnownCase::default();
        assert_eq!(drift(&head, &case), [], "what was never read is not known (R41)");
    }

    #[test]
    fn status_and_owner_are_compared() {
        let (head, case) = pair(SessionStatus::Resolved, Holder::Person("Mary".into()), StatusClass::Open, "Daniel");
        let found: Vec<_> = drift(&head, &case).into_iter().map(|one| (one.what, one.ours, one.theirs)).collect();
        assert_eq!(
            found,
            [("status", "resolved".to_owned(), "In progress".to_owned()), ("owner", "Mary".into(), "Daniel".into())],
            "each with both sides in words"
        );
    }
}
