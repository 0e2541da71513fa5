//! HTML as lines of text. A tokenizer and a few counters, no tree: building one takes quadratic time on deeply
//! nested tags, and walking one may end the stack.

use std::convert::Infallible;

use html5gum::emitters::callback::{CallbackEmitter, CallbackEvent};
use html5gum::{Span, Tokenizer};

use super::clean;
use super::marks::{self, Kind};
use super::page::Page;

/// What a line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Found {
    /// Text.
    Words,
    /// A quote stood here.
    Quote,
    /// Everything from here on is history.
    History,
}

/// One line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line {
    pub(super) found: Found,
    pub(super) text: String,
}

/// What is taken of a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Taken {
    /// The writer's words.
    Own,
    /// With the signature.
    Signed,
    /// With history.
    Everything,
}

/// Whether there is markup at all.
pub(super) fn has_tags(body: &str) -> bool {
    let next = |at: usize| body.as_bytes().get(at + 1).copied().unwrap_or_default();
    body.match_indices('<').any(|(at, _)| next(at).is_ascii_alphabetic() || matches!(next(at), b'/' | b'!'))
}

/// Whether a body that is not said to be HTML is it all the same.
pub(super) fn is_document(body: &str) -> bool {
    let start = clean::start(body, 4096).to_ascii_lowercase();
    ["<html", "<body", "<!doctype html", "<div", "<p>", "<p ", "<br>", "<br/>", "<br />", "<table"]
        .iter()
        .any(|tag| start.contains(tag))
}

/// The lines of a body, up to so many characters, and whether something was left out that somebody might have
/// written.
pub(super) fn lines(body: &str, taken: Taken, most: usize) -> (Vec<Line>, bool) {
    let mut walker =
        Walker { taken, page: Page::new(most), tag: None, attribute: Vec::new(), skipped: None, left_out: false };
    let mut emitter = CallbackEmitter::new(|event: CallbackEvent<'_>, _: Span<()>| walker.event(event));
    emitter.naively_switch_states(true);
    // The first value says that enough was read.
    let _full: Option<Result<(), Infallible>> = Tokenizer::new_with_emitter(body, emitter).next();
    (walker.page.finish(), walker.left_out)
}

/// A start tag while it is read.
struct Tag {
    name: Vec<u8>,
    attributes: Vec<(Vec<u8>, String)>,
}

/// What is being left out: until its own end tag, counting those of the same name inside.
struct Skipped {
    name: Vec<u8>,
    depth: usize,
}

struct Walker {
    taken: Taken,
    page: Page,
    tag: Option<Tag>,
    attribute: Vec<u8>,
    skipped: Option<Skipped>,
    left_out: bool,
}

impl Walker {
    fn event(&mut self, event: CallbackEvent<'_>) -> Option<()> {
        match event {
            CallbackEvent::OpenStartTag { name } => {
                self.tag = Some(Tag { name: name.to_ascii_lowercase(), attributes: Vec::new() });
            }
            CallbackEvent::AttributeName { name } => {
                self.attribute.clear();
                self.attribute.extend(name.iter().take(32).map(u8::to_ascii_lowercase));
            }
            CallbackEvent::AttributeValue { value } => self.value(value),
            CallbackEvent::CloseStartTag { .. } => {
                if let Some(tag) = self.tag.take() {
                    self.start(&tag);
                }
            }
            CallbackEvent::EndTag { name } => self.end(&name.to_ascii_lowercase()),
            CallbackEvent::String { value } if self.skipped.is_none() => {
                self.page.text(&String::from_utf8_lossy(value));
            }
            _ => {}
        }
        self.page.is_full().then_some(())
    }

    /// Keeps the attributes that say something, at a length that is not worth an attack.
    fn value(&mut self, value: &[u8]) {
        let Some(tag) = &mut self.tag else { return };
        if tag.attributes.len() < 16
            && matches!(self.attribute.as_slice(), b"class" | b"id" | b"style" | b"href" | b"alt" | b"type" | b"start")
        {
            let value = &value[..value.len().min(2048)];
            tag.attributes.push((self.attribute.clone(), String::from_utf8_lossy(value).into_owned()));
        }
    }

    fn start(&mut self, tag: &Tag) {
        if let Some(skipped) = &mut self.skipped {
            skipped.depth += usize::from(skipped.name == tag.name);
            return;
        }
        let of = |name: &str| {
            tag.attributes.iter().find(|(key, _)| key == name.as_bytes()).map_or("", |(_, value)| value.as_str())
        };
        let kind = marks::kind(&tag.name, &of);
        match kind {
            Kind::History if self.taken != Taken::Everything => self.page.mark(Found::History),
            Kind::Quote if self.taken != Taken::Everything => {
                self.page.mark(Found::Quote);
                self.skip(tag);
            }
            Kind::Signature if self.taken == Taken::Own => self.skip(tag),
            Kind::Hidden => return self.skip(tag),
            _ => return self.page.open(&tag.name, &of),
        }
        self.left_out = true;
    }

    fn skip(&mut self, tag: &Tag) {
        if !marks::is_void(&tag.name) {
            self.skipped = Some(Skipped { name: tag.name.clone(), depth: 1 });
        }
    }

    fn end(&mut self, name: &[u8]) {
        let Some(skipped) = &mut self.skipped else { return self.page.close(name) };
        if skipped.name == name {
            skipped.depth -= 1;
            if skipped.depth == 0 {
                self.skipped = None;
            }
        }
    }
}
