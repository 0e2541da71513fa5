//! What a question's own words say about where its answer stands.
//!
//! An admin writes a title and an instruction for people and models alike. Words of both are *cues*: near a value
//! they speak for it. What the instruction says after *not* speaks against it, and so do the cues of other fields of
//! the same kind. A sentence that begins with *only* says what the conversation must be about there. A quoted phrase
//! with an ellipsis (`"transfer to …"`) is a template, something between slashes (`/ORD-\d{6}/`) a pattern.

use std::collections::HashSet;
use std::ops::Range;
use std::sync::LazyLock;

use casebridge_domain::analysis::Question;
use regex::Regex;

use crate::instruction::{PatternFault, patterns_in};
use crate::read::pattern;
use crate::text::{Word, sentences, words};

/// The cues of one question.
#[derive(Clone, Default)]
pub(crate) struct Cues {
    /// Stems of the title.
    pub title: HashSet<String>,
    /// Stems of the instruction.
    pub hints: HashSet<String>,
    /// Stems of the sentence that begins with *only*: what the conversation must be about.
    pub scope: HashSet<String>,
    /// Stems after *not*.
    pub against: HashSet<String>,
    /// Phrases that a value stands in.
    pub templates: Vec<Template>,
    /// Phrases that another value stands in.
    pub templates_against: Vec<Template>,
    /// Patterns of the value itself.
    pub patterns: Vec<Regex>,
    /// The first pattern that cannot be used.
    pub fault: Option<PatternFault>,
}

/// Words that say nothing about which value is meant.
const EMPTY: &[&str] = &[
    "a",
    "about",
    "after",
    "all",
    "also",
    "an",
    "and",
    "any",
    "are",
    "as",
    "ask",
    "asked",
    "asks",
    "at",
    "be",
    "been",
    "being",
    "by",
    "can",
    "case",
    "choose",
    "column",
    "conversation",
    "could",
    "customer",
    "customers",
    "did",
    "do",
    "does",
    "e.g",
    "each",
    "field",
    "fill",
    "find",
    "for",
    "from",
    "give",
    "given",
    "gives",
    "had",
    "has",
    "have",
    "he",
    "her",
    "his",
    "how",
    "i",
    "if",
    "in",
    "into",
    "is",
    "it",
    "its",
    "kind",
    "last",
    "like",
    "many",
    "may",
    "me",
    "mean",
    "means",
    "mention",
    "mentioned",
    "more",
    "most",
    "much",
    "must",
    "name",
    "named",
    "need",
    "new",
    "no",
    "not",
    "number",
    "of",
    "on",
    "one",
    "only",
    "or",
    "other",
    "out",
    "over",
    "person",
    "phrase",
    "said",
    "say",
    "says",
    "she",
    "should",
    "so",
    "some",
    "such",
    "take",
    "taken",
    "talk",
    "tell",
    "tells",
    "than",
    "that",
    "the",
    "their",
    "them",
    "then",
    "there",
    "these",
    "they",
    "this",
    "those",
    "to",
    "type",
    "up",
    "us",
    "use",
    "user",
    "value",
    "want",
    "wanted",
    "wants",
    "was",
    "we",
    "well",
    "were",
    "what",
    "when",
    "where",
    "whether",
    "which",
    "who",
    "whole",
    "whom",
    "whose",
    "will",
    "with",
    "word",
    "words",
    "would",
    "write",
    "written",
    "you",
    "your",
    "date",
    "day",
    "time",
    "hour",
    "amount",
    "moment",
    "make",
    "made",
    "get",
    "gets",
];

