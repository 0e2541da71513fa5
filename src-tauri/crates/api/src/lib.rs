//! The console's commands, events and errors, once.
