//! No body is too long, too deep or too broken.

use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use proptest::prelude::*;

use super::*;

/// What is more than linear in the body's length would not end while anybody waits.
const NOBODY_WAITS_LONGER: Duration = Duration::from_secs(120);

fn quick(body: &str, what: &str) -> String {
    let (done, text) = mpsc::channel();
    let body = body.to_owned();
    thread::spawn(move || done.send(of_mail(&body, true)));
    let text = text.recv_timeout(NOBODY_WAITS_LONGER).unwrap_or_else(|_| panic!("{what} did not end"));
    assert!(text.chars().count() <= LONGEST, "{what} is bounded");
    text
}

#[test]
fn r12_huge_and_deep_bodies_come_to_an_end() {
    let words = "<p>word after word</p>".repeat(240_000);
    assert!(quick(&words, "five megabytes of paragraphs").ends_with('…'), "a cut is shown");
    assert_eq!(quick(&format!("{}deep{}", "<div>".repeat(10_000), "</div>".repeat(10_000)), "nested tags"), "deep");
    assert_eq!(quick(&format!("own{}x", "<blockquote>".repeat(10_000)), "nested quotes"), "own");
    quick(&"<ul><li>".repeat(300_000), "lists in lists");
    quick(&"<a href='https://x.example/'>".repeat(100_000), "links in links");
    quick(&"<".repeat(5 * 1024 * 1024), "nothing but tag openers");
    quick(&"&nbsp;".repeat(800_000), "nothing but blanks");
    quick(
        &format!("<p>Hello</p><img src='data:image/png;base64,{}'><p>bye</p>", "A".repeat(5 * 1024 * 1024)),
        "a picture",
    );
    quick(&"On 2026 ".repeat(600_000), "one long line");
    quick(&"From: a\nTo: b\n".repeat(300_000), "headers without end");
    quick(&format!("Hi<style>{}", "x".repeat(5 * 1024 * 1024)), "a style without end");
}

proptest! {
    #[test]
    fn r25_no_text_breaks_it(body in "\\PC{0,200}|(?s:.{0,200})", html in any::<bool>()) {
        for text in [of_mail(&body, html), of_note(&body, html)] {
            prop_assert!(!text.chars().any(|c| c.is_control() && c != '\n' && c != '\t'));
            let hidden = ['\u{202E}', '\u{2066}', '\u{200B}'];
            prop_assert!(!text.contains(hidden), "{text:?}");
        }
    }

    #[test]
    fn r25_no_tag_is_left(parts in prop::collection::vec((0_usize..14, "[a-z]{1,8}"), 0..30)) {
        let tags = ["p", "div", "b", "span class=x", "blockquote", "ul", "li", "table", "td", "br", "a href=https://x.example", "/div", "/p", "h1"];
        let body: String = parts.iter().map(|(tag, word)| format!("<{}>{word}", tags[*tag])).collect();
        for text in [of_mail(&body, true), of_note(&body, true)] {
            prop_assert!(!text.contains(['<', '>']), "{text:?}");
            prop_assert!(parts.is_empty() || !text.is_empty(), "words are never lost altogether");
        }
    }
}
