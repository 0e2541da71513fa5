//! The address of an instance, whatever part of the browser's address bar was pasted.

use std::net::{Ipv4Addr, Ipv6Addr};

use casebridge_domain::{CallFailure, FailureClass, FailureScope};
use url::{Host, Url};

/// First path segments of pages and services inside an instance; the instance itself ends before them.
/// `/0` is the configuration's own prefix on .NET Framework hosts.
const INSIDE: &[&str] = &[
    "0",
    "nui",
    "shell",
    "clientapp",
    "odata",
    "login",
    "rest",
    "dataservice",
    "servicemodel",
    "api",
    "navigation",
    "portal",
];

/// Why a text is not the address of an instance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// Nothing was given.
    #[error("the address is empty")]
    Empty,
    /// Not an address at all.
    #[error("this is not a web address")]
    NotAnAddress,
    /// A scheme other than https.
    #[error("the address does not begin with https://")]
    Scheme,
    /// `http` to another machine: the token would travel in the clear.
    #[error("plain http is only for this computer")]
    Insecure,
    /// A name or password in the address.
    #[error("the address holds a user name or password")]
    UserInfo,
    /// The token endpoint instead of the instance.
    #[error("this is the address of the Identity Service, not of Creatio itself")]
    IdentityService,
}

impl AddressError {
    /// What to do about it.
    #[must_use]
    pub fn hint(self) -> &'static str {
        match self {
            AddressError::Empty | AddressError::NotAnAddress => {
                "copy the address from the browser while Creatio is open, e.g. https://acme.creatio.com"
            }
            AddressError::Scheme | AddressError::Insecure => "begin the address with https://",
            AddressError::UserInfo => "leave out what stands before the @; credentials are kept apart from the address",
            AddressError::IdentityService => {
                "give the address at which people open Creatio; the Identity Service has a setting of its own"
            }
        }
    }
}

impl From<AddressError> for CallFailure {
    fn from(error: AddressError) -> Self {
        CallFailure {
            class: FailureClass::Setup,
            scope: FailureScope::Connection,
            status: None,
            message: error.to_string(),
            hint: error.hint().to_owned(),
            item: None,
        }
    }
}

/// Makes the address of an instance from what a person pasted: a missing scheme is https; pages, queries
/// and fragments inside the instance go; an installation in a folder of its server keeps the folder.
pub fn normalise_instance_url(text: impl AsRef<str>) -> Result<Url, CallFailure> {
    Ok(normalise(text.as_ref())?)
}

fn normalise(text: &str) -> Result<Url, AddressError> {
    let mut url = parse(text)?;
    let segments: Vec<String> =
        url.path_segments().into_iter().flatten().filter(|segment| !segment.is_empty()).map(str::to_owned).collect();
    if segments.iter().any(|segment| segment.eq_ignore_ascii_case("connect"))
        && segments.last().is_some_and(|segment| segment.eq_ignore_ascii_case("token"))
    {
        return Err(AddressError::IdentityService);
    }
    let folder: Vec<String> = segments.into_iter().take_while(|segment| !is_inside(segment)).collect();
    url.set_query(None);
    url.set_fragment(None);
    url.set_path(&folder.join("/"));
    if let Some(Host::Domain(name)) = url.host()
        && let Some(bare) = name.strip_suffix('.').map(str::to_owned)
    {
        url.set_host(Some(&bare)).map_err(|_| AddressError::NotAnAddress)?;
    }
    Ok(url)
}

/// Reads an address that may lack its scheme and checks what holds for every address we send secrets to.
fn parse(text: &str) -> Result<Url, AddressError> {
    let text = text.trim_matches(|c: char| {
        c.is_whitespace() || c.is_control() || matches!(c, '<' | '>' | '"' | '\'' | '\u{200b}' | '\u{feff}')
    });
    if text.is_empty() {
        return Err(AddressError::Empty);
    }
    let lower = text.to_ascii_lowercase();
    // `localhost:5000` would parse as the scheme `localhost`.
    let whole = if lower.starts_with("http:") || lower.starts_with("https:") || text.contains("://") {
        text.to_owned()
    } else {
        format!("https://{}", text.trim_start_matches('/'))
    };
    let url = Url::parse(&whole).map_err(|_| AddressError::NotAnAddress)?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(AddressError::Scheme);
    }
    if url.host_str().is_none_or(|host| host.trim_matches('.').is_empty()) {
        return Err(AddressError::NotAnAddress);
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(AddressError::UserInfo);
    }
    if !is_safe(&url) {
        return Err(AddressError::Insecure);
    }
    Ok(url)
}

