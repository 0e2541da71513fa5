//! Every place where a conversation names a value that a question could mean, and how strongly it is bound to it.

use std::ops::Range;

use casebridge_domain::analysis::Question;
use casebridge_domain::mapping::{ColumnKind, TextFormat};

use super::text_value::texts_in;
use super::yes_no::answers_in;
use crate::cue::{Cues, Template};
use crate::dialogue::{Dialogue, Said};
use crate::read::day::{Tense, days_in};
use crate::read::label::Labels;
use crate::read::{Reading, contact, number, time};
use crate::text::Sentence;

/// From here on a mention is believed.
pub(crate) const BELIEVED: u8 = 70;

/// A value where it stands.
pub(crate) struct Mention {
    pub line: usize,
    pub reading: Reading,
    /// 0 to 100.
    pub strength: u8,
    /// Whether the customer said it; else the other side did.
    pub customer: bool,
    /// Whether another field, or what the instruction excludes, has a better claim to it.
    pub elsewhere: bool,
}

/// A question with what its words say and what its column allows.
pub(crate) struct Sought<'a> {
    pub question: &'a Question,
    pub cues: Cues,
    /// Cues of other fields of the same kind.
    pub rivals: Vec<Cues>,
    /// Of a column with allowed values.
    pub labels: Option<Labels>,
    /// Whether another field allows one of the same labels.
    pub labels_shared: bool,
}

impl Sought<'_> {
    /// How far the nearest word that speaks for the value is from it, and the nearest that speaks against it.
    /// Words before a value are nearer than words after it.
    fn distances(&self, sentence: &Sentence, at: &Range<usize>) -> (Option<f32>, Option<f32>) {
        let span = sentence.words_of(at);
        let fits = |templates: &[Template]| templates.iter().any(|template| template.fits(&sentence.words, &span));
        if fits(&self.cues.templates_against) {
            return (None, Some(0.0));
        }
        if fits(&self.cues.templates) {
            return (Some(0.0), None);
        }
        let (mut own, mut other) = (None::<f32>, None::<f32>);
        for (place, word) in sentence.words.iter().enumerate() {
            if span.contains(&place) {
                continue;
            }
            let gap = if place < span.start { span.start - place - 1 } else { place - span.end };
            #[expect(clippy::cast_precision_loss, reason = "words of one sentence")]
            let gap = if place < span.start { gap as f32 } else { 0.5 + gap as f32 * 1.5 };
            let nearer =
                |known: &mut Option<f32>, gap: f32| *known = Some(known.map_or(gap, |known: f32| known.min(gap)));
            match self.cues.weight(&word.stem) {
                2 => nearer(&mut own, gap * 0.9),
                1 => nearer(&mut own, gap),
                _ if self.speaks_for_another(&word.stem) => nearer(&mut other, gap),
                _ => {}
            }
        }
        (own, other)
    }

    fn speaks_for_another(&self, stem: &str) -> bool {
        self.cues.against.contains(stem) || self.rivals.iter().any(|rival| rival.weight(stem) > 0)
    }

    /// Whether a sentence has a word that speaks for the value, and one that speaks against it.
    pub(crate) fn touches(&self, sentence: &Sentence) -> (bool, bool) {
        let own = sentence.words.iter().any(|word| self.cues.weight(&word.stem) > 0);
        let other =
            sentence.words.iter().any(|word| self.cues.weight(&word.stem) == 0 && self.speaks_for_another(&word.stem));
        (own, other)
    }

    /// How near a cue must be to bind a value.
    fn reach(&self) -> f32 {
        match self.question.kind {
            ColumnKind::Integer | ColumnKind::Decimal { .. } => 2.5,
            _ => 9.0,
        }
    }
}

/// All mentions of what is sought, in the order in which they were made.
pub(crate) fn mentions(sought: &Sought<'_>, dialogue: &Dialogue) -> Vec<Mention> {
    let mut found = Vec::new();
    for (place, line) in dialogue.lines.iter().enumerate() {
        let asked = line.follows.filter(|_| line.customer || line.person).map(|before| &dialogue.lines[before]);
        let asked = asked.map_or((false, false), |before| asked_for(sought, before));
        let readings: Vec<Vec<Reading>> =
            line.sentences.iter().map(|sentence| readings_in(sought, dialogue, place, sentence)).collect();
        let count: usize = readings.iter().map(Vec::len).sum();
        let in_scope = in_scope(sought, dialogue, place);
        for (sentence, readings) in line.sentences.iter().zip(readings) {
            for reading in readings {
                if denied(sentence, &reading.at) || (line.customer && wonders(sentence)) {
                    continue;
                }
                let (strength, elsewhere) = bind(sought, line, sentence, &reading, asked, count);
                let elsewhere = elsewhere || !in_scope;
                found.push(Mention {
                    line: place,
                    reading,
                    strength,
                    customer: line.customer || line.person,
                    elsewhere,
                });
            }
        }
    }
    found
}

