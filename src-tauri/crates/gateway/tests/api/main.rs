//! Stories of the HTTP surface, over a real store; the engine behind it is not started, so nothing leaves.

mod any_bytes;
mod browser;
mod console;
mod document;
mod doors;
mod doors_forged;
mod events;
mod refusals;
mod replies;
mod salesforce_door;
mod sessions;
mod shortcuts;
mod sign_in_return;
mod socket;
mod support;
mod webhook_addresses;
mod webhook_door;
mod webhooks;
