//! Benches: each figure beside a yardstick taken in the same run, as medians over alternating pairs.
//!
//! `cargo xtask bench [-- NAME...]`. `CASEBRIDGE_BENCH_CONVERSATIONS` names a file in the replay format for the
//! long runs; without it conversations come from a seed.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a bench that cannot go on stops where it is")]

mod analyst;
mod end_to_end;
mod forged;
mod http;
mod memory;
mod people;
mod replay;
mod report;
mod restart;
mod scale;
mod store;
mod webhooks;

#[tokio::main]
async fn main() {
    if let Some(port) = std::env::var_os(webhooks::EMPTY_HANDLER) {
        return webhooks::empty_handler(port).await;
    }
    if scale::generate_asked().await {
        return;
    }
    let wanted: Vec<String> = std::env::args().skip(1).filter(|argument| !argument.starts_with('-')).collect();
    let runs = |name: &str| wanted.is_empty() || wanted.iter().any(|one| one == name);
    if runs("store") {
        store::run().await;
    }
    if runs("http") {
        http::run().await;
    }
    if runs("end-to-end") {
        end_to_end::run().await;
    }
    if runs("restart") {
        restart::run().await;
    }
    if runs("replay") {
        replay::run().await;
    }
    if runs("faults") {
        replay::run_with_faults().await;
    }
    if runs("people") {
        people::run().await;
    }
    if runs("webhooks") {
        webhooks::run().await;
    }
    if runs("analyst") {
        analyst::run().await;
    }
    if runs("scale") {
        scale::run().await;
    }
    if runs("memory") {
        memory::run().await;
    }
}
