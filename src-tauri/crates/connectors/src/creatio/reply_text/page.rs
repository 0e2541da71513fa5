//! Text as it is laid out: lines, paragraphs, lists, cells and links.

use super::html::{Found, Line};

/// Deepest list that is indented.
const DEEPEST: usize = 16;
/// What a line counts beside its characters: millions of breaks say nothing either.
const BREAK: usize = 8;
/// What a tag counts.
const TAG: usize = 8;
/// Longest text of a link that is compared with its address.
const LINK: usize = 2048;

const PARAGRAPHS: &[&[u8]] =
    &[b"p", b"h1", b"h2", b"h3", b"h4", b"h5", b"h6", b"blockquote", b"ul", b"ol", b"dl", b"table", b"pre"];
const LINES: &[&[u8]] = &[
    b"div",
    b"li",
    b"tr",
    b"dt",
    b"dd",
    b"hr",
    b"address",
    b"article",
    b"aside",
    b"body",
    b"center",
    b"fieldset",
    b"figure",
    b"footer",
    b"form",
    b"header",
    b"html",
    b"main",
    b"nav",
    b"section",
    b"tbody",
    b"thead",
    b"caption",
];

/// See the module.
pub(super) struct Page {
    lines: Vec<Line>,
    line: String,
    left: usize,
    /// A blank that shows only if text follows on the line.
    blank: bool,
    verbatim: bool,
    lists: Vec<Option<u64>>,
    link: Option<(String, String)>,
    /// The open paragraph is one of Word's, which are lines.
    word: bool,
}

impl Page {
    pub(super) fn new(most: usize) -> Self {
        Page {
            lines: Vec::new(),
            line: String::new(),
            left: most,
            blank: false,
            verbatim: false,
            lists: Vec::new(),
            link: None,
            word: false,
        }
    }

    pub(super) fn is_full(&self) -> bool {
        self.left == 0
    }

    pub(super) fn finish(mut self) -> Vec<Line> {
        self.end_line();
        if self.is_full() {
            // Whoever reads it must see that there was more.
            self.lines.push(Line { found: Found::Words, text: "…".to_owned() });
        }
        self.lines
    }

    /// Says that something else than words stands here.
    pub(super) fn mark(&mut self, found: Found) {
        self.end_line();
        self.lines.push(Line { found, text: String::new() });
    }

    pub(super) fn text(&mut self, text: &str) {
        for c in text.chars() {
            if self.left == 0 {
                return;
            }
            match c {
                '\n' if self.verbatim => self.break_line(),
                ' ' | '\t' | '\n' | '\r' | '\u{000C}' if !self.verbatim => self.blank = true,
                c => {
                    if std::mem::take(&mut self.blank) && !self.line.is_empty() && !self.line.ends_with([' ', '\t']) {
                        self.line.push(' ');
                    }
                    self.line.push(if c == '\u{00A0}' { ' ' } else { c });
                    self.left -= 1;
                    if let Some((_, words)) = self.link.as_mut().filter(|(_, words)| words.len() < LINK) {
                        words.push(c);
                    }
                }
            }
        }
        if let Some((_, words)) = self.link.as_mut().filter(|(_, words)| self.blank && words.len() < LINK) {
            words.push(' ');
        }
    }

    pub(super) fn open<'a>(&mut self, name: &[u8], of: &impl Fn(&str) -> &'a str) {
        self.left = self.left.saturating_sub(TAG);
        match name {
            b"br" => return self.break_line(),
            b"td" | b"th" => {
                if !self.line.is_empty() && !self.line.ends_with('\t') {
                    self.line.push('\t');
                }
                self.blank = false;
                return;
            }
            b"a" => {
                self.end_link();
                self.link = Some((of("href").trim().to_owned(), String::new()));
                return;
            }
            b"img" => {
                // Emoji of webmail are pictures; other pictures say nothing here, or count readers.
                let alt = of("alt");
                if alt.chars().count() <= 8 && alt.chars().any(super::clean::is_picture) {
                    self.text(alt);
                }
                return;
            }
            b"p" => self.word = of("class").to_ascii_lowercase().contains("mso"),
            b"pre" => self.verbatim = true,
            b"ul" | b"ol" if self.lists.len() < DEEPEST => {
                let first = of("start").parse::<u64>().unwrap_or(1).min(1_000_000);
                self.lists.push((name == b"ol").then_some(first));
            }
            _ => {}
        }
        self.edge(name);
        if name == b"li" {
            let indent = "  ".repeat(self.lists.len().saturating_sub(1));
            let sign = match self.lists.last_mut() {
                Some(Some(number)) => {
                    *number += 1;
                    format!("{}. ", *number - 1)
                }
                _ => "- ".to_owned(),
            };
            self.line = indent + &sign;
            self.left = self.left.saturating_sub(self.line.len());
        }
    }

    pub(super) fn close(&mut self, name: &[u8]) {
        match name {
            b"a" => return self.end_link(),
            b"pre" => self.verbatim = false,
            b"ul" | b"ol" => drop(self.lists.pop()),
            // An end without a start is a break for browsers as well.
            b"br" => return self.break_line(),
            _ => {}
        }
        self.edge(name);
    }

    fn edge(&mut self, name: &[u8]) {
        let paragraph = PARAGRAPHS.contains(&name) && !(name == b"p" && self.word);
        let nested = matches!(name, b"ul" | b"ol") && !self.lists.is_empty();
        if paragraph || LINES.contains(&name) || name == b"p" {
            self.end_line();
        }
        if paragraph && !nested && self.lists.is_empty() {
            self.push_blank();
        }
    }

    fn push_blank(&mut self) {
        if self.lines.last().is_some_and(|line| line.found != Found::Words || !line.text.is_empty()) {
            self.lines.push(Line { found: Found::Words, text: String::new() });
        }
    }

    /// Ends the line if there is something on it.
    fn end_line(&mut self) {
        self.blank = false;
        if !self.line.is_empty() {
            self.break_line();
        }
    }

    fn break_line(&mut self) {
        self.blank = false;
        self.left = self.left.saturating_sub(BREAK);
        let text = std::mem::take(&mut self.line);
        self.lines.push(Line { found: Found::Words, text });
    }

    /// A link is told where its text does not tell it.
    fn end_link(&mut self) {
        let Some((address, words)) = self.link.take() else { return };
        if words.trim().is_empty() {
            return;
        }
        let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
        let scheme = address.split_once(':').map(|(scheme, _)| scheme.to_ascii_lowercase());
        let known = matches!(scheme.as_deref(), Some("http" | "https" | "mailto" | "tel"));
        if !known || same(&address, &words) {
            return;
        }
        let shown = address.strip_prefix("mailto:").or_else(|| address.strip_prefix("tel:")).unwrap_or(&address);
        let shown: String = shown.chars().filter(|c| !c.is_whitespace() && !"<>".contains(*c)).collect();
        self.left = self.left.saturating_sub(shown.len() + 3);
        self.line.push_str(&format!(" ({shown})"));
    }
}

/// Whether a text names its address already.
fn same(address: &str, words: &str) -> bool {
    let bare = |text: &str| {
        let text = text.trim().to_ascii_lowercase();
        let text = ["mailto:", "tel:", "https://", "http://"]
            .iter()
            .fold(text.as_str(), |text, scheme| text.strip_prefix(scheme).unwrap_or(text))
            .to_owned();
        text.trim_start_matches("www.")
            .trim_end_matches('/')
            .chars()
            .filter(|c| !" -()".contains(*c))
            .collect::<String>()
    };
    bare(address) == bare(words)
}
