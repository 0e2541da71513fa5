//! Links into a console, as `casebridged console link` prints them and people paste them.

use secrecy::SecretString;
use url::{Host, Url};

use crate::RemoteError;

/// Longest link that is looked at, in bytes.
const LONGEST: usize = 2048;
/// How every link's path ends.
const ENTRANCE: &str = "/console/enter";

/// A single-use link into a console.
#[derive(Debug)]
pub struct Link {
    /// Where the engine is: all in front of `/console/enter`.
    pub base: Url,
    /// What lets in once.
    pub secret: SecretString,
}

impl Link {
    /// Reads what somebody pasted. Nothing is sent anywhere.
    ///
    /// # Errors
    ///
    /// [`RemoteError::NotALink`] says what is wrong with it. Plain `http` is taken for this computer only: the
    /// session would travel readable.
    pub fn parse(pasted: &str) -> Result<Self, RemoteError> {
        let pasted = pasted.trim();
        let wrong = |why| Err(RemoteError::NotALink(why));
        if pasted.is_empty() {
            return wrong("nothing was pasted");
        }
        if pasted.len() > LONGEST {
            return wrong("it is too long to be one");
        }
        let Ok(mut url) = Url::parse(pasted) else { return wrong("it is not an address") };
        match url.scheme() {
            "https" => {}
            "http" if is_loopback(&url) => {}
            "http" => return wrong("it goes to another computer without encryption"),
            _ => return wrong("it does not begin with https://"),
        }
        if !url.username().is_empty() || url.password().is_some() {
            return wrong("it names a user, which links of Casebridge do not");
        }
        let secret = url.query_pairs().find_map(|(name, value)| (name == "link").then(|| value.into_owned()));
        let Some(prefix) = url.path().strip_suffix(ENTRANCE).map(str::to_owned) else {
            return wrong("its path is not `/console/enter`");
        };
        let Some(secret) = secret.filter(|secret| !secret.is_empty()) else {
            return wrong("the part after `link=` is missing");
        };
        // The console's own name is for browsers, whose cookies ignore ports; not every system resolves it.
        if matches!(url.host(), Some(Host::Domain(name)) if name.ends_with(".localhost")) {
            url.set_host(Some("127.0.0.1")).map_err(|_| RemoteError::NotALink("it is not an address"))?;
        }
        url.set_path(&prefix);
        url.set_query(None);
        url.set_fragment(None);
        Ok(Self { base: url, secret: SecretString::from(secret) })
    }
}

/// Whether an address stays on this computer.
pub(crate) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret as _;

    use super::*;

    #[test]
    fn a_link_is_an_address_and_a_secret() {
        let link = Link::parse(" https://team.example:8443/cases/console/enter?link=abc_-9 \n").expect("a link");
        assert_eq!(link.base.as_str(), "https://team.example:8443/cases", "the engine may stand under a path");
        assert_eq!(link.secret.expose_secret(), "abc_-9");
        assert!(!format!("{link:?}").contains("abc_-9"), "a link is as good as a password until it is used");
        let local = Link::parse("http://127.0.0.1:4180/console/enter?link=abc").expect("a link of this computer");
        assert_eq!(local.base.as_str(), "http://127.0.0.1:4180/");
        let named =
            Link::parse("http://casebridge-1f.localhost:4180/console/enter?link=abc").expect("as it is printed");
        assert_eq!(named.base.as_str(), "http://127.0.0.1:4180/", "not every system resolves the name");
    }

    #[test]
    fn what_is_no_link_is_refused_with_its_reason() {
        for (pasted, why) in [
            ("", "nothing"),
            ("mary", "not an address"),
            ("file:///console/enter?link=a", "https"),
            ("javascript:alert(1)//console/enter?link=a", "https"),
            ("http://team.example/console/enter?link=a", "without encryption"),
            ("http://127.0.0.1.evil.example/console/enter?link=a", "without encryption"),
            ("https://mary:pw@team.example/console/enter?link=a", "user"),
            ("https://team.example/?link=a", "path"),
            ("https://team.example/console/enter", "link="),
            ("https://team.example/console/enter?link=", "link="),
        ] {
            let refused = Link::parse(pasted).expect_err("no link").to_string();
            assert!(refused.contains(why), "{pasted:?} must be refused for `{why}`: {refused}");
        }
        let long = format!("https://team.example/console/enter?link={}", "a".repeat(LONGEST));
        assert!(Link::parse(&long).is_err(), "whoever pastes a book is told so");
    }
}
