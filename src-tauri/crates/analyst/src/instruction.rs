//! Patterns that stand between slashes in an instruction: `/ORD-\d{6}/`.

use std::ops::Range;
use std::sync::LazyLock;

use regex::{Regex, RegexBuilder};

use crate::read::pattern;

static BETWEEN_SLASHES: LazyLock<Regex> =
    LazyLock::new(|| pattern(r#"(?:^|[\s("“])(?P<all>/(?P<inner>[^/\n]{2,300})/)"#));

/// Most bytes that a pattern may take once it is read: an admin's pattern must not take an engine's memory.
const SIZE: usize = 1 << 18;

/// What is wrong with a pattern of an instruction: in words, with what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the pattern /{pattern}/ {fault}")]
pub struct PatternFault {
    /// The pattern as it was written.
    pub pattern: String,
    /// What is wrong with it.
    pub fault: String,
}

/// A pattern, and the bytes of the instruction that it takes with its slashes.
pub(crate) type Written = (Range<usize>, Result<Regex, PatternFault>);

/// The patterns of an instruction, in order.
pub(crate) fn patterns_in(instruction: &str) -> Vec<Written> {
    let ends = |at: usize| {
        let next = instruction[at..].chars().next();
        next.is_none_or(|next| next.is_whitespace() || ".,;:!?)\"”".contains(next))
    };
    BETWEEN_SLASHES
        .captures_iter(instruction)
        .filter_map(|found| Some((found.name("all")?.range(), found.name("inner")?.as_str())))
        .filter(|(at, _)| ends(at.end))
        .map(|(at, inner)| (at, read(inner)))
        .collect()
}

/// What is wrong with the patterns of an instruction. A pattern with a fault finds nothing, so the field that it is for
/// would stay blank.
#[must_use]
pub fn pattern_faults(instruction: &str) -> Vec<PatternFault> {
    patterns_in(instruction).into_iter().filter_map(|(_, read)| read.err()).collect()
}

fn read(inner: &str) -> Result<Regex, PatternFault> {
    let fault = |fault: String| PatternFault { pattern: inner.to_owned(), fault };
    let read = RegexBuilder::new(inner).size_limit(SIZE).build().map_err(|error| match error {
        regex::Error::CompiledTooBig(_) => fault("is too large: let it repeat less".to_owned()),
        // The whole text draws the pattern with a caret below; the last line says what it is.
        error => {
            let told = error.to_string();
            let last = told.lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned();
            fault(format!("cannot be read ({last}): correct it, or leave the slashes out if it is none"))
        }
    })?;
    if read.is_match("") {
        return Err(fault("fits an empty text as well: say what must stand there at least".to_owned()));
    }
    Ok(read)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_with_a_pattern_is_said_in_a_line() {
        let faults = |instruction: &str| -> Vec<String> {
            pattern_faults(instruction).iter().map(PatternFault::to_string).collect()
        };
        assert_eq!(faults(r"Looks like /ORD-\d{6}/, or /R\d+/."), Vec::<String>::new(), "nothing is");
        let both = faults(r"Looks like /ORD-(\d{6}/ or /[/");
        assert!(
            both.len() == 1 && both[0].contains(r"/ORD-(\d{6}/") && both[0].contains("unclosed group"),
            "the pattern and the fault: {both:?}"
        );
        assert!(faults("/(?<=a)b/")[0].contains("look-around"), "what other languages have and this one does not");
        assert!(faults(r"/\d*/")[0].contains("empty"), "it would find something everywhere");
        assert!(faults(r"/(?:\w{500}){500}/")[0].contains("too large"), "one that would take the memory");
        assert!(faults("/a(/ /b(/").len() == 2, "each of two side by side");
        assert_eq!(faults("yes/no, km/h, and/or (",), Vec::<String>::new(), "strokes between words are no pattern");
        assert!(!both[0].contains('\n'), "one line, as a field's error is shown: {both:?}");
    }
}
