//! Days: `2026-11-21`, `March 9th`, `the 6th of this month`, `Friday next week`, `tomorrow`.
//!
//! Reckoned from the day on which the line was said. What two people could read as two days is given with both.

use std::sync::LazyLock;

use jiff::ToSpan;
use jiff::civil::{Date, Weekday};
use regex::{Captures, Regex};

use super::{Reading, pattern, without_overlaps};

const MONTHS: &str = "jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?";
const WEEKDAYS: &str = "monday|tuesday|wednesday|thursday|friday|saturday|sunday|mon|tues?|wed|thu(?:rs?)?|fri";

/// Whether the sentence tells of something past, so that a day without a year lies before the line.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tense {
    /// Bought, arrived, was.
    Past,
    /// Everything else.
    Ahead,
}

/// A day, and the other that may be meant.
type Read = Option<(Date, Option<Date>)>;

struct Form {
    pattern: Regex,
    read: fn(&Captures<'_>, Date, Tense) -> Read,
}

static FORMS: LazyLock<Vec<Form>> = LazyLock::new(|| {
    let form = |source: &str, read| Form { pattern: pattern(source), read };
    vec![
        form(r"\b(?P<y>\d{4})-(?P<m>\d{1,2})-(?P<d>\d{1,2})\b", iso),
        form(r"\b(?P<a>\d{1,2})[/.](?P<b>\d{1,2})[/.](?P<y>\d{4}|\d{2})\b", slashed),
        form(
            &format!(
                r"\b(?P<mon>{MONTHS})\.?\s+(?:the\s+)?(?P<d>\d{{1,2}})(?:st|nd|rd|th)?\b(?:,?\s+(?P<y>(?:19|20)\d\d)\b)?"
            ),
            named,
        ),
        form(
            &format!(
                r"\b(?P<d>\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?(?P<mon>{MONTHS})\b(?:,?\s+(?P<y>(?:19|20)\d\d)\b)?"
            ),
            named,
        ),
        form(r"\b(?P<d>\d{1,2})(?:st|nd|rd|th)?\s+(?:day\s+)?of\s+(?P<which>this|the|next)\s+month\b", of_month),
        form(r"\bthe\s+(?P<d>\d{1,2})(?:st|nd|rd|th)\b", of_month),
        form(r"\bday after tomorrow\b", |_, base, _| Some((base.checked_add(2.days()).ok()?, None))),
        form(r"\b(?:today|tonight|this (?:morning|afternoon|evening))\b", |_, base, _| Some((base, None))),
        form(r"\btomorrow\b", |_, base, _| Some((base.tomorrow().ok()?, None))),
        form(r"\byesterday\b", |_, base, _| Some((base.yesterday().ok()?, None))),
        form(r"\bin\s+(?P<n>\d{1,3})\s+(?P<unit>day|week)s?\b", |found, base, _| {
            Some((base.checked_add(days(found)?.days()).ok()?, None))
        }),
        form(r"\b(?P<n>\d{1,3})\s+(?P<unit>day|week)s?\s+ago\b", |found, base, _| {
            Some((base.checked_sub(days(found)?.days()).ok()?, None))
        }),
        form(
            &format!(
                r"\b(?:(?P<which>this|next|last|coming)\s+)?(?P<w>{WEEKDAYS})\b(?:\s+(?P<week>(?:of\s+)?(?:this|next) week)\b)?"
            ),
            weekday,
        ),
    ]
});

/// The days that a text speaks of, reckoned from the day of its line.
pub(crate) fn days_in(text: &str, base: Date, tense: Tense) -> Vec<Reading> {
    let mut readings = Vec::new();
    for form in FORMS.iter() {
        for found in form.pattern.captures_iter(text) {
            let at = found.get(0).map(|whole| whole.range()).unwrap_or_default();
            if let Some((day, or)) = (form.read)(&found, base, tense) {
                readings.push(Reading { at, value: day.to_string().into(), or: or.map(|or| or.to_string().into()) });
            }
        }
    }
    without_overlaps(readings, &[])
}

fn digits<T: std::str::FromStr>(found: &Captures<'_>, name: &str) -> Option<T> {
    found.name(name)?.as_str().parse().ok()
}

fn days(found: &Captures<'_>) -> Option<i64> {
    let count: i64 = digits(found, "n")?;
    Some(if found["unit"].eq_ignore_ascii_case("week") { count * 7 } else { count })
}

fn iso(found: &Captures<'_>, _: Date, _: Tense) -> Read {
    Some((Date::new(digits(found, "y")?, digits(found, "m")?, digits(found, "d")?).ok()?, None))
}

/// `3/4/2026` is the fourth of March or the third of April.
fn slashed(found: &Captures<'_>, _: Date, _: Tense) -> Read {
    let year: i16 = digits(found, "y")?;
    let year = if year < 100 { year + 2000 } else { year };
    let (a, b) = (digits(found, "a")?, digits(found, "b")?);
    let american = Date::new(year, a, b).ok();
    let other = Date::new(year, b, a).ok();
    match (american, other) {
        (Some(one), Some(two)) if one != two => Some((one, Some(two))),
        (Some(one), _) | (None, Some(one)) => Some((one, None)),
        (None, None) => None,
    }
}

fn named(found: &Captures<'_>, base: Date, tense: Tense) -> Read {
    let month = month(&found["mon"])?;
    let day = digits(found, "d")?;
    if let Some(year) = digits(found, "y") {
        return Some((Date::new(year, month, day).ok()?, None));
    }
    let this_year = Date::new(base.year(), month, day).ok();
    let other = |years: i16| Date::new(base.year() + years, month, day).ok();
    let chosen = match (this_year, tense) {
        (Some(day), Tense::Ahead) if day < base => other(1),
        (Some(day), Tense::Past) if day > base => other(-1),
        (day, _) => day,
    };
    Some((chosen?, None))
}

fn of_month(found: &Captures<'_>, base: Date, tense: Tense) -> Read {
    let day = digits(found, "d")?;
    let here = Date::new(base.year(), base.month(), day).ok();
    let next = || base.first_of_month().checked_add(1.month()).ok()?.with().day(day).build().ok();
    let last = || base.first_of_month().checked_sub(1.month()).ok()?.with().day(day).build().ok();
    let chosen = match found.name("which").map(|which| which.as_str().to_lowercase()).as_deref() {
        Some("next") => next(),
        Some(_) => here,
        None if tense == Tense::Past => here.filter(|day| *day <= base).or_else(last),
        None => here.filter(|day| *day >= base).or_else(next),
    };
    Some((chosen?, None))
}

/// *Next Thursday* said on a Friday is one day; said on a Monday it is two.
fn weekday(found: &Captures<'_>, base: Date, tense: Tense) -> Read {
    let name = found["w"].to_lowercase();
    let lower = |group: &str| found.name(group).map(|text| text.as_str().to_lowercase());
    let (which, week) = (lower("which"), lower("week"));
    // Short forms are words of their own, or names, unless something beside them says that a day is meant.
    if name.len() < 6 && which.is_none() && week.is_none() {
        return None;
    }
    let day = weekday_named(&name)?;
    let monday = base.checked_sub(i64::from(base.weekday().to_monday_zero_offset()).days()).ok()?;
    let in_week = monday.checked_add(i64::from(day.to_monday_zero_offset()).days()).ok()?;
    let coming = base.nth_weekday(1, day).ok()?;
    let later = coming.checked_add(7.days()).ok()?;
    if let Some(week) = week {
        let this = week.contains("this");
        let chosen = if this { in_week } else { in_week.checked_add(7.days()).ok()? };
        // A week begins on a Sunday or on a Monday.
        let or = (day == Weekday::Sunday).then(|| chosen.checked_sub(7.days()).ok()).flatten();
        return Some((chosen, or));
    }
    match which.as_deref() {
        Some("last") => Some((base.nth_weekday(-1, day).ok()?, None)),
        Some("next") => Some((coming, (in_week > base).then_some(later))),
        Some(_) => Some((coming, None)),
        None if tense == Tense::Past => Some((base.nth_weekday(-1, day).ok()?, None)),
        None => Some((coming, (base.weekday() == day).then_some(base))),
    }
}

fn weekday_named(name: &str) -> Option<Weekday> {
    use Weekday::{Friday, Monday, Saturday, Sunday, Thursday, Tuesday, Wednesday};
    [Monday, Tuesday, Wednesday, Thursday, Friday, Saturday, Sunday]
        .into_iter()
        .find(|day| format!("{day:?}").to_lowercase().starts_with(name.get(..3).unwrap_or(name)))
}

fn month(name: &str) -> Option<i8> {
    let short = name.get(..3)?.to_lowercase();
    let names = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    names.iter().position(|one| *one == short).and_then(|place| i8::try_from(place + 1).ok())
}
