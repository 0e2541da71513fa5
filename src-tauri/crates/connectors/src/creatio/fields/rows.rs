//! Rows of large lookups by their label, in the language of our user.

use casebridge_domain::CallFailure;
use casebridge_domain::plan::rows::{NamedRow, RowName};

use super::super::Creatio;
use super::super::many::Ask;
use super::super::odata::{Filter, Query};
use super::columns::labelled;
use crate::port::CallLog;

/// Rows asked for by a name: one is meant, more are too many.
const MOST: usize = 20;
/// How often the rest is asked for again without those objects that were refused.
const ROUNDS: usize = 6;

impl Creatio {
    /// The rows that bear these names: one `$batch` for all of them.
    pub(crate) async fn find_rows(&self, names: &[RowName], log: &CallLog) -> Result<Vec<NamedRow>, CallFailure> {
        let mut found = vec![NamedRow::Unread("it was not asked for".to_owned()); names.len()];
        let mut wanted: Vec<usize> = Vec::new();
        for (at, name) in names.iter().enumerate() {
            // It becomes a part of the address.
            if is_name(&name.object) {
                wanted.push(at);
            } else {
                found[at] = NamedRow::Unread("the lookup's object has no name of Creatio".to_owned());
            }
        }
        for _ in 0..ROUNDS {
            if wanted.is_empty() {
                break;
            }
            let asks: Vec<Ask> = wanted.iter().map(|at| ask(&names[*at])).collect();
            let many = self.read_many(&asks, log).await.map_err(without_words)?;
            let asked = wanted.len();
            let mut again = Vec::new();
            for (at, rows) in wanted.into_iter().zip(many.lists) {
                match rows {
                    Ok(rows) => found[at] = names[at].among(labelled(&rows)),
                    // What was refused stays out; what stood behind it in the batch was not even tried.
                    Err(failure) if failure.status.is_some() => {
                        found[at] = NamedRow::Unread(without_words(failure).message);
                    }
                    Err(_) => again.push(at),
                }
            }
            if again.len() == asked {
                break;
            }
            wanted = again;
        }
        Ok(found)
    }
}

fn ask(name: &RowName) -> Ask {
    let filter = Filter::any(spellings(&name.label).iter().map(|label| Filter::text("Name", label)));
    Ask::of(&name.object, &Query { set: &name.object, select: "Id,Name", filter, top: MOST })
}

/// Whether letter case counts depends on the database behind Creatio, and no function folds it: the usual spellings are
/// asked for, and what comes back is compared here.
fn spellings(label: &str) -> Vec<String> {
    let capital = |word: &str| {
        let mut letters = word.chars();
        letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
    };
    let lower = label.to_lowercase();
    let titled = lower.split(' ').map(capital).collect::<Vec<String>>().join(" ");
    let mut all = vec![label.to_owned(), lower.clone(), label.to_uppercase(), capital(&lower), titled];
    let mut seen = std::collections::BTreeSet::new();
    all.retain(|one| seen.insert(one.clone()));
    all
}

fn is_name(object: &str) -> bool {
    !object.is_empty() && object.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// The words of a refused query may repeat what was asked for: a customer's.
fn without_words(failure: CallFailure) -> CallFailure {
    let status = failure.status.map_or_else(|| "no status".to_owned(), |status| status.to_string());
    CallFailure { message: format!("reading rows of a lookup failed with {status}"), ..failure }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_asked_for_in_its_usual_spellings_and_quoted() {
        assert_eq!(spellings("lisbon centre"), ["lisbon centre", "LISBON CENTRE", "Lisbon centre", "Lisbon Centre"]);
        assert_eq!(spellings("4711"), ["4711"], "what has no letter case is asked for once");
        let name = RowName { object: "UsrBranch".into(), label: "O'Neil".into() };
        let filter = Filter::any(spellings(&name.label).iter().map(|label| Filter::text("Name", label)));
        assert!(filter.is_some_and(|filter| filter.as_str().starts_with("Name eq 'O''Neil' or ")), "R25");
        assert!(is_name("UsrBranch") && !is_name("UsrBranch?$top=9") && !is_name(""), "no address is made of it");
    }
}
