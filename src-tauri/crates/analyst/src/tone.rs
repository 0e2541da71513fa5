//! Language, sentiment, summary and topic, without a model.

use std::collections::HashMap;
use std::sync::LazyLock;

use casebridge_domain::Speaker;
use casebridge_domain::analysis::TranscriptLine;
use vader_sentimental::SentimentIntensityAnalyzer;

use crate::dialogue::{Dialogue, Said};
use crate::text::Sentence;

static LEXICON: LazyLock<SentimentIntensityAnalyzer<'static>> = LazyLock::new(SentimentIntensityAnalyzer::new);

/// Fewer letters of the customer's than this tell no language.
const LETTERS: usize = 20;

/// The customer's language (BCP 47), when the detector is sure.
pub(crate) fn language(lines: &[TranscriptLine]) -> Option<String> {
    let said: Vec<&str> =
        lines.iter().filter(|line| line.from == Speaker::Customer).map(|line| line.text.as_str()).collect();
    let said = said.join("\n");
    if said.chars().filter(|c| c.is_alphabetic()).count() < LETTERS {
        return None;
    }
    let found = whatlang::detect(&said).filter(whatlang::Info::is_reliable)?;
    // whatlang speaks ISO 639-3; BCP 47 wants the short code where there is one.
    let code = found.lang().code();
    Some(SHORT_CODES.iter().find(|(long, _)| *long == code).map_or(code, |(_, short)| short).to_owned())
}

const SHORT_CODES: [(&str, &str); 49] = [
    ("eng", "en"),
    ("deu", "de"),
    ("fra", "fr"),
    ("spa", "es"),
    ("ita", "it"),
    ("por", "pt"),
    ("nld", "nl"),
    ("pol", "pl"),
    ("rus", "ru"),
    ("ukr", "uk"),
    ("tur", "tr"),
    ("swe", "sv"),
    ("dan", "da"),
    ("nob", "nb"),
    ("fin", "fi"),
    ("ces", "cs"),
    ("slk", "sk"),
    ("hun", "hu"),
    ("ron", "ro"),
    ("bul", "bg"),
    ("ell", "el"),
    ("heb", "he"),
    ("ara", "ar"),
    ("hin", "hi"),
    ("jpn", "ja"),
    ("cmn", "zh"),
    ("kor", "ko"),
    ("vie", "vi"),
    ("tha", "th"),
    ("ind", "id"),
    ("cat", "ca"),
    ("hrv", "hr"),
    ("srp", "sr"),
    ("slv", "sl"),
    ("lit", "lt"),
    ("lav", "lv"),
    ("est", "et"),
    ("pes", "fa"),
    ("urd", "ur"),
    ("ben", "bn"),
    ("tam", "ta"),
    ("tel", "te"),
    ("mar", "mr"),
    ("bel", "be"),
    ("kat", "ka"),
    ("hye", "hy"),
    ("aze", "az"),
    ("afr", "af"),
    ("lat", "la"),
];

/// `positive`, `neutral` or `negative`: how the customer sounds towards the end. The lexicon is English, so anything
/// else has none.
pub(crate) fn sentiment(dialogue: &Dialogue, language: Option<&str>) -> Option<String> {
    if language != Some("en") {
        return None;
    }
    let said: Vec<f64> = dialogue
        .lines
        .iter()
        .filter(|line| line.customer && !line.orders)
        .map(|line| LEXICON.polarity_scores(&line.text).compound)
        .collect();
    // The later a line, the more it counts; courtesies alone are no mood.
    let (mut sum, mut weights) = (0.0, 0.0);
    for (place, score) in said.iter().enumerate() {
        #[expect(clippy::cast_precision_loss, reason = "lines of one conversation")]
        let weight = 1.0 + place as f64 / said.len() as f64;
        sum += score * weight;
        weights += weight;
    }
    let mean = if weights > 0.0 { sum / weights } else { return None };
    Some(
        match mean {
            mean if mean >= 0.3 => "positive",
            mean if mean <= -0.1 => "negative",
            _ => "neutral",
        }
        .to_owned(),
    )
}

/// Words of courtesy and of the conversation itself.
const COURTESY: [&str; 40] = [
    "the", "a", "an", "and", "or", "to", "of", "in", "on", "at", "for", "is", "are", "it", "that", "this", "i", "you",
    "me", "my", "we", "your", "be", "have", "do", "can", "would", "please", "thanks", "thank", "hello", "hi", "yes",
    "no", "ok", "okay", "help", "want", "need", "like",
];

/// How often each stem is used by both sides, which is what the conversation is about.
fn weights(dialogue: &Dialogue) -> HashMap<&str, f64> {
    let mut weights: HashMap<&str, f64> = HashMap::new();
    for line in &dialogue.lines {
        for word in line.sentences.iter().flat_map(|sentence| &sentence.words) {
            if word.lower.len() > 2 && !COURTESY.contains(&word.lower.as_str()) {
                *weights.entry(&word.stem).or_default() += if line.customer { 1.5 } else { 1.0 };
            }
        }
    }
    weights
}

/// What the customer came for, and the newest statement that says most: sentences of the conversation, not new ones.
pub(crate) fn summary(dialogue: &Dialogue) -> Option<String> {
    let weights = weights(dialogue);
    let score = |sentence: &Sentence| -> f64 {
        let said: f64 = sentence.words.iter().filter_map(|word| weights.get(word.stem.as_str())).sum();
        #[expect(clippy::cast_precision_loss, reason = "words of one sentence")]
        let length = (sentence.words.len() as f64).sqrt().max(1.0);
        said / length
    };
    let best = |line: &Said| {
        let mut ranked: Vec<&Sentence> = line.sentences.iter().filter(|one| one.words.len() >= 4).collect();
        ranked.sort_by(|one, other| score(other).total_cmp(&score(one)));
        ranked.first().map(|one| (line.text[one.at.clone()].trim().to_owned(), score(one)))
    };
    let came_for = dialogue
        .lines
        .iter()
        .enumerate()
        .filter(|(_, line)| line.customer)
        .find_map(|(place, line)| Some((place, best(line)?.0)))?;
    let rest = dialogue.lines.iter().enumerate().filter(|(place, _)| *place > came_for.0);
    let mut rest: Vec<(usize, bool, String, f64)> =
        rest.filter_map(|(place, line)| best(line).map(|(text, score)| (place, line.customer, text, score))).collect();
    rest.sort_by(|one, other| other.3.total_cmp(&one.3));
    rest.truncate(2);
    rest.sort_by_key(|one| one.0);
    let mut told = vec![format!("Customer: {}", came_for.1)];
    told.extend(
        rest.into_iter()
            .map(|(_, customer, text, _)| format!("{}: {text}", if customer { "Customer" } else { "Answer" })),
    );
    Some(told.join(" "))
}

/// The first thing that the customer asks for, cut to a line.
pub(crate) fn topic(dialogue: &Dialogue) -> Option<String> {
    let line = dialogue.lines.iter().filter(|line| line.customer).find_map(|line| {
        line.sentences.iter().find(|one| one.words.len() >= 4).map(|one| line.text[one.at.clone()].trim())
    })?;
    let cut: String = line.chars().take(80).collect();
    let cut = if cut.len() < line.len() {
        cut.rsplit_once(' ').map_or(cut.as_str(), |(whole, _)| whole).to_owned() + "…"
    } else {
        cut
    };
    Some(cut.trim_end_matches(['.', '!', '?']).to_owned())
}
