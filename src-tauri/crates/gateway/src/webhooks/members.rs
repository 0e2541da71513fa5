//! The members of a call's body, each a text, each at most once.

use super::Refused;
use crate::json::Tree;

/// Texts by name, in the order in which the names are known.
pub(super) struct Members<const N: usize> {
    names: [&'static str; N],
    texts: [Option<String>; N],
}

impl<const N: usize> Members<N> {
    /// Reads an object's members. `may_be_null`: those for which null is the same as none.
    pub(super) fn of(
        tree: Tree,
        names: [&'static str; N],
        may_be_null: &[&str],
        example: &str,
    ) -> Result<Self, Refused> {
        let Tree::Members(members) = tree else {
            return Err(Refused::bad(format!("the body is not an object: send {example}")));
        };
        let mut texts = [const { None }; N];
        for (name, value) in members {
            let place = names.iter().position(|known| *known == name).and_then(|at| texts.get_mut(at));
            let Some(place) = place else {
                let list = names.map(|name| format!("`{name}`")).join(", ");
                return Err(Refused::member(&name, &format!("is not known here: send {list}")));
            };
            if place.is_some() {
                return Err(Refused::member(&name, "is given twice"));
            }
            *place = Some(match value {
                Tree::Text(text) => text,
                // The same as none; the place is taken, so that a second one is still seen.
                Tree::Null if may_be_null.contains(&name.as_str()) => String::new(),
                _ => return Err(Refused::member(&name, "is not a string")),
            });
        }
        Ok(Self { names, texts })
    }

    /// The text of a member, if it is given.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        let at = self.names.iter().position(|known| *known == name)?;
        self.texts.get(at)?.as_deref()
    }

    /// The text of a member that must be given.
    pub(super) fn need(&self, name: &str) -> Result<&str, Refused> {
        self.get(name).ok_or_else(|| Refused::member(name, "is missing"))
    }
}

/// The body as JSON. The text of the error names line and column, never what stands there.
pub(super) fn tree(body: &[u8]) -> Result<Tree, Refused> {
    let text = std::str::from_utf8(body).map_err(|_| Refused::bad("the body is not UTF-8"))?;
    // .NET's writers put a byte order mark before UTF-8 unless told otherwise; Creatio is written in .NET.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    serde_json::from_str(text).map_err(|error| Refused::bad(format!("the body is not JSON: {error}")))
}

/// Refuses an event that a case cannot have.
pub(super) fn known_event(member: &str, text: &str, events: &[&str]) -> Result<(), Refused> {
    if events.contains(&text) {
        return Ok(());
    }
    Err(Refused::member(member, &format!("is none of {}", events.join(", "))))
}
