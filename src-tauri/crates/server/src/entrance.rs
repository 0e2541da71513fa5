//! Links into the console, as people get them (R31).

use url::{Host, Url};

/// A link, and what to use where it leads nowhere.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Entrance {
    /// On the console's own name while the engine listens to this computer alone, else on its address.
    pub(crate) first: String,
    /// On the address, for systems that do not resolve the name.
    pub(crate) plain: Option<String>,
}

impl Entrance {
    /// `front`: where the console is; `own_name`: its own host name; `path`: the link's, with what lets in.
    pub(crate) fn new(front: &str, own_name: &str, path: &str) -> Self {
        let plain = format!("{}{path}", front.trim_end_matches('/'));
        let named =
            Url::parse(front).ok().filter(|url| !own_name.is_empty() && is_loopback(url)).and_then(|mut url| {
                url.set_host(Some(own_name)).ok()?;
                Some(format!("{}{path}", url.as_str().trim_end_matches('/')))
            });
        match named {
            Some(first) => Self { first, plain: Some(plain) },
            None => Self { first: plain, plain: None },
        }
    }
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn on_this_computer_the_console_has_a_name_of_its_own_and_elsewhere_it_has_not() {
        let at = |front| Entrance::new(front, "casebridge-7.localhost", "/console/enter?link=a");
        for (front, first) in [
            ("http://127.0.0.1:4180", "http://casebridge-7.localhost:4180/console/enter?link=a"),
            ("http://[::1]:4180", "http://casebridge-7.localhost:4180/console/enter?link=a"),
        ] {
            let plain = Some(format!("{front}/console/enter?link=a"));
            assert_eq!(at(front), Entrance { first: first.into(), plain }, "with a way on where it does not resolve");
        }
        let team = at("http://10.0.0.5:4180");
        assert_eq!(
            team.first, "http://10.0.0.5:4180/console/enter?link=a",
            "`localhost` is another computer to others"
        );
        assert_eq!(team.plain, None);
    }
}
