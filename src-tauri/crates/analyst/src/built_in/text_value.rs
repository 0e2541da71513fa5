//! Free text: taken only where a phrase, a pattern or the question before it says what it is.

use casebridge_domain::mapping::ColumnKind;

use super::mention::{Sought, confirms};
use crate::cue::Template;
use crate::dialogue::Dialogue;
use crate::read::{Reading, contact, without_overlaps};
use crate::text::{Sentence, Word, words};

/// What may stand before the value in a short answer.
const LEAD: [&str; 34] = [
    "to", "it's", "its", "it", "is", "the", "my", "name", "for", "from", "i'd", "i", "like", "want", "please", "sure",
    "ok", "okay", "yes", "that's", "in", "at", "a", "an", "would", "be", "under", "of", "that", "will", "send",
    "should", "um", "oh",
];
/// What may stand after it.
const TRAIL: [&str; 5] = ["please", "thanks", "thank", "you", "instead"];
/// Most words of a short answer's value.
const LONGEST: usize = 6;

/// The texts that a sentence offers for a column of free text.
pub(super) fn texts_in(sought: &Sought<'_>, dialogue: &Dialogue, place: usize, sentence: &Sentence) -> Vec<Reading> {
    let line = &dialogue.lines[place];
    let from = sentence.at.start;
    let piece = &line.text[sentence.at.clone()];
    let mut readings = Vec::new();
    for pattern in &sought.cues.patterns {
        readings
            .extend(pattern.find_iter(piece).map(|found| text(&line.text, found.start() + from, found.end() + from)));
    }
    if sought.cues.patterned() {
        return without_overlaps(readings, &[]);
    }
    readings.extend(in_templates(sought, &line.text, sentence));
    // A column for an address that the CRM does not check is one by its title.
    let titled = |words: &[&str]| words.iter().any(|word| sought.cues.title.contains(*word));
    let moved = |found: Vec<Reading>| {
        found.into_iter().map(move |one| text(&line.text, one.at.start + from, one.at.end + from))
    };
    if titled(&["email", "e-mail", "mail"]) {
        return moved(contact::emails_in(piece)).collect();
    }
    if titled(&["phone", "mobil", "telephon"]) {
        return moved(contact::phones_in(piece)).collect();
    }
    readings.extend(after_the_title(sought, &line.text, sentence));
    let asked = line.follows.filter(|_| line.customer).map(|before| &dialogue.lines[before]);
    if let Some(before) = asked {
        // The last question is the one that is answered.
        let question = before.sentences.iter().rev().find(|sentence| sentence.asks);
        if question.is_some_and(|question| !confirms_back(question) && sought.touches(question) == (true, false)) {
            readings.extend(short_answer(&line.text, sentence, line.sentences.len() == 1));
        }
    }
    without_overlaps(readings, &[])
}

/// Names and quotations in one of the instruction's templates.
fn in_templates(sought: &Sought<'_>, line: &str, sentence: &Sentence) -> Vec<Reading> {
    let begins = (0..sentence.words.len()).filter(|place| sentence.words[*place].capital);
    let found = begins.filter_map(|place| {
        let value = proper(line, &sentence.words[place..])?;
        let span = sentence.words_of(&value.at);
        let fits = |templates: &[Template]| templates.iter().any(|template| template.fits(&sentence.words, &span));
        (fits(&sought.cues.templates) && !fits(&sought.cues.templates_against)).then_some(value)
    });
    // Digits are no name; a column for a number of some kind has a pattern, or its title says so.
    let numbered = ["number", "no", "id", "code", "nr"];
    let digits = words(&sought.question.title).iter().any(|word| numbered.contains(&word.lower.as_str()));
    found.filter(|value| digits || !line[value.at.clone()].starts_with(|c: char| c.is_ascii_digit())).collect()
}

/// "Please confirm", "correct?": an answer to this is no value.
fn confirms_back(question: &Sentence) -> bool {
    confirms(question) && question.has(&["confirm", "confirming", "correct", "right", "verify"])
}

/// `<title> is X`, `<title>: X`, where X is a name, a code or quoted.
fn after_the_title(sought: &Sought<'_>, line: &str, sentence: &Sentence) -> Option<Reading> {
    let title = |word: &Word| sought.cues.title.contains(&word.stem);
    let last = sentence.words.iter().rposition(title)?;
    let mut place = last + 1;
    // "number", "name" and the like belong to the title without being cues.
    while sentence
        .words
        .get(place)
        .is_some_and(|word| ["number", "no", "name", "id", "code", "nr"].contains(&word.lower.as_str()))
    {
        place += 1;
    }
    let joins =
        sentence.words.get(place).is_some_and(|word| ["is", "was", "called", "named"].contains(&word.lower.as_str()));
    let next = sentence.words.get(if joins { place + 1 } else { place })?;
    let between = &line[sentence.words[place - 1].at.end..next.at.start];
    if !joins && !between.contains([':', '=', '#', '"', '\u{201c}']) {
        return None;
    }
    let first = if joins { place + 1 } else { place };
    proper(line, &sentence.words[first..])
}

/// A short answer to the question that was just asked.
fn short_answer(line: &str, sentence: &Sentence, alone: bool) -> Option<Reading> {
    let mut words = &sentence.words[..];
    while let [first, rest @ ..] = words
        && LEAD.contains(&first.lower.as_str())
    {
        words = rest;
    }
    while let [rest @ .., last] = words
        && TRAIL.contains(&last.lower.as_str())
    {
        words = rest;
    }
    let found = proper(line, words)?;
    let covers = words.first()?.at.start..words.last()?.at.end;
    (alone && words.len() <= LONGEST && found.at.end >= covers.end).then_some(found)
}

/// The name, code or quotation that some words begin with.
fn proper(line: &str, words: &[Word]) -> Option<Reading> {
    let first = words.first()?;
    let joins = ["of", "the", "de", "la", "von", "van", "and"];
    let takes = |word: &Word| word.capital || word.lower.chars().any(|c| c.is_ascii_digit());
    let mut end = 0;
    for (place, word) in words.iter().enumerate() {
        let apart = place > 0 && line[words[place - 1].at.end..word.at.start].contains([',', ';', '.', ':']);
        if apart || (!takes(word) && !joins.contains(&word.lower.as_str())) {
            break;
        }
        if takes(word) {
            end = word.at.end;
        }
    }
    (end > first.at.start && takes(first)).then(|| text(line, first.at.start, end))
}

fn text(line: &str, start: usize, end: usize) -> Reading {
    Reading::sure(start..end, line[start..end].trim_matches(['"', '\u{201c}', '\u{201d}']).trim())
}

/// Whether a question asks for free text, in which a change of letter case is no other value.
pub(super) fn is_text(kind: &ColumnKind) -> bool {
    matches!(kind, ColumnKind::Text { .. })
}
