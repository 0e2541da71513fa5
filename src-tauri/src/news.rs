//! What changed → which notification. Pure: the watch reads numbers and tells the time, this decides.
//!
//! No notification carries what people wrote, nor a name: it stands on a locked screen.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use crate::deep_link::Destination;
use crate::preferences::Wanted;

/// At most one notification of a kind in this time; what comes meanwhile is told together after it.
const APART: Duration = Duration::from_secs(10);

/// What was seen of the engine at one moment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Seen {
    /// How many conversations need a person; counts end somewhere, lists sooner.
    pub(crate) needs_person: u64,
    /// The newest of them, by id.
    pub(crate) waiting: BTreeSet<String>,
    /// Parked lanes.
    pub(crate) parked: u64,
    /// Held replies.
    pub(crate) held: u64,
    /// Connections that are paused, by id.
    pub(crate) broken: BTreeSet<String>,
}

/// Kinds of notifications.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    /// A conversation needs a person.
    HandedOff,
    /// Work was parked.
    Parked,
    /// A reply is held.
    Held,
    /// A connection was paused.
    Broken,
}

/// A notification to be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct News {
    /// Of which kind.
    pub(crate) kind: Kind,
    /// How many it tells of.
    pub(crate) count: u64,
    /// Where a click on it leads.
    pub(crate) to: Destination,
}

impl News {
    /// Its words.
    pub(crate) fn words(&self) -> (String, &'static str) {
        let count = self.count;
        match (self.kind, count) {
            (Kind::HandedOff, 1) => ("A conversation was handed off".into(), "It needs a person."),
            (Kind::HandedOff, _) => (format!("{count} conversations were handed off"), "They need a person."),
            (Kind::Parked, 1) => ("A delivery was parked".into(), "It waits for a decision."),
            (Kind::Parked, _) => (format!("{count} deliveries were parked"), "They wait for a decision."),
            (Kind::Held, 1) => ("A reply is held".into(), "Deliver it or discard it."),
            (Kind::Held, _) => (format!("{count} replies are held"), "Deliver or discard them."),
            (Kind::Broken, 1) => ("A connection is paused".into(), "Nothing is lost: deliveries wait."),
            (Kind::Broken, _) => (format!("{count} connections are paused"), "Nothing is lost: deliveries wait."),
        }
    }
}

/// What is new, as far as it is wanted. Less of something is no news.
pub(crate) fn between(before: &Seen, now: &Seen, wanted: Wanted) -> Vec<News> {
    let mut news = Vec::new();
    let mut tell = |wanted: bool, kind: Kind, count: u64, to: Destination| {
        if wanted && count > 0 {
            news.push(News { kind, count, to });
        }
    };
    let arrived: Vec<&String> = now.waiting.difference(&before.waiting).collect();
    // An older one moves into the list when a newer one leaves it: only a greater count, or one that took the
    // place of another at the same count, is somebody who waits now and did not before.
    let left = before.waiting.difference(&now.waiting).count() as u64;
    let more = now.needs_person.saturating_sub(before.needs_person.saturating_sub(left)).min(arrived.len() as u64);
    let to = match arrived.as_slice() {
        [one] => Destination::Session { id: (*one).clone() },
        _ => Destination::NeedsPerson,
    };
    tell(wanted.handed_off, Kind::HandedOff, more, to);
    tell(wanted.parked, Kind::Parked, now.parked.saturating_sub(before.parked), Destination::Deliveries);
    tell(wanted.held, Kind::Held, now.held.saturating_sub(before.held), Destination::Deliveries);
    let broke = now.broken.difference(&before.broken).count() as u64;
    tell(wanted.broken, Kind::Broken, broke, Destination::Connections);
    news
}

/// Holds notifications apart. Times are counted from any fixed moment.
#[derive(Debug, Default)]
pub(crate) struct Pace {
    told: BTreeMap<Kind, Duration>,
    waiting: BTreeMap<Kind, News>,
}

impl Pace {
    /// Takes news in; those of one kind that wait together become one.
    pub(crate) fn add(&mut self, news: impl IntoIterator<Item = News>) {
        for one in news {
            match self.waiting.get_mut(&one.kind) {
                None => drop(self.waiting.insert(one.kind, one)),
                Some(before) => {
                    before.count += one.count;
                    before.to = match one.kind {
                        Kind::HandedOff => Destination::NeedsPerson,
                        _ => one.to,
                    };
                }
            }
        }
    }

