//! The address at which CRMs reach this engine, and whether it leads here.

use std::sync::PoisonError;
use std::sync::atomic::Ordering;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use casebridge_connectors::{Knock, knock};
use rand::RngCore as _;
use serde_json::json;
use url::{Host, Url};

use crate::Engine;
use crate::changes::Change;
use crate::error::EngineError;

/// Set at each start: `--public-url`, or empty.
const OPTION: &str = "public_url.option";
/// Set at each start: the public listener's own address, or empty when there is none.
const LISTENER: &str = "public_url.listener";
/// Set in the console.
const ADDRESS: &str = "public_url.address";

/// What is known of the public address.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PublicAddress {
    /// What CRMs are told to call.
    pub url: Option<String>,
    /// Whether it was fixed when the engine was started, so that the console cannot change it.
    pub fixed: bool,
    /// Where the engine itself listens for them; none: the public door is closed.
    pub listener: Option<String>,
    /// Whether the address leads beyond this computer.
    pub beyond: bool,
}

/// Where a call to the public address arrived.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SelfTest {
    /// At this engine.
    Us,
    /// At somebody else, who answered with this HTTP status.
    Other(u16),
    /// Nowhere, in the words of the network.
    Nobody(String),
}

impl Engine {
    /// Notes with what the engine was started. Loopback addresses serve a CRM on the same computer.
    pub async fn started_with(&self, option: Option<&Url>, listener: Option<&str>) -> Result<(), EngineError> {
        let option = option.map(|url| url.as_str().trim_end_matches('/')).unwrap_or_default();
        self.store().set_setting(OPTION, option).await?;
        Ok(self.store().set_setting(LISTENER, listener.unwrap_or_default()).await?)
    }

    /// What is known of the public address.
    pub async fn public_address(&self) -> Result<PublicAddress, EngineError> {
        let given =
            async |name| Ok::<_, EngineError>(self.store().setting(name).await?.filter(|text| !text.is_empty()));
        let (option, listener, address) = (given(OPTION).await?, given(LISTENER).await?, given(ADDRESS).await?);
        let fixed = option.is_some();
        let url = option.or(address).or_else(|| listener.clone());
        let beyond = url.as_deref().and_then(|url| Url::parse(url).ok()).is_some_and(|url| !is_here(&url));
        Ok(PublicAddress { url, fixed, listener, beyond })
    }

    /// The address under which the public listener is reached.
    pub async fn public_url(&self) -> Result<Option<String>, EngineError> {
        Ok(self.public_address().await?.url)
    }

    /// Sets the public address, or forgets it when it is empty.
    pub async fn set_public_address(&self, text: &str, actor: &str) -> Result<PublicAddress, EngineError> {
        if self.public_address().await?.fixed {
            return Err(EngineError::invalid(
                "url",
                "was fixed when the engine was started",
                "change `--public-url` where the engine is started",
            ));
        }
        let url = if text.trim().is_empty() { String::new() } else { usable(text)? };
        self.store().set_setting(ADDRESS, &url).await?;
        self.store().audit(actor, "public_address.set", "engine", json!({ "url": url }), self.clock().now()).await?;
        self.tell([Change::Webhooks]);
        self.public_address().await
    }

    /// Calls the webhook door at the public address with a token that is used once, and sees whether it arrives here.
    pub async fn test_public_address(&self) -> Result<SelfTest, EngineError> {
        let Some(url) = self.public_url().await? else {
            return Err(EngineError::invalid(
                "url",
                "is not set",
                "enter the address at which the internet reaches this engine",
            ));
        };
        let mut bytes = [0; 32];
        rand::rng().fill_bytes(&mut bytes);
        let probe = BASE64_URL_SAFE_NO_PAD.encode(bytes);
        let address = Url::parse(&format!("{url}/webhooks/creatio/{probe}"))
            .map_err(|error| EngineError::invalid("url", format!("is no web address: {error}"), "correct it"))?;
        self.inner.doorkeeper.await_probe(&probe);
        let knocked = knock(&address).await;
        let arrived = self.inner.doorkeeper.forget_probe(&probe);
        Ok(match (arrived, knocked) {
            (true, _) => SelfTest::Us,
            (false, Knock::Answered(status)) => SelfTest::Other(status),
            (false, Knock::Silent(words)) => SelfTest::Nobody(words),
        })
    }

    /// Whether a token at the door is the engine's own probe; each counts once.
    #[must_use]
    pub fn is_probe(&self, token: &str) -> bool {
        self.inner.doorkeeper.probe_arrived(token)
    }
}

impl crate::webhooks::Doorkeeper {
    fn await_probe(&self, token: &str) {
        self.probes.write().unwrap_or_else(PoisonError::into_inner).insert(crate::webhooks::hash(token), false);
        self.probing.fetch_add(1, Ordering::SeqCst);
    }

    fn probe_arrived(&self, token: &str) -> bool {
        // Nobody tests almost always: then a call costs no second hash.
        if self.probing.load(Ordering::SeqCst) == 0 {
            return false;
        }
        let mut probes = self.probes.write().unwrap_or_else(PoisonError::into_inner);
        match probes.get_mut(&crate::webhooks::hash(token)) {
            Some(arrived) => !std::mem::replace(arrived, true),
            None => false,
        }
    }

    fn forget_probe(&self, token: &str) -> bool {
        self.probing.fetch_sub(1, Ordering::SeqCst);
        let mut probes = self.probes.write().unwrap_or_else(PoisonError::into_inner);
        probes.remove(&crate::webhooks::hash(token)).unwrap_or(false)
    }
}

/// An address to which paths are added; plain http only to this computer, since the token is in the path.
fn usable(text: &str) -> Result<String, EngineError> {
    let wrong = |problem: &str| {
        EngineError::invalid("url", problem, "give an address such as https://bridge.example.com, without a query")
    };
    let text = text.trim();
    let text = if text.contains("://") { text.to_owned() } else { format!("https://{text}") };
    let url = Url::parse(&text).map_err(|_| wrong("is no web address"))?;
    if url.host().is_none() || !matches!(url.scheme(), "http" | "https") {
        return Err(wrong("is no web address"));
    }
    if url.scheme() == "http" && !is_here(&url) {
        return Err(wrong("must begin with https://: the secret of the webhook is in its path"));
    }
    if url.query().is_some() || url.fragment().is_some() || !url.username().is_empty() || url.password().is_some() {
        return Err(wrong("holds more than host and path"));
    }
    Ok(url.as_str().trim_end_matches('/').to_owned())
}

fn is_here(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_public_address_is_cleaned_up_or_refused_in_words() {
        assert_eq!(usable(" bridge.example.com/ ").unwrap(), "https://bridge.example.com", "a missing scheme is https");
        assert_eq!(usable("https://example.com/hooks/").unwrap(), "https://example.com/hooks", "proxies have paths");
        assert_eq!(usable("http://127.0.0.1:4181").unwrap(), "http://127.0.0.1:4181", "a CRM on this computer");
        for (bad, why) in [
            ("http://bridge.example.com", "the token would travel in the clear"),
            ("https://a:b@bridge.example.com", "credentials do not belong into an address that is shown"),
            ("https://bridge.example.com/?x=1", "paths are added behind it"),
            ("ftp://bridge.example.com", "no CRM calls it"),
            ("https://", "no host"),
            ("not an address", "no address"),
        ] {
            let error = usable(bad).expect_err(why);
            assert!(!error.hint().is_empty(), "{why}: says what to give instead");
        }
    }
}
