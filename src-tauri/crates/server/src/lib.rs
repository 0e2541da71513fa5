//! The headless binary casebridged.
