//! The analysts on recorded conversations, whose files tell what was settled in the end.
//!
//! Half of the conversations was looked at while the built-in analyst was made, the other half was not. All ten fields
//! are asked of every conversation at once, as one connection's mappings are.

mod oracle;
mod slots;
mod truth;

use std::path::PathBuf;
use std::time::{Duration, Instant};

use casebridge_connectors::analyst::{Analyst, Ask, BuiltIn, Provider, ProviderApi, ProviderSettings};
use casebridge_domain::analysis::Question;
use casebridge_sandbox::llm::{LlmConfig, LlmReply, LlmSandbox};
use jiff::tz::TimeZone;

use crate::report::heading;
use slots::Slot;
use truth::{Recorded, is_right, recorded};

/// A value must be right so often where it is given.
const PRECISION: f64 = 0.95;
/// And be given so often where the conversation says it literally.
const GIVEN: f64 = 0.40;
/// In so many conversations at least.
const VALUES: u32 = 20;
/// Conversations through the stand-in for a model, of each half.
const THROUGH_PROVIDER: usize = 200;

/// Runs the figures, if there are conversations to read.
pub async fn run() {
    heading("analyst: fields from recorded conversations");
    let Some(path) = std::env::var_os("CASEBRIDGE_BENCH_CONVERSATIONS").map(PathBuf::from) else {
        println!("needs CASEBRIDGE_BENCH_CONVERSATIONS: a file whose conversations have `final_slots`");
        return;
    };
    let all = recorded(&path);
    let slots = slots::slots();
    for (half, building) in [("looked at while it was made", true), ("held out", false)] {
        let part: Vec<&Recorded> = all.iter().filter(|one| one.is_for_building() == building).collect();
        built_in(half, &part, &slots).await;
    }
    for (half, building) in [("looked at", true), ("held out", false)] {
        let told = |one: &&Recorded| {
            one.is_for_building() == building && slots.iter().any(|slot| !one.truths(slot).is_empty())
        };
        let part: Vec<&Recorded> = all.iter().filter(told).take(THROUGH_PROVIDER).collect();
        through_provider(half, &part, &slots).await;
    }
}

/// What became of one field.
#[derive(Default)]
struct Tally {
    /// Conversations that say the true value literally.
    stated: u32,
    /// Those of them in which a value was given.
    given: u32,
    right: u32,
    wrong: u32,
    /// Values in conversations whose records have none.
    stray: u32,
}

async fn built_in(half: &str, conversations: &[&Recorded], slots: &[Slot]) {
    let questions: Vec<Question> = slots.iter().map(|slot| slot.question.clone()).collect();
    let mut tallies: Vec<Tally> = slots.iter().map(|_| Tally::default()).collect();
    let began = Instant::now();
    for one in conversations {
        let analysis = BuiltIn.analyse(&ask(one, &questions)).await.unwrap();
        for ((slot, tally), found) in slots.iter().zip(&mut tallies).zip(&analysis.found) {
            let truths = one.truths(slot);
            let stated = truths.iter().any(|words| one.states(words));
            tally.stated += u32::from(stated);
            let Some(value) = &found.value else { continue };
            tally.given += u32::from(stated);
            match truths.iter().any(|words| is_right(slot, words, value)) {
                _ if truths.is_empty() => tally.stray += 1,
                true => tally.right += 1,
                false => tally.wrong += 1,
            }
        }
    }
    let each = began.elapsed() / u32::try_from(conversations.len().max(1)).unwrap();
    println!("\nbuilt in, {} conversations {half}, {each:.1?} each", conversations.len());
    println!(
        "{:<18} {:>6} {:>6} {:>7} {:>6} {:>6} {:>6} {:>10} {:>10}",
        "field", "said", "given", "share", "right", "wrong", "stray", "precision", "with stray"
    );
    for (slot, tally) in slots.iter().zip(&tallies) {
        let share = |part: u32, whole: u32| f64::from(part) / f64::from(whole.max(1));
        let precision = share(tally.right, tally.right + tally.wrong);
        let given = share(tally.given, tally.stated);
        let met = precision >= PRECISION && given >= GIVEN && tally.right + tally.wrong >= VALUES;
        println!(
            "{:<18} {:>6} {:>6} {:>7.2} {:>6} {:>6} {:>6} {:>10.3} {:>10.3}  {}",
            slot.question.title,
            tally.stated,
            tally.given,
            given,
            tally.right,
            tally.wrong,
            tally.stray,
            precision,
            share(tally.right, tally.right + tally.wrong + tally.stray),
            if met { "met" } else { "MISSED" },
        );
    }
}

async fn through_provider(half: &str, conversations: &[&Recorded], slots: &[Slot]) {
    let llm = LlmSandbox::start(LlmConfig::always(LlmReply::Hangs)).await.unwrap();
    let settings = ProviderSettings {
        api: ProviderApi::OpenAi,
        base_url: llm.url.parse().unwrap(),
        model: "stand-in".into(),
        key: None,
    };
    let provider = Provider::new(&settings).unwrap();
    let questions: Vec<Question> = slots.iter().map(|slot| slot.question.clone()).collect();
    let (mut told, mut exact, mut beside) = (0, 0, 0);
    for one in conversations {
        let answers = oracle::answers(one, slots);
        llm.script([], LlmReply::json(&oracle::form(&answers)));
        let analysis = provider.analyse(&ask(one, &questions)).await.unwrap();
        for ((slot, answer), found) in slots.iter().zip(&answers).zip(&analysis.found) {
            match (answer, &found.value) {
                (Some(answer), value) => {
                    told += 1;
                    exact += u32::from(value.as_ref().is_some_and(|value| is_right(slot, &answer.words, value)));
                }
                (None, Some(_)) => beside += 1,
                (None, None) => {}
            }
        }
    }
    let calls = llm.requests().len();
    println!(
        "\nstand-in for a model, {} conversations {half}: {exact} of {told} values as told, {beside} besides, {calls} calls{}",
        conversations.len(),
        if exact == told && beside == 0 && calls == conversations.len() { "  met" } else { "  MISSED" },
    );
}

fn ask<'a>(one: &'a Recorded, questions: &'a [Question]) -> Ask<'a> {
    Ask {
        lines: &one.lines,
        questions,
        time_zone: const { &TimeZone::UTC },
        now: one.lines[one.lines.len() - 1].at,
        deadline: Duration::from_secs(30),
    }
}