fn is_inside(segment: &str) -> bool {
    let segment = segment.to_ascii_lowercase();
    INSIDE.contains(&segment.as_str())
        || segment.starts_with("$metadata")
        || [".aspx", ".html", ".htm", ".svc"].iter().any(|page| segment.ends_with(page))
}

/// Whether secrets may be sent there: https, or this computer.
#[must_use]
pub(crate) fn is_safe(url: &Url) -> bool {
    url.scheme() == "https" || (url.scheme() == "http" && is_loopback(url))
}

/// Whether the address is this computer.
#[must_use]
pub(crate) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => {
            let name = name.trim_end_matches('.');
            name == "localhost" || name.ends_with(".localhost")
        }
        Some(Host::Ipv4(ip)) => Ipv4Addr::is_loopback(&ip),
        Some(Host::Ipv6(ip)) => Ipv6Addr::is_loopback(&ip),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn base(text: &str) -> String {
        normalise(text).unwrap().to_string()
    }

    #[test]
    fn any_page_of_an_instance_leads_to_the_instance() {
        for pasted in [
            "https://acme.creatio.com",
            "https://acme.creatio.com/",
            "acme.creatio.com",
            "  <https://ACME.creatio.com:443/0/>\n",
            "//acme.creatio.com/0",
            "https://acme.creatio.com/0/Nui/ViewModule.aspx#CardModuleV2/CasePage/edit/ae7f",
            "https://acme.creatio.com/0/Shell/?autoOpenIdLogin=true#Section/Cases_ListPage",
            "https://acme.creatio.com/ClientApp/#/Cases",
            "https://acme.creatio.com/Login/NuiLogin.aspx?ReturnUrl=%2f",
            "https://acme.creatio.com/0/odata/Case?$top=1",
            "https://acme.creatio.com./0",
        ] {
            assert_eq!(base(pasted), "https://acme.creatio.com/", "pasted {pasted}");
        }
        assert_eq!(base("https://crm.acme.org/creatio/0/Nui/"), "https://crm.acme.org/creatio", "an IIS folder stays");
        assert_eq!(base("localhost:5000/0"), "https://localhost:5000/", "a host with a port is not a scheme");
    }

    #[test]
    fn what_would_leak_or_cannot_work_is_refused_with_a_hint() {
        let cases = [
            ("", AddressError::Empty),
            ("https://", AddressError::NotAnAddress),
            ("two words", AddressError::NotAnAddress),
            ("ftp://acme.creatio.com", AddressError::Scheme),
            ("http://acme.creatio.com", AddressError::Insecure),
            ("http://10.0.0.8", AddressError::Insecure),
            ("http://localhost.evil.com", AddressError::Insecure),
            ("https://user:pw@acme.creatio.com", AddressError::UserInfo),
            ("admin@acme.creatio.com", AddressError::UserInfo),
            ("https://acme-is.creatio.com/connect/token", AddressError::IdentityService),
        ];
        for (text, expected) in cases {
            let error = normalise(text).unwrap_err();
            assert_eq!(error, expected, "{text}");
            assert!(!error.hint().is_empty(), "every refusal says what to do");
        }
        for text in ["http://127.0.0.1:81", "http://127.9.9.9", "http://[::1]:81/0", "http://LOCALHOST/0"] {
            assert!(normalise(text).is_ok(), "{text} is this computer");
        }
    }

    proptest! {
        #[test]
        fn normalising_twice_changes_nothing(host in "[a-z]{1,8}(\\.[a-z]{2,5}){1,2}", page in "(/0|/Nui|/Shell|/ClientApp)?(/[A-Za-z0-9?#=._-]{0,12}){0,3}") {
            if let Ok(url) = normalise(&format!("{host}{page}")) {
                prop_assert_eq!(normalise(url.as_str()).unwrap(), url.clone());
                prop_assert!(url.query().is_none() && url.fragment().is_none());
                prop_assert_eq!(url.host_str(), Some(host.as_str()));
            }
        }

        #[test]
        fn no_text_panics_or_gives_an_unsafe_address(text in "\\PC{0,40}") {
            if let Ok(url) = normalise(&text) {
                prop_assert!(is_safe(&url));
                prop_assert!(url.username().is_empty() && url.password().is_none());
            }
        }
    }
}