static QUOTED: LazyLock<Regex> =
    LazyLock::new(|| pattern(r#"["“”'‘’]([^"“”]{2,60}?(?:…|\.\.\.)[^"“”]{0,30}?)["“”'‘’]"#));

impl Cues {
    pub(crate) fn of(question: &Question) -> Self {
        let mut cues = Cues { title: meaning(&question.title), ..Cues::default() };
        let mut instruction = question.instruction.clone();
        for (at, pattern) in patterns_in(&question.instruction).into_iter().rev() {
            instruction.replace_range(at, " ");
            match pattern {
                Ok(pattern) => cues.patterns.push(pattern),
                Err(fault) => cues.fault = Some(fault),
            }
        }
        for sentence in sentences(&instruction) {
            if sentence.words.first().is_some_and(|word| word.lower == "only") {
                cues.scope.extend(meaning(&instruction[sentence.at.clone()]));
                continue;
            }
            let (wanted, unwanted) = split_at_not(&instruction[sentence.at.clone()]);
            cues.templates.extend(QUOTED.captures_iter(wanted).filter_map(|found| Template::of(&found[1])));
            cues.templates_against.extend(QUOTED.captures_iter(unwanted).filter_map(|found| Template::of(&found[1])));
            cues.hints.extend(meaning(&QUOTED.replace_all(wanted, " ")));
            cues.against.extend(meaning(&QUOTED.replace_all(unwanted, " ")));
        }
        cues.against.retain(|stem| !cues.title.contains(stem) && !cues.hints.contains(stem));
        cues
    }

    /// Whether a pattern says how the value looks: then nothing else is one, though the pattern be of no use.
    pub(crate) fn patterned(&self) -> bool {
        !self.patterns.is_empty() || self.fault.is_some()
    }

    /// How much a stem speaks for the value: 2 in the title, 1 in the instruction, 0 otherwise.
    pub(crate) fn weight(&self, stem: &str) -> u8 {
        match (self.title.contains(stem), self.hints.contains(stem)) {
            (true, _) => 2,
            (false, true) => 1,
            (false, false) => 0,
        }
    }
}

/// Where *not*, *never* or *but for* begins.
fn split_at_not(sentence: &str) -> (&str, &str) {
    static NOT: LazyLock<Regex> = LazyLock::new(|| pattern(r"\b(?:not|never|but for|except|other than|no)\b"));
    match NOT.find(sentence) {
        Some(found) => sentence.split_at(found.start()),
        None => (sentence, ""),
    }
}

/// The stems of the words that mean something.
fn meaning(text: &str) -> HashSet<String> {
    words(text).into_iter().filter(|word| !EMPTY.contains(&word.lower.as_str())).map(|word| word.stem).collect()
}

/// The words around a value.
#[derive(Clone)]
pub(crate) struct Template {
    before: Vec<String>,
    after: Vec<String>,
}

impl Template {
    fn of(phrase: &str) -> Option<Template> {
        let (before, after) = phrase.split_once('…').or_else(|| phrase.split_once("..."))?;
        let lower = |text: &str| -> Vec<String> { words(text).into_iter().map(|word| word.lower).collect() };
        let template = Template { before: lower(before), after: lower(after) };
        (!template.before.is_empty() || !template.after.is_empty()).then_some(template)
    }

    /// Whether the words beside a span are these. Between them, as before the value, an article or two may stand.
    pub(crate) fn fits(&self, said: &[Word], span: &Range<usize>) -> bool {
        let mut place = span.start;
        for (nth, word) in self.before.iter().rev().enumerate() {
            let slack = if nth == 0 { 1 } else { 3 };
            let near = said[..place].iter().rev().take(slack + 1).position(|one| one.lower == *word);
            match near {
                Some(gap) if nth > 0 || gap == 0 || ARTICLES.contains(&said[place - 1].lower.as_str()) => {
                    place -= gap + 1
                }
                _ => return false,
            }
        }
        self.after.iter().enumerate().all(|(nth, word)| said.get(span.end + nth).is_some_and(|one| one.lower == *word))
    }
}

/// What may stand between a template's last word and the value.
const ARTICLES: [&str; 9] = ["the", "a", "an", "my", "his", "her", "their", "our", "your"];
