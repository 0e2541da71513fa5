//! Words of a `$filter`: GUID and date literals stand without quotes, text in single quotes with `''` for one.

use jiff::Timestamp;
use uuid::Uuid;

use super::super::value::{WrittenTime, read_time};

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token {
    Name(String),
    Text(String),
    Guid(Uuid),
    Time(Timestamp),
    Number(f64),
    Open,
    Close,
    Comma,
}

/// A word with the place where it starts, for messages.
#[derive(Clone, Debug)]
pub(super) struct Placed {
    pub at: usize,
    pub token: Token,
}

/// Splits a filter into words; the error is the vendor's framework's sentence.
pub(super) fn split(source: &str) -> Result<Vec<Placed>, String> {
    let mut tokens = Vec::new();
    let bytes = source.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        let start = at;
        let token = match bytes[at] {
            b' ' | b'\t' | b'\n' | b'\r' => {
                at += 1;
                continue;
            }
            b'(' => single(&mut at, Token::Open),
            b')' => single(&mut at, Token::Close),
            b',' => single(&mut at, Token::Comma),
            b'\'' => text(source, &mut at)?,
            _ => {
                while at < bytes.len() && !b" \t\n\r(),'".contains(&bytes[at]) {
                    at += 1;
                }
                word(&source[start..at], source, start)?
            }
        };
        tokens.push(Placed { at: start, token });
    }
    Ok(tokens)
}

fn single(at: &mut usize, token: Token) -> Token {
    *at += 1;
    token
}

fn text(source: &str, at: &mut usize) -> Result<Token, String> {
    let start = *at;
    let mut value = String::new();
    let mut rest = source[start + 1..].char_indices().peekable();
    while let Some((offset, c)) = rest.next() {
        if c != '\'' {
            value.push(c);
            continue;
        }
        if rest.peek().is_some_and(|(_, next)| *next == '\'') {
            value.push('\'');
            rest.next();
            continue;
        }
        *at = start + 1 + offset + 1;
        return Ok(Token::Text(value));
    }
    Err(format!("There is an unterminated string literal at position {} in '{source}'.", source.len()))
}

fn word(word: &str, source: &str, start: usize) -> Result<Token, String> {
    if word.len() == 36
        && let Ok(id) = Uuid::try_parse(word)
    {
        return Ok(Token::Guid(id));
    }
    let first = word.as_bytes()[0];
    if first.is_ascii_digit() || first == b'-' || first == b'+' {
        if let Ok(number) = word.parse::<f64>() {
            return Ok(Token::Number(number));
        }
        return match read_time(word) {
            WrittenTime::Zoned(at) => Ok(Token::Time(at)),
            WrittenTime::DateOnly(date) => date
                .to_zoned(jiff::tz::TimeZone::UTC)
                .map(|zoned| Token::Time(zoned.timestamp()))
                .map_err(|_| unknown_literal(word, source, start)),
            // A literal without a zone is no DateTimeOffset.
            WrittenTime::Zoneless | WrittenTime::Nonsense => Err(unknown_literal(word, source, start)),
        };
    }
    if word.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'/' || b == b'$' || b == b'.') {
        return Ok(Token::Name(word.to_owned()));
    }
    Err(format!("Syntax error: character '{}' is not valid at position {start} in '{source}'.", first as char))
}

fn unknown_literal(word: &str, source: &str, start: usize) -> String {
    format!("Unrecognized literal '{word}' at position {start} in '{source}'.")
}
