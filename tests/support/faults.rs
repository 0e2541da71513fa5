//! The fault mix of the long journeys.

use casebridge_sandbox::creatio::{BatchPart, Chance, CutBatch, FaultPlan, Paced, RetryAfter, TokenExpiry};

/// Answers lost after commit in three of ten calls, and a little of everything else, from a seed.
pub fn mix(seed: u64) -> FaultPlan {
    FaultPlan {
        seed,
        answer_lost_after_commit: Some(Chance::probability(0.3)),
        error_500: Some(Chance::probability(0.02).in_bursts_of(3)),
        unavailable_503: Some(Paced { when: Chance::probability(0.02).in_bursts_of(2), retry_after: None }),
        throttled_429: Some(Paced { when: Chance::probability(0.02), retry_after: Some(RetryAfter::Seconds(1)) }),
        html_login_200: Some(Chance::probability(0.01)),
        cut_before: Some(Chance::probability(0.02)),
        cut_mid_body: Some(Chance::probability(0.02)),
        error_after_write: Some(Chance::probability(0.02)),
        token_expired_midway: Some(TokenExpiry { when: Chance::probability(0.02), revoke: true }),
        batch_cut_after: Some(CutBatch { when: Chance::probability(0.04), parts: 2 }),
        batch_part_500_after_write: Some(BatchPart { when: Chance::probability(0.04), part: 2 }),
        batch_part_answer_missing: Some(BatchPart { when: Chance::probability(0.04), part: 1 }),
        ..FaultPlan::default()
    }
}