/// How many lines a conversation stays with a matter without naming it.
const SCOPE: usize = 10;

/// Whether the conversation was just about what the instruction says that it must be about.
fn in_scope(sought: &Sought<'_>, dialogue: &Dialogue, place: usize) -> bool {
    let scope = &sought.cues.scope;
    let lines = &dialogue.lines[place.saturating_sub(SCOPE)..=place];
    let mut words = lines.iter().flat_map(|line| &line.sentences).flat_map(|sentence| &sentence.words);
    scope.is_empty() || words.any(|word| scope.contains(&word.stem))
}

/// How strongly a value is bound to the question, and whether something else claims it.
fn bind(
    sought: &Sought<'_>,
    line: &Said,
    sentence: &Sentence,
    reading: &Reading,
    (asked, asked_other): (bool, bool),
    count: usize,
) -> (u8, bool) {
    if let ColumnKind::Text { .. } | ColumnKind::Boolean = sought.question.kind {
        // Found by a phrase, a pattern or the question itself: bound already.
        let said = line.customer || line.person || (line.agreed && confirms(sentence));
        return (if said { 85 } else { 40 }, false);
    }
    let (own, other) = sought.distances(sentence, &reading.at);
    let reach = sought.reach();
    let own = own.filter(|gap| *gap <= reach);
    let elsewhere = other.is_some_and(|other| own.is_none_or(|own| other <= own) && other <= reach.max(4.0));
    let is_label = sought.labels.is_some();
    let near = own.is_some() && !elsewhere;
    let foreign_unit = matches!(sought.question.kind, ColumnKind::Integer | ColumnKind::Decimal { .. })
        && own.is_none()
        && has_unit(sentence, &reading.at);
    if foreign_unit {
        return (0, true);
    }
    // The answer to a question for something else.
    let elsewhere = elsewhere || !near && asked_other && !asked;
    if line.customer || line.person {
        let answers = asked && !elsewhere && (count == 1 || near);
        let strength = match (answers, near) {
            (true, true) if !asked_other => 95,
            (true, false) if !asked_other => 85,
            (_, true) => 80,
            (true, false) => 60,
            (false, false) if is_label && !sought.labels_shared && !elsewhere => 60,
            (false, false) => 40,
        };
        return (strength, elsewhere);
    }
    let confirmed = line.agreed && confirms(sentence);
    (
        if confirmed && near {
            90
        } else if near {
            50
        } else {
            30
        },
        elsewhere,
    )
}

/// Whether the other side asked for it in a line, and whether it asked for something like it as well.
fn asked_for(sought: &Sought<'_>, before: &Said) -> (bool, bool) {
    let mut asked = (false, false);
    for sentence in before.sentences.iter().filter(|sentence| inquires(sentence)) {
        let (own, other) = sought.touches(sentence);
        asked = (asked.0 || own, asked.1 || other);
    }
    asked
}

/// Whether a sentence of the other side asks for something rather than saying it back.
fn inquires(sentence: &Sentence) -> bool {
    let open = [
        "what", "when", "which", "where", "who", "whom", "how", "whose", "any", "provide", "specify", "tell", "need",
        "choose", "enter",
    ];
    (sentence.asks || sentence.has(&["please", "let", "tell", "need", "specify", "provide"]))
        && (sentence.has(&open) || sentence.has(&["know"]) || sentence.words.len() <= 6)
}

/// Whether a sentence of the other side says back what it understood.
pub(crate) fn confirms(sentence: &Sentence) -> bool {
    sentence.asks
        || sentence.has(&[
            "confirm",
            "confirming",
            "confirmed",
            "correct",
            "right",
            "verify",
            "summary",
            "recap",
            "check",
            "so",
        ])
}

