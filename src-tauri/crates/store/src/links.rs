//! Which case a person chose for a conversation, as the store sees it.

use async_trait::async_trait;
use casebridge_domain::absorb::KnownCase;
use casebridge_domain::{CaseState, ConnectionId, Consumer, SessionId};
use jiff::Timestamp;
use uuid::Uuid;

use crate::error::StoreError;
use crate::port::{Attempt, Reservation, Step};

/// From where a case that was chosen is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WriteFrom {
    /// The whole conversation; what is written has ids of its own.
    Start,
    /// The whole conversation, as the mode would have done it.
    StartAsPlanned,
    /// Where the lane is: what was written before stands there already.
    Here,
}

/// A case that a person chose for a conversation.
#[derive(Debug, Clone)]
pub struct CaseChoice {
    /// The connection.
    pub connection: ConnectionId,
    /// The conversation.
    pub session: SessionId,
    /// The case that it has until now; somebody else may have been faster.
    pub instead_of: Option<Uuid>,
    /// The case.
    pub crm_id: Uuid,
    /// What it is keyed by.
    pub case_key: String,
    /// Its number, when it stands.
    pub number: Option<String>,
    /// `Reserved` when it is to be made, else as it was found.
    pub state: CaseState,
    /// How it was found.
    pub known: KnownCase,
    /// From when replies are delivered, by the CRM's clock (R2); `None`: it is to be made.
    pub deliver_after: Option<String>,
    /// What is written to it.
    pub from: WriteFrom,
    /// The call that found it.
    pub attempts: Vec<Attempt>,
    /// For the trace.
    pub step: Step,
}

/// What a conversation that is to get a case finds of its customer's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OpenCase {
    /// None: it gets one of its own, whose place is reserved now.
    None,
    /// One stands, and is the conversation's case from now on.
    Joined(Uuid),
    /// One is being made for another conversation.
    InTheMaking {
        /// When that one is tried again, after a failure.
        due: Option<Timestamp>,
    },
}

/// Choosing cases.
#[async_trait]
pub trait Links: Send + Sync {
    /// Gives a conversation the open case that its customer has already, by verified identity (R3, R4); else reserves
    /// one. Decided in one transaction, so that of two conversations that begin at once one finds the other's.
    async fn join_or_reserve(
        &self,
        lane: (Consumer, SessionId, i64),
        reserve: Reservation,
        now: Timestamp,
    ) -> Result<OpenCase, StoreError>;
    /// Gives a conversation another case, and lets go of the one before: one transaction. Whether the one before was
    /// still as the choice names it; otherwise nothing changed.
    async fn choose_case(&self, choice: CaseChoice, now: Timestamp) -> Result<bool, StoreError>;
    /// Takes a conversation off its case. Whether it was still this one.
    async fn unlink_case(
        &self,
        connection: ConnectionId,
        session: SessionId,
        case: Uuid,
        step: Step,
        now: Timestamp,
    ) -> Result<bool, StoreError>;
    /// Up to where a case was written when the conversation was taken off it.
    async fn left_at(&self, connection: ConnectionId, session: SessionId, case: Uuid) -> Result<i64, StoreError>;
    /// How many other conversations have this case.
    async fn others_on(&self, connection: ConnectionId, session: SessionId, case: Uuid) -> Result<i64, StoreError>;
}
