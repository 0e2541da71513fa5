//! Card numbers, with the expiry and the code that people write beside them.
//!
//! Digits come in runs of groups, and a card is any stretch of whole groups that could have been issued: what stands
//! before it in the run (a count, a date) and behind it (expiry, code) must not hide it.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use crate::read::pattern;

/// What may stand between two groups of one number: spaces of every kind, dashes, dots, strokes, and marks of no width.
const BETWEEN: &str = r"\s\p{Pd}.·•/_\x{200b}-\x{200d}\x{2060}\x{feff}";
/// Fewest and most digits of a card.
const LENGTHS: std::ops::RangeInclusive<usize> = 13..=19;

static RUN: LazyLock<Regex> = LazyLock::new(|| pattern(&format!(r"\d+(?:[{BETWEEN}]{{1,3}}\d+)*")));
static GROUP: LazyLock<Regex> = LazyLock::new(|| pattern(r"\d+"));
/// Expiry and code: a few short groups of digits. After a comma or on a line of its own a single digit is a count of something.
static BESIDE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(
        r"^(?:[{BETWEEN}&&[^\n]]{{1,3}}\d{{1,6}}\b|[{BETWEEN},;|]{{1,3}}(?:\d{{1,2}}\s?/\s?\d{{2,4}}|\d{{2,6}})\b){{1,8}}"
    ))
});

/// Bytes of a text that hold cards and what stands beside them.
pub(super) fn cards_in(text: &str) -> Vec<Range<usize>> {
    let mut cards = Vec::new();
    for run in RUN.find_iter(text) {
        let groups: Vec<Range<usize>> =
            GROUP.find_iter(run.as_str()).map(|group| run.start() + group.start()..run.start() + group.end()).collect();
        for (first, group) in groups.iter().enumerate() {
            let Some(end) = card_from(text, &groups[first..]) else { continue };
            let beside = BESIDE.find(&text[end..]).map_or(0, |beside| beside.end());
            cards.push(group.start..end + beside);
        }
    }
    cards
}

/// Where the longest card that begins with the first group ends.
fn card_from(text: &str, groups: &[Range<usize>]) -> Option<usize> {
    let (mut digits, mut end) = (Vec::new(), None);
    for group in groups {
        digits.extend(text[group.clone()].chars().filter_map(digit));
        if digits.len() > *LENGTHS.end() {
            break;
        }
        if LENGTHS.contains(&digits.len()) && issued(&digits) && luhn(&digits) {
            end = Some(group.end);
        }
    }
    end
}

/// The value of a digit of the scripts that keyboards write numbers in.
fn digit(c: char) -> Option<u32> {
    // ASCII, Arabic, Persian, Devanagari, Bengali, full width.
    const ZEROS: [char; 6] = ['0', '\u{660}', '\u{6f0}', '\u{966}', '\u{9e6}', '\u{ff10}'];
    ZEROS.iter().find_map(|zero| u32::from(c).checked_sub(u32::from(*zero)).filter(|value| *value < 10))
}

/// Whether cards of this length begin so.
fn issued(digits: &[u32]) -> bool {
    let first = |count: usize| digits.iter().take(count).fold(0, |sum, digit| sum * 10 + digit);
    match digits.len() {
        13 | 16 | 19 if digits.first() == Some(&4) => true,
        14 => matches!(first(2), 36 | 38 | 39) || (300..=305).contains(&first(3)),
        15 => matches!(first(2), 34 | 37),
        16 => (2221..=2720).contains(&first(4)) || matches!(first(2), 35 | 50..=69 | 81),
        17..=19 => matches!(first(2), 50 | 56..=69),
        _ => false,
    }
}

fn luhn(digits: &[u32]) -> bool {
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(place, digit)| if place % 2 == 0 { *digit } else { (digit * 2) / 10 + (digit * 2) % 10 })
        .sum();
    sum.is_multiple_of(10)
}
