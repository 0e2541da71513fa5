//! The console over a store as large as a team's after years: a generator, and what people wait for.
//!
//! `CASEBRIDGE_BENCH_STORE` names a folder made by `cargo xtask generate`; without it one is made for the run.

mod generate;
mod scroll;
mod search;
mod window;
mod words;

use std::path::PathBuf;

use casebridge_tests::process::Served;

use generate::Size;

const FULL: Size = Size { sessions: 100_000, messages: 1_000_000, seed: 1 };

/// Carries out `generate --into FOLDER [--sessions N] [--messages N] [--seed N]`; whether that was asked for.
pub async fn generate_asked() -> bool {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if arguments.first().is_none_or(|first| first != "generate") {
        return false;
    }
    let value = |name: &str| arguments.iter().skip_while(|one| *one != name).nth(1);
    let number = |name: &str, otherwise| value(name).map_or(otherwise, |text| text.parse().expect("a number"));
    let size = Size {
        sessions: number("--sessions", FULL.sessions),
        messages: number("--messages", FULL.messages),
        seed: number("--seed", FULL.seed),
    };
    let into = PathBuf::from(value("--into").expect("--into FOLDER"));
    assert!(!into.join("casebridge.db").exists(), "{} holds a store already", into.display());
    generate::fill(&into, size).await;
    true
}

/// Measures the lists, the searches, the scrolling, and the start of the window.
pub async fn run() {
    let temp = tempfile::tempdir().unwrap();
    let data = match std::env::var_os("CASEBRIDGE_BENCH_STORE") {
        Some(folder) => PathBuf::from(folder),
        None => {
            let data = temp.path().join("large");
            generate::fill(&data, FULL).await;
            data
        }
    };
    let engine = Served::start(&data, &[]);
    search::run(&data).await;
    scroll::run(&data, &engine);
    drop(engine);
    window::run(&data);
}
