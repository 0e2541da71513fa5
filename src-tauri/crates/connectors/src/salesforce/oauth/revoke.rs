//! Giving a sign-in back.

use std::time::Duration;

use casebridge_domain::CallFailure;
use secrecy::{ExposeSecret as _, SecretString};

use super::super::settings::SalesforceSettings;
use super::SESSION;
use super::exchange::{endpoint, no_answer, refused_revocation};
use crate::credentials::{REFRESH_TOKEN, vault_failed};
use crate::port::Vault;
use crate::wire;

/// Nobody waits longer than this to be rid of a connection.
const TIMEOUT: Duration = Duration::from_secs(10);

/// Revokes the sign-in in the vault, and with it the sessions that hang on it. `false`: there was none. The vault is
/// left as it is: it is wiped whatever became of this.
pub async fn revoke(settings: &SalesforceSettings, vault: &dyn Vault) -> Result<bool, CallFailure> {
    // A renewal under way would bring a token that nobody revokes.
    let _alone = vault.alone().await.map_err(|error| vault_failed(&error))?;
    let token = vault.get(REFRESH_TOKEN).await.map_err(|error| vault_failed(&error))?;
    let Some(token) = token.filter(|token| !token.expose_secret().is_empty()) else { return Ok(false) };
    let client = wire::client(&settings.login_url)?;
    send(&client, settings, &token).await?;
    // So that nobody takes the dead session for a live one, should the wiping be cut off.
    vault.put(SESSION, SecretString::from("")).await.map_err(|error| vault_failed(&error))?;
    Ok(true)
}

async fn send(
    client: &reqwest::Client,
    settings: &SalesforceSettings,
    token: &SecretString,
) -> Result<(), CallFailure> {
    let form = [("token", token.expose_secret()), ("token_type_hint", "refresh_token")];
    let request = client.post(endpoint(settings, "revoke")).timeout(TIMEOUT).form(&form);
    let response = request.send().await.map_err(|error| no_answer(&error))?;
    match response.status().as_u16() {
        200 => Ok(()),
        status => {
            // Errors of this endpoint may be form-encoded, and say little in any form (reference 1.5).
            let words = response.text().await.unwrap_or_default();
            // A token that is dead already is as good as revoked.
            let dead = ["unsupported_token_type", "invalid_token"].iter().any(|word| words.contains(word));
            if status == 400 && dead { Ok(()) } else { Err(refused_revocation(status)) }
        }
    }
}
