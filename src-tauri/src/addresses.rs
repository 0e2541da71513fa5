//! Which addresses may be opened outside the window: the CRM's, the stand-in's and the joined server's, and no other.
//!
//! Messages and CRM answers are other people's text. Whatever they talk somebody into clicking on, no program of this
//! computer is started with it, and no foreign page is opened.

use serde_json::Value;
use url::Url;

/// An address that is not opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum NotOpened {
    /// Not a web address.
    #[error("This is not a web address.")]
    NotWeb,
    /// It carries a name or a password.
    #[error("This address carries a user name.")]
    WithUser,
    /// None of ours.
    #[error("This address belongs to no connection of yours.")]
    Foreign,
}

/// Judges an address against those whose pages may be opened: scheme, host and port must be one of theirs.
pub(crate) fn judge(address: &str, known: &[Url]) -> Result<Url, NotOpened> {
    let url = Url::parse(address).map_err(|_| NotOpened::NotWeb)?;
    if !matches!(url.scheme(), "https" | "http") || url.host_str().is_none_or(str::is_empty) {
        return Err(NotOpened::NotWeb);
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(NotOpened::WithUser);
    }
    let is_known = known.iter().any(|known| known.origin() == url.origin());
    is_known.then_some(url).ok_or(NotOpened::Foreign)
}

/// The addresses that connections are set up with: `url`, `identity_url` and the like of each one's settings.
pub(crate) fn of_connections(connections: &Value) -> Vec<Url> {
    let all = connections.as_array().map(Vec::as_slice).unwrap_or_default();
    let settings = all.iter().filter_map(|connection| connection["settings"].as_object());
    let members = settings.flatten().filter(|(name, _)| name.as_str() == "url" || name.ends_with("_url"));
    members.filter_map(|(_, value)| Url::parse(value.as_str()?).ok()).collect()
}

/// The addresses of a list.
pub(crate) fn of_list(list: &Value) -> Vec<Url> {
    let all = list.as_array().map(Vec::as_slice).unwrap_or_default();
    all.iter().filter_map(|one| Url::parse(one.as_str()?).ok()).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn known() -> Vec<Url> {
        let connections = json!([
            { "name": "creatio", "settings": { "url": "https://acme.creatio.com/0", "identity_url": "https://acme-is.creatio.com",
              "session_column": "UsrSessionId" } },
            { "name": "sandbox", "settings": { "url": "http://127.0.0.1:40001/", "note": "https://note.example" } },
        ]);
        of_connections(&connections)
    }

    #[test]
    fn pages_of_the_crm_are_opened() {
        for address in [
            "https://acme.creatio.com/0/Nui/ViewModule.aspx#CardModuleV2/CasePage/edit/5",
            "https://ACME.creatio.com:443/",
            "https://acme-is.creatio.com/connect/authorize?client_id=1",
            "http://127.0.0.1:40001/sandbox/?token=t",
        ] {
            assert!(judge(address, &known()).is_ok(), "{address} is a page of a connection");
        }
    }

    #[test]
    fn nothing_else_is_opened() {
        for (address, why) in [
            ("file:///etc/passwd", NotOpened::NotWeb),
            ("javascript:alert(1)", NotOpened::NotWeb),
            ("casebridge://session/a", NotOpened::NotWeb),
            ("mailto:a@acme.creatio.com", NotOpened::NotWeb),
            ("smb://acme.creatio.com/share", NotOpened::NotWeb),
            ("acme.creatio.com", NotOpened::NotWeb),
            ("https://", NotOpened::NotWeb),
            ("https://mary:pw@acme.creatio.com/", NotOpened::WithUser),
            ("https://acme.creatio.com@evil.example/", NotOpened::WithUser),
            ("https://evil.example/", NotOpened::Foreign),
            ("https://acme.creatio.com.evil.example/", NotOpened::Foreign),
            ("https://xacme.creatio.com/", NotOpened::Foreign),
            ("http://acme.creatio.com/", NotOpened::Foreign),
            ("https://acme.creatio.com:8443/", NotOpened::Foreign),
            ("http://127.0.0.1:40002/", NotOpened::Foreign),
            ("https://note.example/", NotOpened::Foreign),
        ] {
            assert_eq!(judge(address, &known()), Err(why), "{address} is none of ours");
        }
    }
}
