//! Sentences and words of a line, with their places.

use std::ops::Range;
use std::sync::LazyLock;

use rust_stemmers::{Algorithm, Stemmer};
use unicode_segmentation::UnicodeSegmentation;

static STEMMER: LazyLock<Stemmer> = LazyLock::new(|| Stemmer::create(Algorithm::English));

/// A word of a sentence.
#[derive(Clone)]
pub(crate) struct Word {
    /// Lower case, apostrophes straight.
    pub lower: String,
    /// What it has in common with its other forms: `leaving`, `leaves`, `leave`.
    pub stem: String,
    /// Whether it begins with a capital letter or a digit.
    pub capital: bool,
    /// Bytes of the line.
    pub at: Range<usize>,
}

/// A sentence of a line.
#[derive(Clone)]
pub(crate) struct Sentence {
    /// Bytes of the line.
    pub at: Range<usize>,
    /// Its words.
    pub words: Vec<Word>,
    /// Whether it ends with a question mark.
    pub asks: bool,
}

impl Sentence {
    /// Whether any of these words, in lower case, stands in it.
    pub(crate) fn has(&self, words: &[&str]) -> bool {
        self.words.iter().any(|word| words.contains(&word.lower.as_str()))
    }

    /// The place among the words of the first word at or after a byte of the line.
    pub(crate) fn word_at(&self, byte: usize) -> usize {
        self.words.iter().position(|word| word.at.end > byte).unwrap_or(self.words.len())
    }

    /// The places among the words that a span of bytes covers.
    pub(crate) fn words_of(&self, span: &Range<usize>) -> Range<usize> {
        let first = self.word_at(span.start);
        let last = self.words.iter().rposition(|word| word.at.start < span.end).map_or(first, |place| place + 1);
        first..last.max(first)
    }
}

/// The stem of a word in lower case.
pub(crate) fn stem(lower: &str) -> String {
    STEMMER.stem(lower.trim_end_matches("'s")).into_owned()
}

/// The words of a text.
pub(crate) fn words(text: &str) -> Vec<Word> {
    text.unicode_word_indices()
        .map(|(start, word)| {
            let lower = word.to_lowercase().replace('\u{2019}', "'");
            let stem = stem(&lower);
            let capital = word.chars().next().is_some_and(|first| first.is_uppercase() || first.is_ascii_digit());
            Word { lower, stem, capital, at: start..start + word.len() }
        })
        .collect()
}

/// Words after which a full stop ends no sentence.
const SHORT: [&str; 12] = ["mr.", "mrs.", "ms.", "dr.", "st.", "no.", "vs.", "a.m.", "p.m.", "approx.", "e.g.", "i.e."];

/// The sentences of a line.
pub(crate) fn sentences(text: &str) -> Vec<Sentence> {
    let mut pieces: Vec<Range<usize>> = Vec::new();
    for (start, piece) in text.split_sentence_bound_indices() {
        let goes_on = pieces.last().is_some_and(|last| {
            let before = &text[last.clone()];
            // Within a web address.
            if !before.ends_with(char::is_whitespace)
                && piece.starts_with(|c: char| c.is_lowercase() || "=&/".contains(c))
            {
                return true;
            }
            let before = before.trim_end().to_lowercase();
            SHORT.iter().any(|short| before.ends_with(short)) || ends_with_initial(&before)
        });
        match pieces.last_mut() {
            Some(last) if goes_on => last.end = start + piece.len(),
            _ => pieces.push(start..start + piece.len()),
        }
    }
    pieces
        .into_iter()
        .map(|at| {
            let piece = &text[at.clone()];
            let mut words = words(piece);
            for word in &mut words {
                word.at = word.at.start + at.start..word.at.end + at.start;
            }
            Sentence { asks: piece.trim_end().ends_with('?'), words, at }
        })
        .collect()
}

/// Whether a text ends like `David A.`
fn ends_with_initial(text: &str) -> bool {
    let mut last = text.chars().rev();
    last.next() == Some('.')
        && last.next().is_some_and(char::is_alphabetic)
        && last.next().is_some_and(char::is_whitespace)
}
