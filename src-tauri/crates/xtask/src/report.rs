//! One line per stage with its time, and the count that ends a run.

use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::Result;

/// What was run so far.
#[derive(Default)]
pub struct Report {
    stages: Vec<(&'static str, Duration, bool)>,
    passed: usize,
    failed: usize,
}

impl Report {
    /// Runs one gate: it counts as one test, and prints its note or everything that is wrong.
    pub fn gate(&mut self, name: &'static str, gate: impl FnOnce() -> Result<String>) -> bool {
        if io::stdout().is_terminal() {
            print!("  ..    {name}\r");
            // A progress mark that cannot be shown is no reason to stop.
            let _ = io::stdout().flush();
        }
        let start = Instant::now();
        let result = gate();
        let took = start.elapsed();
        self.stage(name, took, result.is_ok());
        match result {
            Ok(note) => {
                self.passed += 1;
                println!("  ok    {name:<10} {:>7.1} s  {note}", took.as_secs_f64());
                true
            }
            Err(failure) => {
                self.failed += 1;
                println!("  FAIL  {name:<10} {:>7.1} s", took.as_secs_f64());
                for line in format!("{failure:#}").lines() {
                    println!("        {line}");
                }
                false
            }
        }
    }

    /// Notes how long a stage took that counts its own tests.
    pub fn stage(&mut self, name: &'static str, took: Duration, good: bool) {
        self.stages.push((name, took, good));
    }

    /// Adds tests that were counted elsewhere.
    pub fn count(&mut self, passed: usize, failed: usize) {
        self.passed += passed;
        self.failed += failed;
    }

    /// Prints the time of every stage.
    pub fn times(&self) {
        println!();
        for (name, took, good) in &self.stages {
            let verdict = if *good { "ok" } else { "FAIL" };
            println!("  {name:<10} {:>7.1} s  {verdict}", took.as_secs_f64());
        }
    }

    /// Prints the last line and says how the process ends.
    pub fn verdict(&self) -> ExitCode {
        println!("{} passed, {} failed", self.passed, self.failed);
        if self.failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }
}
