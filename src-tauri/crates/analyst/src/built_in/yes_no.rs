//! Yes or no, as the answer to a question that has the field's own words.

use super::mention::Sought;
use crate::dialogue::{Attitude, Dialogue};
use crate::read::Reading;
use crate::text::Sentence;

/// The customer's yes or no, where the line before asked for this and nothing else.
pub(super) fn answers_in(sought: &Sought<'_>, dialogue: &Dialogue, place: usize, sentence: &Sentence) -> Vec<Reading> {
    let line = &dialogue.lines[place];
    let first = line.sentences.first().is_some_and(|first| first.at == sentence.at);
    let Some(before) = line.follows.filter(|_| line.customer && first).map(|before| &dialogue.lines[before]) else {
        return Vec::new();
    };
    let questions: Vec<&Sentence> = before.sentences.iter().filter(|sentence| sentence.asks).collect();
    // "Economy or business?" is answered by neither yes nor no.
    let asked = matches!(questions[..], [one] if sought.touches(one) == (true, false) && !one.has(&["or", "what", "which", "how"]));
    let value = match line.attitude {
        Attitude::Yes => true,
        Attitude::No => false,
        Attitude::Neither => return Vec::new(),
    };
    let word = sentence.words.first().map(|word| word.at.clone());
    word.filter(|_| asked).map(|at| Reading::sure(at, value)).into_iter().collect()
}