    /// What may be told now.
    pub(crate) fn due(&mut self, now: Duration) -> Vec<News> {
        let is_due = |told: Option<&Duration>| told.is_none_or(|told| now.saturating_sub(*told) >= APART);
        let due: Vec<Kind> = self.waiting.keys().copied().filter(|kind| is_due(self.told.get(kind))).collect();
        for kind in &due {
            self.told.insert(*kind, now);
        }
        due.iter().filter_map(|kind| self.waiting.remove(kind)).collect()
    }

    /// When to ask again, if anything waits.
    pub(crate) fn next(&self) -> Option<Duration> {
        self.waiting.keys().map(|kind| self.told.get(kind).map_or(Duration::ZERO, |told| *told + APART)).min()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn waiting(ids: &[&str]) -> Seen {
        let waiting: BTreeSet<String> = ids.iter().map(|id| (*id).to_owned()).collect();
        Seen { needs_person: waiting.len() as u64, waiting, ..Seen::default() }
    }

    fn at(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn one_handoff_leads_to_its_conversation_and_several_to_the_list() {
        let all = Wanted::default();
        let one = between(&waiting(&["a"]), &waiting(&["a", "b"]), all);
        assert_eq!(one, [News { kind: Kind::HandedOff, count: 1, to: Destination::Session { id: "b".into() } }]);
        let three = between(&waiting(&[]), &waiting(&["a", "b", "c"]), all);
        assert_eq!(three, [News { kind: Kind::HandedOff, count: 3, to: Destination::NeedsPerson }]);
        let swapped = between(&waiting(&["a"]), &waiting(&["b"]), all);
        assert_eq!(swapped.len(), 1, "one was taken over while another came: the count alone would hide it");
    }

    #[test]
    fn less_work_is_no_news() {
        let before = Seen { parked: 3, held: 2, broken: ["c".to_owned()].into(), ..waiting(&["a", "b"]) };
        assert_eq!(between(&before, &waiting(&["a"]), Wanted::default()), []);
    }

    #[test]
    fn an_older_conversation_that_moves_up_into_the_list_is_no_handoff() {
        let before = Seen { needs_person: 500, ..waiting(&["a", "b"]) };
        let now = Seen { needs_person: 499, ..waiting(&["b", "old"]) };
        assert_eq!(between(&before, &now, Wanted::default()), [], "nobody was handed off");
    }

    #[test]
    fn what_is_switched_off_is_not_told() {
        let now = Seen { parked: 1, held: 1, broken: ["c".to_owned()].into(), ..waiting(&["a"]) };
        let kinds = |wanted| between(&Seen::default(), &now, wanted).iter().map(|news| news.kind).collect::<Vec<_>>();
        assert_eq!(kinds(Wanted::default()), [Kind::HandedOff, Kind::Parked, Kind::Held, Kind::Broken]);
        assert_eq!(kinds(Wanted { parked: false, broken: false, ..Wanted::default() }), [Kind::HandedOff, Kind::Held]);
    }

    #[test]
    fn one_of_a_kind_in_ten_seconds_with_the_count_of_all() {
        let mut pace = Pace::default();
        let handed_off =
            |id: &str| News { kind: Kind::HandedOff, count: 1, to: Destination::Session { id: id.into() } };
        pace.add([handed_off("a")]);
        assert_eq!(pace.due(at(0)), [handed_off("a")], "the first is told at once");
        pace.add([handed_off("b")]);
        pace.add([handed_off("c"), News { kind: Kind::Parked, count: 2, to: Destination::Deliveries }]);
        let now = pace.due(at(3));
        assert_eq!(now.len(), 1, "kinds do not wait for each other");
        assert_eq!(now[0].kind, Kind::Parked);
        assert_eq!(pace.next(), Some(at(10)));
        let later = pace.due(at(10));
        assert_eq!(later, [News { kind: Kind::HandedOff, count: 2, to: Destination::NeedsPerson }]);
        assert_eq!(later[0].words().0, "2 conversations were handed off");
        assert_eq!((pace.due(at(30)), pace.next()), (vec![], None), "nothing is told twice");
    }
}
