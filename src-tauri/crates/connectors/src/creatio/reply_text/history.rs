//! Where a person's words end and history begins, line by line.

use super::html::{Found, Line};
use super::phrases;

/// Longest line that may be a header; people write longer ones.
const HEADER: usize = 400;
/// Lines over which a mail program may break one header.
const BROKEN: usize = 3;
/// Most lines below a signature's dashes: more are somebody's words.
const SIGNATURE: usize = 15;

/// The lines before and between history, without signature where `unsigned`.
pub(super) fn without(lines: &[Line], unsigned: bool) -> Vec<String> {
    let mut kept: Vec<String> = Vec::new();
    let mut at = 0;
    while let Some(line) = lines.get(at) {
        let text = line.text.trim();
        match line.found {
            Found::History => break,
            Found::Quote => kept.push(String::new()),
            Found::Words if text.starts_with('>') => kept.push(String::new()),
            Found::Words if phrases::original(short(text)) || begins_headers(&lines[at..]) => {
                drop_rulers(&mut kept);
                break;
            }
            Found::Words => match introduction(&lines[at..]) {
                // What it introduces is quoted: words may follow below.
                Some(length) if quoted(&lines[at + length..]) => at += length - 1,
                Some(_) => break,
                None if unsigned && is_delimiter(text) && ends(&lines[at + 1..]) => {
                    at += 1 + lines[at + 1..].iter().take_while(|line| !is_quote(line)).count();
                    continue;
                }
                None => kept.push(line.text.clone()),
            },
        }
        at += 1;
    }
    if unsigned {
        drop_footer(&mut kept);
    }
    kept
}

fn short(text: &str) -> &str {
    if text.len() <= HEADER { text } else { "" }
}

fn is_quote(line: &Line) -> bool {
    line.found != Found::Words || line.text.trim_start().starts_with('>')
}

fn is_blank(line: &Line) -> bool {
    line.found == Found::Words && line.text.trim().is_empty()
}

/// Whether the next thing is a quote.
fn quoted(lines: &[Line]) -> bool {
    lines.iter().find(|line| !is_blank(line)).is_some_and(is_quote)
}

/// How many lines from here are one sentence that introduces history.
fn introduction(lines: &[Line]) -> Option<usize> {
    let first = lines.first().filter(|line| !is_blank(line))?;
    let mut sentence = String::new();
    for (at, line) in lines.iter().take(BROKEN).enumerate() {
        let text = line.text.trim();
        if line.found != Found::Words || text.is_empty() || first.text.len() + text.len() > HEADER {
            return None;
        }
        if at > 0 {
            sentence.push(' ');
        }
        sentence.push_str(text);
        if text.ends_with([':', '：']) && phrases::introduces(&sentence) {
            return Some(at + 1);
        }
    }
    None
}

/// `From:` and at least two more headers close by.
fn begins_headers(lines: &[Line]) -> bool {
    let text = |line: &Line| short(line.text.trim()).to_owned();
    if !lines.first().is_some_and(|line| phrases::from(&text(line))) {
        return false;
    }
    let next = lines.iter().skip(1).filter(|line| !is_blank(line)).take(5);
    next.filter(|line| line.found == Found::Words && phrases::header(&text(line))).count() >= 2
}

fn is_delimiter(text: &str) -> bool {
    matches!(text, "--" | "—" | "-- ")
}

/// Whether what follows is short enough for a signature.
fn ends(lines: &[Line]) -> bool {
    lines.iter().take_while(|line| !is_quote(line)).filter(|line| !is_blank(line)).count() <= SIGNATURE
}

/// Takes back the ruler that stands above a block of headers.
fn drop_rulers(kept: &mut Vec<String>) {
    let ruler = |line: &String| line.trim().chars().all(|c| matches!(c, '_' | '-' | '=' | '*' | '\u{2014}'));
    while kept.last().is_some_and(ruler) {
        kept.pop();
    }
}

/// Takes back what a phone wrote at the end.
fn drop_footer(kept: &mut Vec<String>) {
    while kept.last().is_some_and(|line| line.trim().is_empty() || phrases::footer(short(line.trim()))) {
        kept.pop();
    }
}
