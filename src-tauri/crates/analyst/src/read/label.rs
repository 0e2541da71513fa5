//! Allowed values by their labels and by the words that customers use for them.

use std::collections::BTreeMap;

use casebridge_domain::mapping::Allowed;

use super::{Reading, without_overlaps};
use crate::text::{Word, words};

/// Finds the allowed values of one column.
pub(crate) struct Labels {
    /// Longest first, so that *New York City* is not read as *New York*.
    forms: Vec<Form>,
}

struct Form {
    words: Vec<String>,
    /// `LA`, `IT`, `US`: words of their own in small letters, so only capitals are meant.
    in_capitals: bool,
    value: String,
}

impl Labels {
    pub(crate) fn new(values: &[Allowed], synonyms: &BTreeMap<String, Vec<String>>) -> Self {
        let mut forms = Vec::new();
        for allowed in values {
            let said = synonyms.get(&allowed.value).into_iter().flatten();
            forms.extend(std::iter::once(&allowed.label).chain(said).filter_map(|word| Form::of(word, &allowed.value)));
        }
        forms.sort_by_key(|form| std::cmp::Reverse(form.words.len()));
        Labels { forms }
    }

    /// The allowed values that some words of a line name.
    pub(crate) fn find_in(&self, line: &str, said: &[Word]) -> Vec<Reading> {
        let all = self.forms.iter().flat_map(|form| {
            let places = 0..(said.len() + 1).saturating_sub(form.words.len());
            places.filter_map(|place| form.at(line, &said[place..place + form.words.len()]))
        });
        without_overlaps(all.collect(), &[])
    }
}

impl Form {
    fn of(word: &str, value: &str) -> Option<Form> {
        let word = word.trim();
        let letters = word.chars().filter(|c| c.is_alphanumeric()).count();
        let in_capitals = letters <= 3 && word.chars().all(|c| c.is_uppercase() || c == '.');
        let words: Vec<String> = words(word).into_iter().map(|word| word.lower).collect();
        (letters > 1 && !words.is_empty()).then(|| Form { words, in_capitals, value: value.to_owned() })
    }

    fn at(&self, line: &str, said: &[Word]) -> Option<Reading> {
        let (last, rest) = self.words.split_last()?;
        let (last_said, rest_said) = said.split_last()?;
        let alike = rest.iter().zip(rest_said).all(|(own, said)| *own == said.lower)
            && (last_said.lower == *last || !self.in_capitals && last_said.lower.strip_suffix('s') == Some(last));
        let at = said.first()?.at.start..last_said.at.end;
        let capitals = !line[at.clone()].chars().any(char::is_lowercase);
        (alike && (!self.in_capitals || capitals)).then(|| Reading::sure(at, self.value.as_str()))
    }
}
