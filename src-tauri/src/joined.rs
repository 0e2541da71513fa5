//! The sign-in to a team's server, kept in the secret store and nowhere else.

use casebridge_api::ApiError;
use casebridge_api::error::Code;
use casebridge_remote::Remote;
use casebridge_store::Secrets;
use casebridge_store::secrets::SecretName;
use secrecy::{ExposeSecret as _, SecretString};
use url::Url;

fn address() -> SecretName {
    SecretName("joined/address".into())
}

fn key() -> SecretName {
    SecretName("joined/key".into())
}

/// Keeps the sign-in for later runs. `false`: there is nowhere safe to keep it, so it ends with this run.
pub(crate) async fn keep(secrets: Option<Secrets>, remote: &Remote) -> bool {
    let (Some(secrets), Some(cookie)) = (secrets, remote.cookie()) else { return false };
    let kept = match secrets.put(&key(), cookie.clone()).await {
        Ok(()) => secrets.put(&address(), SecretString::from(remote.base().as_str())).await,
        Err(error) => Err(error),
    };
    if let Err(error) = &kept {
        tracing::warn!(error = error as &dyn std::error::Error, "the sign-in to the server is not kept");
    }
    kept.is_ok()
}

/// Comes back to the server that was joined.
pub(crate) async fn read(secrets: Option<Secrets>) -> Result<Remote, ApiError> {
    let lost = |message: String| ApiError {
        code: Code::Unavailable,
        message,
        hint: "unlock the keychain and start again, or leave the server in Settings and join it with a new link".into(),
        retry_after: None,
    };
    let Some(secrets) = secrets else {
        return Err(lost("the sign-in to the team's server is in the keychain, which does not answer".into()));
    };
    let found = async { Ok((secrets.get(&address()).await?, secrets.get(&key()).await?)) };
    let found: Result<_, casebridge_store::SecretError> = found.await;
    let (address, key) =
        found.map_err(|error| lost(format!("the sign-in to the team's server cannot be read: {error}")))?;
    let address = address.and_then(|address| Url::parse(address.expose_secret()).ok());
    match (address, key) {
        (Some(address), Some(key)) => Ok(Remote::visitor(address, key)?),
        _ => Err(lost("the sign-in to the team's server is not in the keychain any more".into())),
    }
}

/// Forgets the sign-in.
///
/// # Errors
///
/// When the secret store does not do it; it is still there then.
pub(crate) async fn forget(secrets: Option<Secrets>) -> Result<(), ApiError> {
    let Some(secrets) = secrets else { return Ok(()) };
    for name in [key(), address()] {
        secrets.delete(&name).await.map_err(|error| ApiError {
            code: Code::Unavailable,
            message: error.to_string(),
            hint: error.hint().into(),
            retry_after: None,
        })?;
    }
    Ok(())
}
