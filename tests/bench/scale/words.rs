//! A vocabulary of its own: words of syllables, drawn so that few come often and many come seldom, and names in
//! several scripts. Nothing of it is taken from anywhere.

use casebridge_tests::conversations::Dice;

/// In nearly every message.
pub const COMMONEST: &str = "order";
/// In three messages of the whole store, whatever its size.
pub const RAREST: &str = "zyzzogeton";
/// How many words there are beside the everyday ones.
const VOCABULARY: u64 = 20_000;

const EVERYDAY: [&str; 48] = [
    "parcel", "invoice", "refund", "late", "please", "thanks", "hello", "again", "number", "account", "payment",
    "card", "address", "street", "monday", "friday", "broken", "works", "screen", "email", "password", "cancel",
    "change", "return", "size", "colour", "price", "week", "today", "tomorrow", "never", "always", "arrived",
    "missing", "wrong", "right", "help", "person", "wait", "call", "phone", "delivery", "courier", "door", "box",
    "receipt", "store", "app",
];

const SCRIPTS: [&[&str]; 5] = [
    &["ba", "lo", "mi", "ren", "tas", "ku", "ver", "dol", "sha", "ne", "pra", "gi", "oum", "hal", "zet", "fin"],
    &["ба", "ло", "ми", "рен", "тас", "ку", "вер", "дол", "ша", "не", "пра", "ги", "зет", "фин", "юл", "щи"],
    &["βα", "λο", "μι", "ρεν", "τας", "κυ", "δελ", "σα", "νε", "πρα", "γι", "ζετ", "φιν", "ωμ", "χα", "ξι"],
    &["با", "لو", "مي", "رن", "تس", "كو", "ور", "دل", "شا", "نه", "را", "جي", "هل", "زت", "فن", "صم"],
    &["佐", "木", "田", "山", "和", "明", "文", "心", "花", "月", "水", "光", "安", "平", "海", "雨"],
];

/// The language of a conversation, by how often each is met.
pub fn language(dice: &mut Dice) -> usize {
    match dice.roll(100) {
        0..70 => 0,
        70..82 => 1,
        82..90 => 2,
        90..95 => 3,
        _ => 4,
    }
}

/// The word of a number: the same number is the same word.
fn word(language: usize, number: u64) -> String {
    let syllables = SCRIPTS[language];
    let mut dice = Dice(number.wrapping_mul(0x5851_F42D_4C95_7F2D));
    (0..2 + dice.roll(3)).map(|_| syllables[dice.roll(16) as usize]).collect()
}

/// A word: half of them everyday ones, the others the seldomer the higher their number.
fn any(dice: &mut Dice, language: usize) -> String {
    if language == 0 && dice.roll(2) == 0 {
        return EVERYDAY[dice.roll(48).min(dice.roll(48)) as usize].to_owned();
    }
    let (a, b, c) = (dice.roll(VOCABULARY), dice.roll(VOCABULARY), dice.roll(VOCABULARY));
    word(language, a.min(b).min(c))
}

/// What somebody says: three to thirty words, the commonest of all in 19 of 20.
pub fn sentence(dice: &mut Dice, language: usize) -> String {
    let count = 3 + dice.roll(28).min(dice.roll(28));
    let mut words: Vec<String> = (0..count).map(|_| any(dice, language)).collect();
    if dice.roll(20) > 0 {
        let place = dice.roll(count) as usize;
        words[place] = COMMONEST.to_owned();
    }
    words.join(" ")
}

/// A person's name.
pub fn name(dice: &mut Dice, language: usize) -> String {
    let mut part = |_| {
        let word = word(language, 1_000_000 + dice.roll(4_000));
        let mut letters = word.chars();
        letters.next().map(|first| first.to_uppercase().chain(letters).collect::<String>()).unwrap_or_default()
    };
    [part(0), part(1)].join(" ")
}
