//! Figures and ratios.

use std::io::Write as _;
use std::time::{Duration, Instant};

/// The value in the middle.
pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// The value below which a share of all values lies.
pub fn percentile(values: &mut [Duration], share: f64) -> Duration {
    values.sort_unstable();
    let place = (values.len() as f64 * share) as usize;
    values[place.min(values.len() - 1)]
}

/// Prints one figure beside its yardstick.
pub fn line(what: &str, figure: &str, yardstick: &str, ratio: &str) {
    println!("{what:<44} {figure:<26} {yardstick:<44} {ratio}");
}

/// Prints a heading.
pub fn heading(what: &str) {
    println!("\n== {what}");
}

/// What one fdatasync of a 4 KiB append takes on the file system of the temporary folder.
pub fn fdatasync(count: usize) -> Vec<Duration> {
    let mut file = tempfile::tempfile().unwrap();
    (0..count)
        .map(|_| {
            let began = Instant::now();
            file.write_all(&[7; 4096]).unwrap();
            file.sync_data().unwrap();
            began.elapsed()
        })
        .collect()
}
