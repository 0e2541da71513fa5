//! Which conversations a connection takes, where a workspace has several.

use serde::{Deserialize, Serialize};

/// Most entries of one list.
const MOST: usize = 64;
/// Longest entry, in characters.
const LONGEST: usize = 64;

/// A connection's rule. Names are compared without regard to letter case; the empty rule takes everything.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Route {
    /// Only from these channels; empty: from any.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub channels: Vec<String>,
    /// Not from these channels.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub not_channels: Vec<String>,
    /// Only with one of these tags; empty: with any or none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// Not with one of these tags.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub not_tags: Vec<String>,
}

impl Route {
    /// Whether a conversation from this channel, with these tags, goes here.
    #[must_use]
    pub fn takes(&self, channel: &str, tags: &[String]) -> bool {
        let names = |list: &[String], name: &str| list.iter().any(|one| is_same(one, name));
        let any = |list: &[String]| tags.iter().any(|tag| names(list, tag));
        (self.channels.is_empty() || names(&self.channels, channel))
            && !names(&self.not_channels, channel)
            && (self.tags.is_empty() || any(&self.tags))
            && !any(&self.not_tags)
    }

    /// What is wrong with it, if something is: the member, and the problem.
    #[must_use]
    pub fn problem(&self) -> Option<(&'static str, String)> {
        let lists = [
            ("route.channels", &self.channels),
            ("route.not_channels", &self.not_channels),
            ("route.tags", &self.tags),
            ("route.not_tags", &self.not_tags),
        ];
        for (member, list) in lists {
            if list.len() > MOST {
                return Some((member, format!("has more than {MOST} entries")));
            }
            let bad = |one: &&String| !is_name(one);
            if list.iter().any(|one| bad(&one)) {
                return Some((member, format!("holds an entry that is not 1 to {LONGEST} printable characters")));
            }
        }
        let both = |yes: &[String], no: &[String]| yes.iter().any(|one| no.iter().any(|other| is_same(one, other)));
        if both(&self.channels, &self.not_channels) {
            return Some(("route.not_channels", "names a channel that `channels` names, too".into()));
        }
        if both(&self.tags, &self.not_tags) {
            return Some(("route.not_tags", "names a tag that `tags` names, too".into()));
        }
        None
    }
}

/// Whether a text can be a tag, or the name of a channel, in a rule.
#[must_use]
pub fn is_name(text: &str) -> bool {
    !text.trim().is_empty() && text.chars().count() <= LONGEST && !text.chars().any(char::is_control)
}

fn is_same(one: &str, other: &str) -> bool {
    one.trim().to_lowercase() == other.trim().to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn a_rule_takes_what_it_says_and_the_empty_one_everything() {
        let vip = list(&["VIP", "de"]);
        assert!(Route::default().takes("web", &[]) && Route::default().takes("web", &vip));
        let web = Route { channels: list(&["Web", "chat"]), ..Route::default() };
        assert!(web.takes("web", &vip) && web.takes(" CHAT ", &[]), "letter case and blanks say nothing");
        assert!(!web.takes("email", &[]) && !web.takes("webhook", &[]), "a name is a whole name");
        let rest = Route { not_channels: list(&["web"]), ..Route::default() };
        assert!(rest.takes("email", &[]) && !rest.takes("WEB", &[]));
        let tagged = Route { tags: list(&["vip"]), not_tags: list(&["test"]), ..Route::default() };
        assert!(tagged.takes("web", &vip) && !tagged.takes("web", &[]));
        assert!(!tagged.takes("web", &list(&["vip", "Test"])), "what is excluded is excluded");
    }

    #[test]
    fn a_rule_that_contradicts_itself_is_named() {
        let both = Route { tags: list(&["a"]), not_tags: list(&["A"]), ..Route::default() };
        assert_eq!(both.problem().map(|(member, _)| member), Some("route.not_tags"));
        let empty = Route { channels: list(&[" "]), ..Route::default() };
        assert_eq!(empty.problem().map(|(member, _)| member), Some("route.channels"));
        assert_eq!(Route { channels: list(&["web"]), ..Route::default() }.problem(), None);
        assert!(serde_json::from_str::<Route>(r#"{"chanels":["web"]}"#).is_err(), "a misspelt member is no rule");
    }
}
