//! One call to an address of our own, to see where it leads: the self-test of the public address.

use std::time::Duration;

use url::Url;

use crate::wire::{self, root_cause};

/// Longest wait. A CRM waits five seconds by default, so more would prove nothing.
const TIMEOUT: Duration = Duration::from_secs(5);

/// What came back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Knock {
    /// Something answered with this HTTP status; whether it was us, only we know.
    Answered(u16),
    /// Nothing answered, in the words of the network.
    Silent(String),
}

/// Posts an empty object to an address. Follows no redirect, since a CRM's process follows none, and reads no body.
pub async fn knock(address: &Url) -> Knock {
    let client = match wire::client(address) {
        Ok(client) => client,
        Err(failure) => return Knock::Silent(failure.message),
    };
    let call = client.post(address.clone()).timeout(TIMEOUT).header("content-type", "application/json").body("{}");
    match call.send().await {
        Ok(answer) => Knock::Answered(answer.status().as_u16()),
        Err(error) if error.is_timeout() => Knock::Silent(format!("no answer within {} s", TIMEOUT.as_secs())),
        // The address holds a secret: it is never part of the words.
        Err(error) => Knock::Silent(root_cause(&error.without_url())),
    }
}
