//! Where the Identity Service is: the admin's setting, else what the instance says, else the vendor's
//! naming rule for cloud tenants.

use casebridge_domain::{CallFailure, FailureClass, FailureScope};
use serde::Deserialize;
use std::time::Duration;
use url::{Host, Url};

use super::super::address::is_safe;
use super::super::settings::CreatioSettings;
use crate::wire::root_cause;

const WELL_KNOWN: &str = ".well-known/openid-configuration";
const TIMEOUT: Duration = Duration::from_secs(10);

/// What we need of an Identity Service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Endpoints {
    pub(crate) token: Url,
    pub(crate) authorize: Url,
}

/// The discovery document. Its `issuer` is not read: the bundled service publishes `creatio.com`, which is
/// no address.
#[derive(Deserialize)]
struct Document {
    token_endpoint: Url,
    authorization_endpoint: Option<Url>,
}

pub(crate) async fn discover(settings: &CreatioSettings, client: &reqwest::Client) -> Result<Endpoints, CallFailure> {
    if let Some(identity) = &settings.identity_url {
        return Ok(below(identity));
    }
    let told = ask(client, &join(&settings.url, &format!("0/{WELL_KNOWN}"))).await;
    let reached = match told {
        Ok(Some(endpoints)) => return Ok(endpoints),
        Ok(None) => None,
        Err(failure) => Some(failure),
    };
    if let Some(derived) = derived(&settings.url)
        && let Ok(Some(endpoints)) = ask(client, &join(&derived, WELL_KNOWN)).await
    {
        return Ok(endpoints);
    }
    if reached.is_none() && !speaks_odata(client, &settings.url).await {
        return Err(not_a_creatio(&settings.url));
    }
    Err(reached.unwrap_or_else(|| CallFailure {
        class: FailureClass::Setup,
        scope: FailureScope::Connection,
        status: None,
        message: "the instance does not say where its Identity Service is".into(),
        hint: "enter the Identity Service's address: in Creatio, system setting OAuth20IdentityServerUrl".into(),
        item: None,
    }))
}

/// Whether one of the places where OData can be answers strangers as Creatio does: go away, or sign in first.
async fn speaks_odata(client: &reqwest::Client, instance: &Url) -> bool {
    for root in ["0/odata/Contact", "odata/Contact"] {
        let answer = client.get(join(instance, root)).timeout(TIMEOUT).send().await;
        let refused = answer.is_ok_and(|answer| {
            let status = answer.status();
            matches!(status.as_u16(), 401 | 403) || status.is_redirection()
        });
        if refused {
            return true;
        }
    }
    false
}

fn not_a_creatio(instance: &Url) -> CallFailure {
    CallFailure {
        class: FailureClass::Setup,
        scope: FailureScope::Connection,
        status: None,
        message: format!("{} answered, but it is not a Creatio", instance.host_str().unwrap_or("the address")),
        hint: "paste the address you see after signing in to Creatio".into(),
        item: None,
    }
}

/// The vendor's rule: `-is` behind the first label of the host. Custom domains do not follow it.
fn derived(instance: &Url) -> Option<Url> {
    let Some(Host::Domain(host)) = instance.host() else { return None };
    let (first, rest) = host.split_once('.')?;
    let mut url = instance.clone();
    url.set_host(Some(&format!("{first}-is.{rest}"))).ok()?;
    url.set_path("/");
    Some(url)
}

/// Endpoints of a service whose address is given, with or without the path of the token endpoint.
fn below(identity: &Url) -> Endpoints {
    let mut base = identity.clone();
    base.set_query(None);
    base.set_fragment(None);
    let path = base.path().trim_end_matches('/').to_owned();
    let path =
        [WELL_KNOWN, "connect/token"].iter().find_map(|tail| path.strip_suffix(tail)).unwrap_or(&path).to_owned();
    base.set_path(&path);
    Endpoints { token: join(&base, "connect/token"), authorize: join(&base, "connect/authorize") }
}

pub(crate) fn join(base: &Url, tail: &str) -> Url {
    let mut url = base.clone();
    url.set_path(&format!("{}/{tail}", base.path().trim_end_matches('/')));
    url
}

/// `None`: something answered, and it is no discovery document.
async fn ask(client: &reqwest::Client, address: &Url) -> Result<Option<Endpoints>, CallFailure> {
    let answer = client.get(address.clone()).timeout(TIMEOUT).send().await.map_err(|error| unreachable(&error))?;
    if answer.status().is_server_error() {
        return Err(CallFailure { status: Some(answer.status().as_u16()), ..failed("Creatio is not available") });
    }
    if !answer.status().is_success() {
        return Ok(None);
    }
    let body = answer.text().await.map_err(|error| unreachable(&error))?;
    let Ok(document) = serde_json::from_str::<Document>(&body) else { return Ok(None) };
    let authorize = document.authorization_endpoint.unwrap_or_else(|| {
        let mut url = document.token_endpoint.clone();
        url.set_path(&url.path().replace("/token", "/authorize"));
        url
    });
    // The secret goes there.
    let safe = is_safe(&document.token_endpoint) && is_safe(&authorize);
    Ok(safe.then_some(Endpoints { token: document.token_endpoint, authorize }))
}

fn unreachable(error: &reqwest::Error) -> CallFailure {
    failed(&format!("Creatio did not answer: {}", root_cause(error)))
}

fn failed(message: &str) -> CallFailure {
    CallFailure {
        class: FailureClass::Unreachable,
        scope: FailureScope::Connection,
        status: None,
        message: message.to_owned(),
        hint: "nothing: it is repeated; if it stays, check the network and the instance's address".into(),
        item: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r24_cloud_hosts_get_is_behind_their_first_label() {
        let url = |text: &str| Url::parse(text).unwrap();
        let host = |text: &str| derived(&url(text)).map(|url| url.to_string());
        assert_eq!(
            host("https://186843-crm-bundle.creatio.com").as_deref(),
            Some("https://186843-crm-bundle-is.creatio.com/")
        );
        assert_eq!(host("https://127.0.0.1:81"), None, "an address has no labels");
        assert_eq!(host("https://crm"), None);
    }

    #[test]
    fn an_address_given_by_hand_may_be_pasted_in_any_form() {
        for given in [
            "https://is.acme.org",
            "https://is.acme.org/",
            "https://is.acme.org/connect/token",
            "https://is.acme.org/.well-known/openid-configuration",
        ] {
            let endpoints = below(&Url::parse(given).unwrap());
            assert_eq!(endpoints.token.as_str(), "https://is.acme.org/connect/token", "{given}");
            assert_eq!(endpoints.authorize.as_str(), "https://is.acme.org/connect/authorize");
        }
        let on_instance = below(&Url::parse("https://acme.creatio.com/0").unwrap());
        assert_eq!(on_instance.token.as_str(), "https://acme.creatio.com/0/connect/token", "a live-tested variant");
    }
}