/// "Not on Friday": the value is named to rule it out.
fn denied(sentence: &Sentence, at: &Range<usize>) -> bool {
    let span = sentence.words_of(at);
    let before = &sentence.words[span.start.saturating_sub(3)..span.start];
    before.iter().any(|word| {
        matches!(
            word.lower.as_str(),
            "not" | "don't" | "isn't" | "never" | "without" | "except" | "than" | "nor" | "cannot" | "can't" | "won't"
        )
    }) || before.windows(2).any(|pair| pair[0].lower == "instead" && pair[1].lower == "of")
        || before.last().is_some_and(|word| word.lower == "no")
}

/// "Is it on Friday?" asks and says nothing; "Can you book it for Friday?" says.
fn wonders(sentence: &Sentence) -> bool {
    let first = sentence.words.first().map(|word| word.lower.as_str());
    let wonder = [
        "is", "are", "does", "do", "did", "was", "were", "what", "what's", "when", "where", "which", "why", "how",
        "who", "will", "has", "have",
    ];
    sentence.asks && first.is_some_and(|first| wonder.contains(&first))
}

/// Whether a number counts something that is not sought: `3 days`, `2 stops`.
fn has_unit(sentence: &Sentence, at: &Range<usize>) -> bool {
    let after = sentence.words.get(sentence.words_of(at).end);
    let function = [
        "for", "in", "on", "at", "and", "or", "to", "of", "please", "from", "is", "will", "would", "with", "by", "if",
        "as", "then", "but", "only", "should", "works", "sounds", "thanks", "thank", "i", "we", "you", "that", "this",
        "it", "also", "too", "the", "a",
    ];
    after.is_some_and(|word| !function.contains(&word.lower.as_str()) && word.lower.chars().all(char::is_alphabetic))
}

/// What a sentence offers for a column of this kind.
fn readings_in(sought: &Sought<'_>, dialogue: &Dialogue, place: usize, sentence: &Sentence) -> Vec<Reading> {
    let line = &dialogue.lines[place];
    let text = &line.text;
    let piece = &text[sentence.at.clone()];
    let moved = |readings: Vec<Reading>| -> Vec<Reading> {
        let from = sentence.at.start;
        readings.into_iter().map(|one| Reading { at: one.at.start + from..one.at.end + from, ..one }).collect()
    };
    match &sought.question.kind {
        ColumnKind::Text { format: TextFormat::Email, .. } => moved(contact::emails_in(piece)),
        ColumnKind::Text { format: TextFormat::Phone, .. } => moved(contact::phones_in(piece)),
        ColumnKind::Text { format: TextFormat::Url, .. } => moved(contact::addresses_in(piece)),
        ColumnKind::Text { .. } => texts_in(sought, dialogue, place, sentence),
        ColumnKind::Boolean => answers_in(sought, dialogue, place, sentence),
        ColumnKind::Date | ColumnKind::DateTime => moved(days_in(piece, line.day, tense(sentence))),
        ColumnKind::Time => moved(time::times_in(piece)),
        ColumnKind::Money { .. } => moved(number::money_in(piece)),
        ColumnKind::Integer | ColumnKind::Decimal { .. } => {
            let whole = matches!(sought.question.kind, ColumnKind::Integer);
            let mut taken: Vec<Range<usize>> = Vec::new();
            let others = [
                days_in(piece, line.day, Tense::Ahead),
                time::times_in(piece),
                number::money_in(piece),
                contact::phones_in(piece),
                contact::emails_in(piece),
            ];
            for other in others {
                taken.extend(moved(other).into_iter().map(|one| one.at));
            }
            let numbers = number::numbers_in(text, sentence, &taken);
            numbers.into_iter().filter(|one| !whole || one.value.is_i64()).collect()
        }
        ColumnKind::Picklist { .. } | ColumnKind::MultiPicklist { .. } | ColumnKind::Lookup { .. } => {
            sought.labels.as_ref().map(|labels| labels.find_in(text, &sentence.words)).unwrap_or_default()
        }
        ColumnKind::Other { .. } => Vec::new(),
    }
}

/// Whether a sentence tells of something past.
fn tense(sentence: &Sentence) -> Tense {
    let past =
        ["bought", "ordered", "arrived", "received", "paid", "happened", "ago", "purchased", "delivered", "since"];
    if sentence.has(&past) { Tense::Past } else { Tense::Ahead }
}
