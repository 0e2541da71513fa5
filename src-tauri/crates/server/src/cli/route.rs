//! `--route`: which conversations come to a connection.

use casebridge_domain::Route;
use clap::Args;

use super::Usage;

#[derive(Debug, Args)]
pub(crate) struct RouteArgs {
    /// Which conversations come here: `channels=web,chat`, `not-channels=…`, `tags=…`, `not-tags=…`; all unless given.
    #[arg(long = "route", value_name = "RULE")]
    parts: Vec<String>,
}

impl RouteArgs {
    /// The rule of a new connection.
    pub(crate) fn route(&self) -> anyhow::Result<Route> {
        Ok(read(&self.parts)?.unwrap_or_default())
    }
}

/// Reads the parts of a rule; `None` when none is given.
pub(crate) fn read(parts: &[String]) -> anyhow::Result<Option<Route>> {
    if parts.is_empty() {
        return Ok(None);
    }
    let mut route = Route::default();
    if parts == ["all"] {
        return Ok(Some(route));
    }
    for part in parts {
        let Some((what, names)) = part.split_once('=') else { return Err(unknown(part).into()) };
        let list = match what {
            "channels" => &mut route.channels,
            "not-channels" => &mut route.not_channels,
            "tags" => &mut route.tags,
            "not-tags" => &mut route.not_tags,
            _ => return Err(unknown(part).into()),
        };
        list.extend(names.split(',').map(|name| name.trim().to_owned()));
    }
    Ok(Some(route))
}

fn unknown(part: &str) -> Usage {
    Usage(format!("give --route as channels=A,B, not-channels=…, tags=…, not-tags=… or `all`, not `{part}`"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_is_read_part_by_part() {
        let parts = |parts: &[&str]| parts.iter().map(|part| (*part).to_owned()).collect::<Vec<_>>();
        let route = read(&parts(&["channels=web, chat", "not-tags=test"])).unwrap().unwrap();
        assert_eq!(route.channels, ["web", "chat"]);
        assert_eq!(route.not_tags, ["test"]);
        assert_eq!(read(&parts(&["all"])).unwrap(), Some(Route::default()), "everything, and not no change");
        assert_eq!(read(&[]).unwrap(), None, "no change, and not everything");
        assert!(read(&parts(&["web"])).is_err() && read(&parts(&["channel=web"])).is_err());
    }
}
