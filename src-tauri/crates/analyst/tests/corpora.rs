//! What is blotted out and what is not; what is an order to the machine and what is not.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests stop at the first thing that is not as expected")]

use casebridge_analyst::mask::{BLOT, masked};
use casebridge_analyst::orders::orders_the_machine;

/// The lines; `⏎`, `⇥` and `⍽` stand for an end of line, a tab and a no-break space within one.
fn corpus(text: &str) -> Vec<String> {
    let lines = text.lines().filter(|line| !line.is_empty());
    lines.map(|line| line.replace('⏎', "\n").replace('⇥', "\t").replace('⍽', "\u{a0}")).collect()
}

#[test]
fn every_secret_is_blotted_out_and_nothing_beside_it() {
    let secrets = corpus(include_str!("corpus/secrets.txt"));
    assert!(secrets.len() >= 110, "the corpus has {} secrets", secrets.len());
    for line in &secrets {
        let (before, rest) = line.split_once("{{").expect("a line of the corpus marks its secret");
        let (secret, after) = rest.split_once("}}").expect("a line of the corpus marks its secret");
        // A `~` keeps what looks like a real secret out of the tree.
        let secret = secret.replace('~', "");
        let blots: String = secret.chars().map(|_| BLOT).collect();
        let text = [before, &secret, after].concat();
        assert_eq!(masked(&text), [before, &blots, after].concat(), "this leaves the machine: {text}");
    }
}

#[test]
fn what_only_looks_like_a_secret_stays() {
    let near = corpus(include_str!("corpus/near_misses.txt"));
    assert!(near.len() >= 90, "the corpus has {} near misses", near.len());
    for line in near {
        assert_eq!(masked(&line), line, "words that the analyst needs were blotted out");
    }
}

#[test]
fn places_in_the_masked_text_are_places_in_the_text() {
    let said = "Grüße! Karte 4111 1111 1111 1111, Tisch für 4";
    let hidden = masked(said);
    assert_eq!(
        hidden.chars().count(),
        said.chars().count(),
        "evidence is told in characters of the line as it was said"
    );
    assert!(hidden.ends_with("Tisch für 4"), "only the card is gone: {hidden}");
}

#[test]
fn orders_to_the_machine_are_told_from_wishes_of_the_customer() {
    let (orders, wishes) = (corpus(include_str!("corpus/injections.txt")), corpus(include_str!("corpus/honest.txt")));
    assert!(orders.len() >= 110 && wishes.len() >= 170, "both sides are tried");
    let missed: Vec<_> = orders.into_iter().filter(|line| !orders_the_machine(line)).collect();
    let accused: Vec<_> = wishes.into_iter().filter(|line| orders_the_machine(line)).collect();
    assert_eq!((missed, accused), (vec![], vec![]), "orders that would count, and wishes that would not");
}
