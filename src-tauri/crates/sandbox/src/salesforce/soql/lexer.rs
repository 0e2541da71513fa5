//! Tokens of a query.

use super::super::refusal::Refusal;

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token {
    Word(String),
    Number(f64),
    Moment(String),
    Text(String),
    Sign(&'static str),
}

const SIGNS: [&str; 12] = ["!=", "<>", "<=", ">=", "=", "<", ">", "(", ")", ",", ":", "."];

pub(super) fn malformed(words: impl Into<String>) -> Refusal {
    Refusal::new(400, "MALFORMED_QUERY", words)
}

impl Token {
    pub fn shown(&self) -> String {
        match self {
            Self::Word(word) | Self::Moment(word) | Self::Text(word) => word.clone(),
            Self::Number(number) => number.to_string(),
            Self::Sign(sign) => (*sign).to_owned(),
        }
    }
}

pub(super) fn tokens(text: &str) -> Result<Vec<Token>, Refusal> {
    let mut out = Vec::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        if c.is_whitespace() {
            rest = rest.trim_start();
        } else if c == '\'' {
            let (inside, after) = quoted(&rest[1..])?;
            out.push(Token::Text(inside));
            rest = after;
        } else if c.is_ascii_digit() || (matches!(c, '-' | '+') && rest[1..].starts_with(|c: char| c.is_ascii_digit()))
        {
            let end = rest[1..]
                .find(|c: char| !(c.is_ascii_digit() || matches!(c, '-' | ':' | '.' | 'T' | 'Z' | '+')))
                .map_or(rest.len(), |at| at + 1);
            let (number, after) = rest.split_at(end);
            out.push(match number.parse() {
                Ok(number) => Token::Number(number),
                Err(_) if number.len() >= 10 => Token::Moment(number.to_owned()),
                Err(_) => return Err(malformed(format!("unexpected token: '{number}'"))),
            });
            rest = after;
        } else if c.is_alphabetic() || c == '_' {
            let end = rest.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(rest.len());
            out.push(Token::Word(rest[..end].to_owned()));
            rest = &rest[end..];
        } else if let Some(sign) = SIGNS.iter().find(|sign| rest.starts_with(**sign)) {
            out.push(Token::Sign(sign));
            rest = &rest[sign.len()..];
        } else {
            return Err(malformed(format!(
                "line 1:{} no viable alternative at character '{c}'",
                text.len() - rest.len()
            )));
        }
    }
    Ok(out)
}

/// Text up to its closing quote, with what follows it.
fn quoted(text: &str) -> Result<(String, &str), Refusal> {
    let mut inside = String::new();
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '\'' => return Ok((inside, &text[at + 1..])),
            '\\' => match chars.next() {
                Some((_, 'n')) => inside.push('\n'),
                Some((_, 'r')) => inside.push('\r'),
                Some((_, 't')) => inside.push('\t'),
                Some((_, 'b')) => inside.push('\u{8}'),
                Some((_, 'f')) => inside.push('\u{c}'),
                // Kept for LIKE, where they are not wildcards.
                Some((_, c @ ('_' | '%'))) => inside.extend(['\\', c]),
                Some((_, c @ ('\'' | '"' | '\\'))) => inside.push(c),
                _ => return Err(malformed("Illegal escape sequence in text")),
            },
            c => inside.push(c),
        }
    }
    Err(malformed("text is not closed: missing '''"))
}
