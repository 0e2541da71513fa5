//! Characters that show nothing or change how others show, and blank space.

/// The first characters of a text.
pub(super) fn start(text: &str, characters: usize) -> &str {
    text.char_indices().nth(characters).map_or(text, |(at, _)| &text[..at])
}

/// Characters that turn or hide text, or take no space. Joiners stay: Persian words and emoji need them.
fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{00AD}' | '\u{034F}' | '\u{061C}' | '\u{180E}' | '\u{200B}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}'
            | '\u{2060}'..='\u{2064}' | '\u{2066}'..='\u{206F}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}'
    )
}

fn is_joiner(c: char) -> bool {
    matches!(c, '\u{200C}' | '\u{200D}')
}

/// A character beyond letters that says something by itself, as emoji do.
pub(super) fn is_picture(c: char) -> bool {
    matches!(c, '\u{2190}'..='\u{2BFF}' | '\u{1F000}'..='\u{1FAFF}')
}

/// One line: blanks of all kinds are spaces, what shows nothing is gone.
fn line(text: &str) -> String {
    let kept = text.chars().filter(|c| !is_invisible(*c)).map(|c| match c {
        '\t' => '\t',
        c if c.is_whitespace() => ' ',
        c => c,
    });
    let text: String = kept.filter(|c| !c.is_control() || *c == '\t').collect();
    if text.chars().all(|c| c.is_whitespace() || is_joiner(c)) { String::new() } else { text.trim_end().to_owned() }
}

/// Lines as one text: no blank lines around it, and never two together.
pub(super) fn joined(lines: &[String]) -> String {
    let mut text = String::new();
    let mut blank = false;
    for part in lines
        .iter()
        .flat_map(|part| part.split(['\n', '\r', '\u{2028}', '\u{2029}', '\u{0085}', '\u{000B}', '\u{000C}']))
    {
        let part = line(part);
        if part.is_empty() {
            blank = true;
            continue;
        }
        if !text.is_empty() {
            text.push_str(if blank { "\n\n" } else { "\n" });
        }
        blank = false;
        text.push_str(if text.is_empty() { part.trim_start() } else { &part });
    }
    text
}
