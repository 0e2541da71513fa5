//! How much of a long conversation a model reads: the customer's first message, and the newest lines.

/// Most characters of a transcript that are sent: some 12,000 tokens, in scripts without letters some 48,000.
const BUDGET: usize = 48_000;
/// Most characters of one message.
const LONGEST: usize = 6_000;
/// What stands for the rest of a longer one.
const CUT: &str = " [the rest is left out]";

/// A message, cut to its limit. Secrets must be blotted out before: half of one has no form to know it by.
pub(super) fn cut(text: String) -> String {
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => text[..end].to_owned() + CUT,
        None => text,
    }
}

/// The lines that are sent, by their places and in order, and a mark with a count where some are left out.
/// `first` is the place of the line that is sent in any case.
pub(super) fn within_budget(lines: &[String], first: Option<usize>, left_out: impl Fn(usize) -> String) -> Vec<String> {
    let long = |line: &String| line.chars().count();
    let mut left = BUDGET.saturating_sub(first.map_or(0, |place| long(&lines[place])));
    let mut newest = lines.len();
    while let Some(place) = newest.checked_sub(1) {
        if Some(place) != first {
            let Some(rest) = left.checked_sub(long(&lines[place])) else { break };
            left = rest;
        }
        newest = place;
    }
    let mut sent = Vec::new();
    let gap = |from: usize, to: usize| (from < to).then(|| left_out(to - from));
    match first.filter(|first| *first < newest) {
        Some(first) => {
            sent.extend(gap(0, first));
            sent.push(lines[first].clone());
            sent.extend(gap(first + 1, newest));
        }
        None => sent.extend(gap(0, newest)),
    }
    sent.extend_from_slice(&lines[newest..]);
    sent
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(lines: &[String], first: Option<usize>) -> Vec<String> {
        within_budget(lines, first, |count| format!("-{count}"))
    }

    #[test]
    fn a_short_conversation_is_sent_whole() {
        let lines: Vec<String> = (0..9).map(|place| place.to_string()).collect();
        assert_eq!(sent(&lines, Some(0)), lines, "nothing is left out that fits");
        assert_eq!(sent(&[], None), Vec::<String>::new(), "nor is there a mark where there is nothing");
    }

    #[test]
    fn of_a_long_one_the_first_message_and_the_newest_are_sent_and_marks_tell_of_the_rest() {
        let lines: Vec<String> = (0..30).map(|place| format!("{place:05}").repeat(1_000)).collect();
        let all = sent(&lines, Some(1));
        let short: Vec<&str> = all.iter().map(|line| &line[..line.len().min(5)]).collect();
        assert_eq!(
            short,
            ["-1", "00001", "-20", "00022", "00023", "00024", "00025", "00026", "00027", "00028", "00029"],
            "what the customer came for, and how it stands now"
        );
        assert!(all.iter().map(String::len).sum::<usize>() <= BUDGET + 10, "within what is paid for");
        assert_eq!(sent(&lines, None)[0], "-21", "where no customer spoke, the newest only");
        assert_eq!(sent(&lines, Some(29)).len(), 10, "the first message may be among the newest, and is sent once");
    }

    #[test]
    fn a_message_of_a_whole_book_is_cut() {
        let long = cut("ü".repeat(LONGEST + 1));
        assert!(
            long.ends_with(CUT) && long.chars().count() == LONGEST + CUT.len(),
            "cut by characters, and it says so"
        );
        assert_eq!(cut("ü".repeat(LONGEST)), "ü".repeat(LONGEST), "what fits stays");
    }
}
