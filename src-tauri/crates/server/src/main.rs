//! The headless binary `casebridged`.
fn main() {}
