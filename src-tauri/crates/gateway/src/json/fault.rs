//! What is wrong with a body, and where.

use std::fmt::{self, Write as _};

use serde::de::{Error, Expected, Unexpected};

/// Longest piece of the caller's own text that is repeated in a fault.
const QUOTED: usize = 64;

#[derive(Debug, Clone, PartialEq, Eq)]
enum Step {
    Member(String),
    Item(usize),
}

/// One thing that is wrong, with the way to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fault {
    /// The way from the value outwards: the last step is the outermost.
    steps: Vec<Step>,
    /// Reads on after the member's name.
    pub(crate) problem: String,
    /// What would have been right; a list when it is one of several names.
    known: Vec<String>,
    advice: Option<&'static str>,
    /// How many steps there were when a member was found unknown.
    is_unknown_member: bool,
}

impl Fault {
    pub(crate) fn new(problem: impl Into<String>) -> Self {
        Self { steps: Vec::new(), problem: problem.into(), known: Vec::new(), advice: None, is_unknown_member: false }
    }

    pub(crate) fn advice(mut self, advice: &'static str) -> Self {
        self.advice = Some(advice);
        self
    }

    /// The fault is inside this member.
    pub(crate) fn inside(mut self, member: &str) -> Self {
        self.steps.push(Step::Member(quoted(member)));
        self
    }

    /// The fault is inside this item.
    pub(crate) fn at(mut self, index: usize) -> Self {
        self.steps.push(Step::Item(index));
        self
    }

    /// These names would have been right too, beside the unknown one.
    pub(crate) fn also_known(mut self, names: &[&str]) -> Self {
        if self.is_unknown_member && self.steps.len() == 1 {
            self.known.splice(0..0, names.iter().map(|name| (*name).to_owned()));
        }
        self
    }

    /// The way to the fault, e.g. `events[3].text`; `None` for the body itself.
    pub(crate) fn member(&self) -> Option<String> {
        let mut path = String::new();
        for step in self.steps.iter().rev() {
            // Writing into a string cannot fail.
            let _ = match step {
                Step::Member(name) if path.is_empty() => write!(path, "{name}"),
                Step::Member(name) => write!(path, ".{name}"),
                Step::Item(index) => write!(path, "[{index}]"),
            };
        }
        Some(path).filter(|path| !path.is_empty())
    }

    /// What to do about it; may be empty.
    pub(crate) fn hint(&self) -> String {
        if let Some(advice) = self.advice {
            return advice.to_owned();
        }
        if self.known.is_empty() {
            return String::new();
        }
        let names = self.known.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
        format!("use one of {names}")
    }
}

fn quoted(text: &str) -> String {
    if text.chars().count() <= QUOTED {
        return text.to_owned();
    }
    text.chars().take(QUOTED).chain(['…']).collect()
}

/// The type of a value, without the value: it may be personal.
fn type_name(found: &Unexpected<'_>) -> &'static str {
    match found {
        Unexpected::Bool(_) => "a boolean",
        Unexpected::Unsigned(_) | Unexpected::Signed(_) | Unexpected::Float(_) => "a number",
        Unexpected::Str(_) | Unexpected::Char(_) => "a string",
        Unexpected::Unit | Unexpected::Option => "null",
        Unexpected::Seq => "an array",
        Unexpected::Map => "an object",
        _ => "something else",
    }
}

/// What a derived reader expects, in the words of JSON.
fn wanted(expected: &dyn Expected) -> String {
    let text = expected.to_string();
    if text.starts_with("struct ") || text == "a map" {
        "an object".into()
    } else if text == "a sequence" {
        "an array".into()
    } else {
        text
    }
}

impl Error for Fault {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self::new(format!("is not usable: {}", quoted(&message.to_string())))
    }

    fn invalid_type(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::new(format!("is {}, not {}", type_name(&found), wanted(expected)))
    }

    fn invalid_value(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::new(format!("is {} out of range, not {}", type_name(&found), wanted(expected)))
    }

    fn unknown_variant(variant: &str, expected: &'static [&'static str]) -> Self {
        let mut fault = Self::new(format!("is `{}`, which is not known", quoted(variant)));
        fault.known = expected.iter().map(|name| (*name).to_owned()).collect();
        fault
    }

    fn unknown_field(field: &str, expected: &'static [&'static str]) -> Self {
        let mut fault = Self::new("is not known here").inside(field);
        fault.known = expected.iter().map(|name| (*name).to_owned()).collect();
        fault.is_unknown_member = true;
        fault
    }

    fn missing_field(field: &'static str) -> Self {
        Self::new("is missing").inside(field)
    }

    fn duplicate_field(field: &'static str) -> Self {
        Self::new("is given twice").inside(field)
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.member() {
            Some(member) => write!(f, "`{member}` {}", self.problem),
            None => write!(f, "the body {}", self.problem),
        }
    }
}

impl std::error::Error for Fault {}
