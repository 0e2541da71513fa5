//! What a person wrote, as plain text: without markup, quoted history and signature. Cuts are made only at marks
//! that mail programs are known to leave; what leaves no words at all is taken back.

mod clean;
mod history;
mod html;
mod marks;
mod page;
mod phrases;

use casebridge_domain::text::cut;

use self::html::{Found, Line, Taken};

/// Longest text kept.
const LONGEST: usize = 64 * 1024;
/// Longest text looked at: what people write stands before history, and history may be long.
const LOOKED_AT: usize = 256 * 1024;

/// The words of a mail.
pub(crate) fn of_mail(body: &str, is_html: bool) -> String {
    let (lines, left_out) = lines_of(body, is_html, Taken::Own);
    let own = history::without(&lines, true);
    if has_words(&own) {
        return finished(&own);
    }
    // Somebody may write inside what looks like a signature, or inside a quote.
    let unsigned = match left_out {
        true => history::without(&lines_of(body, is_html, Taken::Signed).0, false),
        false => history::without(&lines, false),
    };
    match (has_words(&unsigned), left_out) {
        (true, _) => finished(&unsigned),
        (false, true) => of_note(body, is_html),
        (false, false) => all_of(lines),
    }
}

/// The words of a note or message, which quotes nothing by itself: all of them, without markup.
pub(crate) fn of_note(body: &str, is_html: bool) -> String {
    all_of(lines_of(body, is_html, Taken::Everything).0)
}

/// The lines, and whether some were left out because of their tags.
fn lines_of(body: &str, is_html: bool, taken: Taken) -> (Vec<Line>, bool) {
    if html::has_tags(body) && (is_html || html::is_document(body)) {
        return html::lines(body, taken, LOOKED_AT);
    }
    let body = clean::start(body, LOOKED_AT);
    let decoded = if is_html { html_escape::decode_html_entities(body) } else { body.into() };
    let line = |text: &str| Line { found: Found::Words, text: text.trim_end().to_owned() };
    (decoded.replace("\r\n", "\n").split(['\n', '\r']).map(line).collect(), false)
}

fn all_of(lines: Vec<Line>) -> String {
    finished(&lines.into_iter().map(|line| line.text).collect::<Vec<_>>())
}

fn has_words(lines: &[String]) -> bool {
    lines.iter().any(|line| line.chars().any(|c| c.is_alphanumeric() || clean::is_picture(c)))
}

fn finished(lines: &[String]) -> String {
    cut(&clean::joined(lines), LONGEST)
}

#[cfg(test)]
mod bounds;
#[cfg(test)]
mod samples;
