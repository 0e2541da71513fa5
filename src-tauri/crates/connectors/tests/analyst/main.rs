//! The provider against the stand-in: right and wrong answers, servers that fail, and customers who give orders.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests stop at the first thing that is not as expected")]

mod answers;
mod failures;
mod orders;
mod scene;
