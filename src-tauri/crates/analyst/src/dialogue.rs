//! A conversation as the rules see it: who asked what, who answered, what was confirmed.

use casebridge_domain::Speaker;
use casebridge_domain::analysis::{Evidence, TranscriptLine};
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::orders::orders_the_machine;
use crate::text::{Sentence, sentences};

/// A line with its sentences.
pub(crate) struct Said {
    /// Its place in the log.
    pub seq: i64,
    /// Whether the customer said it.
    pub customer: bool,
    /// Whether a person of the company said it.
    pub person: bool,
    /// The day on which it was said, where the company is.
    pub day: Date,
    /// What was said, secrets blotted out.
    pub text: String,
    /// Whether it is the customer's and gives the machine orders.
    pub orders: bool,
    /// Its sentences; none when it gives orders.
    pub sentences: Vec<Sentence>,
    /// The line of the other side that it follows.
    pub follows: Option<usize>,
    /// What its first words do with what was said before.
    pub attitude: Attitude,
    /// Whether the customer agreed to it in the next line.
    pub agreed: bool,
}

/// What an answer begins with.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Attitude {
    /// Yes, that's right.
    Yes,
    /// No.
    No,
    /// Neither.
    Neither,
}

const YES: [&str; 34] = [
    "yes",
    "yeah",
    "yep",
    "yup",
    "ya",
    "sure",
    "correct",
    "right",
    "ok",
    "okay",
    "perfect",
    "great",
    "exactly",
    "confirmed",
    "confirm",
    "absolutely",
    "definitely",
    "alright",
    "awesome",
    "excellent",
    "indeed",
    "fine",
    "good",
    "cool",
    "lovely",
    "wonderful",
    "nice",
    "affirmative",
    "certainly",
    "thanks",
    "thank",
    "please",
    "agreed",
    "yea",
];
const NO: [&str; 9] = ["no", "nope", "nah", "not", "wrong", "incorrect", "don't", "never", "neither"];
/// After these a yes takes back what it agreed to.
const BUT: [&str; 12] = [
    "but",
    "actually",
    "instead",
    "change",
    "except",
    "however",
    "rather",
    "wait",
    "sorry",
    "make",
    "different",
    "another",
];

/// The whole conversation.
pub(crate) struct Dialogue {
    /// Its lines, oldest first.
    pub lines: Vec<Said>,
}

impl Dialogue {
    /// Takes the lines apart. Secrets are blotted out first, so that none becomes a value.
    pub(crate) fn of(lines: &[TranscriptLine], zone: &TimeZone) -> Self {
        let mut said: Vec<Said> = lines
            .iter()
            .map(|line| {
                let text = crate::mask::masked(&line.text);
                let orders = line.from == Speaker::Customer && orders_the_machine(&text);
                let sentences = if orders { Vec::new() } else { sentences(&text) };
                Said {
                    seq: line.seq,
                    customer: line.from == Speaker::Customer,
                    person: line.from == Speaker::Agent,
                    day: line.at.to_zoned(zone.clone()).date(),
                    orders,
                    attitude: attitude(&sentences),
                    text,
                    sentences,
                    follows: None,
                    agreed: false,
                }
            })
            .collect();
        for place in 1..said.len() {
            let before = place - 1;
            if said[before].customer != said[place].customer {
                said[place].follows = Some(before);
                let agrees = said[place].customer && said[place].attitude == Attitude::Yes;
                said[before].agreed = agrees;
            } else {
                // Two messages in a row answer the same question.
                said[place].follows = said[before].follows;
            }
        }
        Dialogue { lines: said }
    }

    /// Whether the customer gives the machine orders anywhere.
    pub(crate) fn under_orders(&self) -> bool {
        self.lines.iter().any(|line| line.orders)
    }

    /// Where a span of a line stands, for people: in characters, with the words as they were said.
    pub(crate) fn evidence(&self, line: usize, at: &std::ops::Range<usize>, lines: &[TranscriptLine]) -> Evidence {
        let text = &self.lines[line].text;
        let start = text[..at.start].chars().count();
        let end = start + text[at.clone()].chars().count();
        let quote = lines[line].text.chars().skip(start).take(end - start).collect();
        Evidence { seq: self.lines[line].seq, start, end, quote }
    }
}

/// What the first words of a line do.
fn attitude(sentences: &[Sentence]) -> Attitude {
    let Some(first) = sentences.iter().find(|sentence| !sentence.words.is_empty()) else {
        return Attitude::Neither;
    };
    let opening: Vec<&str> = first.words.iter().take(6).map(|word| word.lower.as_str()).collect();
    if opening.iter().take(3).any(|word| NO.contains(word)) {
        return Attitude::No;
    }
    // "that is correct", "it sounds good", "that works for me"
    let agrees = opening.iter().take(2).any(|word| YES.contains(word))
        || (matches!(
            opening.first(),
            Some(&("that" | "that's" | "it" | "it's" | "this" | "sounds" | "yes" | "works" | "looks" | "i'll"))
        ) && opening.iter().any(|word| YES.contains(word) || ["works", "work", "sounds", "take"].contains(word)));
    let takes_back = sentences.iter().any(|sentence| !sentence.asks && sentence.has(&BUT));
    match (agrees, takes_back) {
        (true, false) => Attitude::Yes,
        (true, true) => Attitude::Neither,
        _ => Attitude::Neither,
    }
}
