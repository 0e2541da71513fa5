//! How long a kill strands work: from process start to the next attempt.

use std::time::{Duration, Instant};

use casebridge_sandbox::creatio::{Chance, CreatioConfig, CreatioSandbox, FaultPlan, SlowAnswer};
use casebridge_tests::process::{Served, connect};

use crate::http::Api;
use crate::report::{heading, line, median};

const ROUNDS: usize = 7;

pub async fn run() {
    heading("after a kill");
    let creatio = CreatioSandbox::start(CreatioConfig::default()).await.unwrap();
    let temp = tempfile::tempdir().unwrap();
    let data = temp.path().join("data");
    let empty = temp.path().join("empty");
    connect(&data, &creatio);
    let (mut resumed, mut bare) = (Vec::new(), Vec::new());
    for round in 0..ROUNDS {
        let mut engine = Served::start(&data, &[]);
        let api = Api::of(&data);
        // The call under way hangs, so that the kill falls into it.
        let slow = SlowAnswer { when: Chance::next(1).on("POST", "$batch"), ms: 20_000, ..SlowAnswer::default() };
        creatio.sandbox.set_faults(FaultPlan { slow_answer: Some(slow), ..FaultPlan::default() });
        let session = api.session(&format!("restart-{round}")).await;
        let before = creatio.sandbox.data_calls();
        api.message(&session, "m1").await;
        while creatio.sandbox.count("Case") <= round {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        engine.kill();
        creatio.sandbox.set_faults(FaultPlan::default());
        let calls = creatio.sandbox.data_calls().max(before);
        let began = Instant::now();
        let restarted = tokio::task::spawn_blocking({
            let data = data.clone();
            move || Served::start(&data, &[])
        });
        while creatio.sandbox.data_calls() <= calls {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        resumed.push(began.elapsed().as_secs_f64());
        drop(restarted.await.unwrap());
        let began = Instant::now();
        drop(Served::start(&empty, &[]));
        bare.push(began.elapsed().as_secs_f64());
    }
    line(
        "process start to the next attempt",
        &format!("{:.0} ms", median(resumed.clone()) * 1e3),
        &format!("process start on an empty folder {:.0} ms", median(bare.clone()) * 1e3),
        &format!("{:.1}x", median(resumed) / median(bare)),
    );
}
