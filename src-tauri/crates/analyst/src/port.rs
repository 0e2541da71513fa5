//! The port: one question about one conversation.

use std::fmt;
use std::time::Duration;

use async_trait::async_trait;
use casebridge_domain::CallFailure;
use casebridge_domain::analysis::{Analysis, Question, TranscriptLine};
use jiff::Timestamp;
use jiff::tz::TimeZone;

/// What is asked of an analyst.
#[derive(Clone, Copy)]
pub struct Ask<'a> {
    /// The conversation, oldest line first.
    pub lines: &'a [TranscriptLine],
    /// The fields that are wanted.
    pub questions: &'a [Question],
    /// Where "tomorrow" and "at five" are reckoned: the connection's, else the system's.
    pub time_zone: &'a TimeZone,
    /// The moment of asking. Relative dates are reckoned from the line that says them, not from this.
    pub now: Timestamp,
    /// How long the answer may take, counted from the call, repeated attempts included.
    pub deadline: Duration,
}

/// Personal data: `Debug` tells sizes only.
impl fmt::Debug for Ask<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ask")
            .field("lines", &self.lines.len())
            .field("questions", &self.questions.len())
            .field("deadline", &self.deadline)
            .finish_non_exhaustive()
    }
}

/// Whoever reads a conversation and answers questions about it.
#[async_trait]
pub trait Analyst: Send + Sync {
    /// Answers every question, in the order of the questions; a blank is an answer.
    ///
    /// # Errors
    /// When no answer can be had within the deadline, or none that can be read. The one built in never fails.
    async fn analyse(&self, ask: &Ask<'_>) -> Result<Analysis, CallFailure>;
}
