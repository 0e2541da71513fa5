//! Query options, both of the address and of a nested `$expand(...)`.

use percent_encoding::percent_decode_str;

use super::super::refusal::Refusal;

/// `$select`, `$filter` and the rest, as written.
#[derive(Clone, Debug, Default)]
pub(super) struct Options {
    pub select: Option<String>,
    pub filter: Option<String>,
    pub orderby: Option<String>,
    pub expand: Option<String>,
    pub top: Option<usize>,
    pub skip: usize,
    pub count: bool,
}

impl Options {
    /// Reads an address's query. As in any form encoding a bare `+` is a space, so a mail address must encode it.
    pub fn from_query(query: &str) -> Result<Self, Refusal> {
        let mut options = Self::default();
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            options.set(&decode(name), decode(value))?;
        }
        Ok(options)
    }

    pub fn set(&mut self, name: &str, value: String) -> Result<(), Refusal> {
        match name {
            "$select" => self.select = Some(value),
            "$filter" => self.filter = Some(value),
            "$orderby" => self.orderby = Some(value),
            "$expand" => self.expand = Some(value),
            "$top" => self.top = Some(number(name, &value)?),
            "$skip" => self.skip = number(name, &value)?,
            "$count" => self.count = value.eq_ignore_ascii_case("true"),
            "$format" => {}
            other if other.starts_with('$') => {
                return Err(Refusal::bad_query(&format!("The query parameter '{other}' is not supported.")));
            }
            _ => {}
        }
        Ok(())
    }
}

fn number(name: &str, value: &str) -> Result<usize, Refusal> {
    value.trim().parse().map_err(|_| {
        Refusal::bad_query(&format!(
            "Invalid value '{value}' for {name} query option found. The {name} query option \
             requires a non-negative integer value."
        ))
    })
}

fn decode(text: &str) -> String {
    percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned()
}

/// Splits at a separator that stands outside of parentheses and quotes.
pub(super) fn split_outside(text: &str, separator: char) -> Vec<&str> {
    let (mut depth, mut quoted, mut start) = (0_i32, false, 0);
    let mut parts = Vec::new();
    for (at, c) in text.char_indices() {
        match c {
            '\'' => quoted = !quoted,
            '(' if !quoted => depth += 1,
            ')' if !quoted => depth -= 1,
            c if c == separator && depth == 0 && !quoted => {
                parts.push(text[start..at].trim());
                start = at + c.len_utf8();
            }
            _ => {}
        }
    }
    parts.push(text[start..].trim());
    parts.retain(|part| !part.is_empty());
    parts
}
