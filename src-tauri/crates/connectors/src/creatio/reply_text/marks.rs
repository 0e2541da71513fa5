//! What the tags of mail programs mean.

/// What a tag begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Nothing that anybody sees.
    Hidden,
    /// A quote.
    Quote,
    /// History up to the end: Outlook puts nothing around it.
    History,
    /// A signature.
    Signature,
    /// Anything else.
    Plain,
}

const VOID: &[&[u8]] = &[
    b"area", b"base", b"br", b"col", b"embed", b"hr", b"img", b"input", b"link", b"meta", b"param", b"source",
    b"track", b"wbr",
];
const UNSEEN: &[&[u8]] = &[
    b"style",
    b"script",
    b"title",
    b"template",
    b"svg",
    b"math",
    b"object",
    b"iframe",
    b"xml",
    b"noembed",
    b"noframes",
    b"audio",
    b"video",
    b"canvas",
];
const HISTORY: &[&str] = &[
    "divrplyfwdmsg",
    "appendonsend",
    "stopspelling",
    "mail-editor-reference-message-container",
    "olk_src_body_section",
];
const QUOTES: &[&str] =
    &["gmail_attr", "yahoo_quoted", "protonmail_quote", "zmail_extra", "moz-cite-prefix", "outlookmessageheader"];
const SIGNATURES: &[&str] = &[
    "gmail_signature",
    "gmail_signature_prefix",
    "moz-signature",
    "protonmail_signature_block",
    "applemailsignature",
    "signature",
    "ms-outlook-mobile-signature",
    "ydpsignature",
    "zohosignature",
];

/// Whether a tag has no end.
pub(super) fn is_void(name: &[u8]) -> bool {
    VOID.contains(&name)
}

/// What a tag begins.
pub(super) fn kind<'a>(name: &[u8], of: &impl Fn(&str) -> &'a str) -> Kind {
    if UNSEEN.contains(&name) || is_hidden(of("style")) {
        return Kind::Hidden;
    }
    let id = of("id").to_ascii_lowercase();
    // Outlook puts `x_` before the names of what it quotes.
    let id = id.trim_start_matches("x_");
    let class = of("class").to_ascii_lowercase();
    let named = |names: &[&str]| names.contains(&id) || class.split_ascii_whitespace().any(|one| names.contains(&one));
    if named(HISTORY) {
        return Kind::History;
    }
    if named(QUOTES) || (name == b"blockquote" && !is_indent(of("style"), &class)) {
        return Kind::Quote;
    }
    if named(SIGNATURES) { Kind::Signature } else { Kind::Plain }
}

fn bare(style: &str) -> String {
    style.chars().filter(|c| !c.is_whitespace()).collect::<String>().to_ascii_lowercase()
}

fn is_hidden(style: &str) -> bool {
    let style = bare(style);
    ["display:none", "visibility:hidden", "mso-hide:all"].iter().any(|rule| style.contains(rule))
}

/// Editors indent a paragraph with the tag of a quote, and take its border away.
fn is_indent(style: &str, class: &str) -> bool {
    let style = bare(style);
    !class.contains("quote") && (style.contains("border:none") || style.contains("border:0"))
}
