//! The formula language, as far as validation rules need it.

use serde_json::Value as Json;

use super::lexer::{Token, tokens};

/// A parsed formula.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Formula {
    Value(Value),
    Field(String),
    Call(String, Vec<Formula>),
    Binary(String, Box<Formula>, Box<Formula>),
    Minus(Box<Formula>),
}

/// A value of a formula; blank is nothing.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Value {
    Blank,
    Bool(bool),
    Number(f64),
    Text(String),
}

/// Where field values come from.
pub(crate) trait Record {
    fn now(&self, field: &str) -> Value;
    fn before(&self, field: &str) -> Value;
    fn is_new(&self) -> bool;
}

/// Functions with how many arguments they take.
const FUNCTIONS: [(&str, usize, usize); 20] = [
    ("AND", 1, 99),
    ("OR", 1, 99),
    ("NOT", 1, 1),
    ("IF", 3, 3),
    ("ISNEW", 0, 0),
    ("ISCHANGED", 1, 1),
    ("PRIORVALUE", 1, 1),
    ("ISBLANK", 1, 1),
    ("ISNULL", 1, 1),
    ("BLANKVALUE", 2, 2),
    ("NULLVALUE", 2, 2),
    ("LEN", 1, 1),
    ("TEXT", 1, 1),
    ("VALUE", 1, 1),
    ("ISPICKVAL", 2, 2),
    ("CONTAINS", 2, 2),
    ("BEGINS", 2, 2),
    ("ABS", 1, 1),
    ("MAX", 1, 99),
    ("MIN", 1, 99),
];

struct Parser {
    tokens: Vec<Token>,
    at: usize,
}

/// Operators from the loosest to the tightest.
const LEVELS: [&[&str]; 6] =
    [&["||"], &["&&"], &["=", "==", "<>", "!="], &["<", ">", "<=", ">="], &["+", "-", "&"], &["*", "/"]];

impl Parser {
    fn sign(&mut self, signs: &[&str]) -> Option<String> {
        match self.tokens.get(self.at) {
            Some(Token::Sign(sign)) if signs.contains(&sign.as_str()) => {
                self.at += 1;
                Some(sign.clone())
            }
            _ => None,
        }
    }

    fn level(&mut self, level: usize) -> Result<Formula, String> {
        let Some(signs) = LEVELS.get(level) else { return self.one() };
        let mut left = self.level(level + 1)?;
        while let Some(sign) = self.sign(signs) {
            let right = self.level(level + 1)?;
            left = Formula::Binary(sign, Box::new(left), Box::new(right));
        }
        Ok(left)
    }

    fn one(&mut self) -> Result<Formula, String> {
        if self.sign(&["!"]).is_some() {
            return Ok(Formula::Call("NOT".to_owned(), vec![self.one()?]));
        }
        if self.sign(&["-"]).is_some() {
            return Ok(Formula::Minus(Box::new(self.one()?)));
        }
        if self.sign(&["("]).is_some() {
            let inside = self.level(0)?;
            return self.sign(&[")"]).map(|_| inside).ok_or_else(|| "Syntax error. Missing ')'".to_owned());
        }
        let token = self.tokens.get(self.at).cloned().ok_or("Syntax error")?;
        self.at += 1;
        match token {
            Token::Number(number) => Ok(Formula::Value(Value::Number(number))),
            Token::Text(text) => Ok(Formula::Value(Value::Text(text))),
            Token::Name(name) if self.sign(&["("]).is_some() => {
                let name = name.to_uppercase();
                let mut arguments = Vec::new();
                while self.sign(&[")"]).is_none() {
                    if !arguments.is_empty() && self.sign(&[","]).is_none() {
                        return Err("Syntax error. Missing ')'".to_owned());
                    }
                    arguments.push(self.level(0)?);
                }
                let (_, least, most) = FUNCTIONS
                    .iter()
                    .find(|(known, ..)| *known == name)
                    .ok_or(format!("Unknown function {name}. Check spelling."))?;
                if arguments.len() < *least || arguments.len() > *most {
                    return Err(format!(
                        "Incorrect number of parameters for function '{name}()'. Expected {least}, received {}",
                        arguments.len()
                    ));
                }
                Ok(Formula::Call(name, arguments))
            }
            Token::Name(name) => Ok(match name.to_uppercase().as_str() {
                "TRUE" => Formula::Value(Value::Bool(true)),
                "FALSE" => Formula::Value(Value::Bool(false)),
                "NULL" => Formula::Value(Value::Blank),
                _ => Formula::Field(name),
            }),
            Token::Sign(sign) => Err(format!("Syntax error. Found '{sign}'")),
        }
    }
}

impl Formula {
    /// Reads a formula; the error is what a deployment shows.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut parser = Parser { tokens: tokens(text)?, at: 0 };
        let formula = parser.level(0)?;
        match parser.tokens.get(parser.at) {
            None => Ok(formula),
            Some(_) => Err("Syntax error. Extra text after the formula".to_owned()),
        }
    }

    /// The fields that it names.
    pub fn fields(&self) -> Vec<&str> {
        match self {
            Self::Value(_) => Vec::new(),
            Self::Field(name) => vec![name],
            Self::Call(_, arguments) => arguments.iter().flat_map(Self::fields).collect(),
            Self::Binary(_, left, right) => left.fields().into_iter().chain(right.fields()).collect(),
            Self::Minus(inside) => inside.fields(),
        }
    }

    /// What it comes to for a record.
    pub fn value(&self, record: &dyn Record) -> Value {
        match self {
            Self::Value(value) => value.clone(),
            Self::Field(name) => record.now(name),
            Self::Minus(inside) => match inside.value(record) {
                Value::Number(number) => Value::Number(-number),
                other => other,
            },
            Self::Binary(sign, left, right) => binary(sign, left, right, record),
            Self::Call(name, arguments) => call(name, arguments, record),
        }
    }

    pub fn is_true(&self, record: &dyn Record) -> bool {
        self.value(record) == Value::Bool(true)
    }
}

fn binary(sign: &str, left: &Formula, right: &Formula, record: &dyn Record) -> Value {
    match sign {
        "&&" => return Value::Bool(left.is_true(record) && right.is_true(record)),
        "||" => return Value::Bool(left.is_true(record) || right.is_true(record)),
        _ => {}
    }
    let (left, right) = (left.value(record), right.value(record));
    let order = match (&left, &right) {
        (Value::Number(left), Value::Number(right)) => left.partial_cmp(right),
        (Value::Text(left), Value::Text(right)) => Some(left.cmp(right)),
        (Value::Bool(left), Value::Bool(right)) => Some(left.cmp(right)),
        _ => None,
    };
    let number = |work: fn(f64, f64) -> f64| match (&left, &right) {
        (Value::Number(left), Value::Number(right)) => Value::Number(work(*left, *right)),
        _ => Value::Blank,
    };
    match sign {
        "=" | "==" => Value::Bool(left == right),
        "<>" | "!=" => Value::Bool(left != right),
        "<" => Value::Bool(order.is_some_and(std::cmp::Ordering::is_lt)),
        ">" => Value::Bool(order.is_some_and(std::cmp::Ordering::is_gt)),
        "<=" => Value::Bool(order.is_some_and(std::cmp::Ordering::is_le)),
        ">=" => Value::Bool(order.is_some_and(std::cmp::Ordering::is_ge)),
        "&" => Value::Text(left.text() + &right.text()),
        "+" if matches!(left, Value::Text(_)) => Value::Text(left.text() + &right.text()),
        "+" => number(|a, b| a + b),
        "-" => number(|a, b| a - b),
        "*" => number(|a, b| a * b),
        _ => number(|a, b| a / b),
    }
}

fn call(name: &str, arguments: &[Formula], record: &dyn Record) -> Value {
    let value = |at: usize| arguments.get(at).map_or(Value::Blank, |argument| argument.value(record));
    let field = || match arguments.first() {
        Some(Formula::Field(name)) => name.as_str(),
        _ => "",
    };
    match name {
        "AND" => Value::Bool(arguments.iter().all(|argument| argument.is_true(record))),
        "OR" => Value::Bool(arguments.iter().any(|argument| argument.is_true(record))),
        "NOT" => Value::Bool(value(0) != Value::Bool(true)),
        "IF" if value(0) == Value::Bool(true) => value(1),
        "IF" => value(2),
        "ISNEW" => Value::Bool(record.is_new()),
        // Of a new record nothing has changed, and the prior value is the present one.
        "ISCHANGED" => Value::Bool(!record.is_new() && record.now(field()) != record.before(field())),
        "PRIORVALUE" if record.is_new() => record.now(field()),
        "PRIORVALUE" => record.before(field()),
        "ISBLANK" | "ISNULL" => Value::Bool(value(0) == Value::Blank),
        "BLANKVALUE" | "NULLVALUE" => match value(0) {
            Value::Blank => value(1),
            other => other,
        },
        "LEN" => Value::Number(f64::from(u32::try_from(value(0).text().chars().count()).unwrap_or(u32::MAX))),
        "TEXT" => Value::Text(value(0).text()),
        "VALUE" => value(0).text().parse().map_or(Value::Blank, Value::Number),
        "ISPICKVAL" => Value::Bool(value(0).text() == value(1).text()),
        "CONTAINS" => Value::Bool(value(0).text().contains(&value(1).text())),
        "BEGINS" => Value::Bool(value(0).text().starts_with(&value(1).text())),
        _ => {
            let numbers = arguments.iter().filter_map(|argument| match argument.value(record) {
                Value::Number(number) => Some(number),
                _ => None,
            });
            let found = match name {
                "MAX" => numbers.reduce(f64::max),
                "MIN" => numbers.reduce(f64::min),
                _ => numbers.map(f64::abs).next(),
            };
            found.map_or(Value::Blank, Value::Number)
        }
    }
}

impl Value {
    fn text(&self) -> String {
        match self {
            Self::Blank => String::new(),
            Self::Bool(flag) => flag.to_string(),
            Self::Number(number) => number.to_string(),
            Self::Text(text) => text.clone(),
        }
    }
}

impl From<&Json> for Value {
    fn from(value: &Json) -> Self {
        match value {
            Json::Bool(flag) => Self::Bool(*flag),
            Json::Number(number) => number.as_f64().map_or(Self::Blank, Self::Number),
            Json::String(text) => Self::Text(text.clone()),
            _ => Self::Blank,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Seq(Value, Value, bool);

    impl Record for Seq {
        fn now(&self, _: &str) -> Value {
            self.0.clone()
        }
        fn before(&self, _: &str) -> Value {
            self.1.clone()
        }
        fn is_new(&self) -> bool {
            self.2
        }
    }

    fn holds(formula: &str, now: Value, before: Value) -> bool {
        Formula::parse(formula).unwrap_or_else(|error| panic!("{formula}: {error}")).is_true(&Seq(now, before, false))
    }

    #[test]
    fn operators_bind_as_they_do_in_arithmetic() {
        let none = || (Value::Blank, Value::Blank);
        for formula in [
            "1 + 2 * 3 = 7",
            "NOT(1 > 2) && 'a' & \"b\" = 'ab'",
            "(1+2)*3 <> 7",
            "!(1 = 2) || 1 = 2",
            "-1 < 1 /* so */",
        ] {
            let (now, before) = none();
            assert!(holds(formula, now, before), "{formula}");
        }
    }

    #[test]
    fn changes_are_seen_against_the_row_as_it_was() {
        let number = Value::Number;
        let grew = "AND(ISCHANGED(Seq__c), Seq__c > PRIORVALUE(Seq__c))";
        assert!(holds(grew, number(3.0), number(2.0)));
        assert!(!holds(grew, number(2.0), number(2.0)));
        assert!(!holds(grew, number(2.0), Value::Blank), "a comparison with what was never set is not true");
        assert!(holds("Seq__c > BLANKVALUE(PRIORVALUE(Seq__c), 0)", number(2.0), Value::Blank));
    }

    #[test]
    fn mistakes_are_named() {
        for (formula, words) in [
            ("AND(1 = 1", "Missing ')'"),
            ("FROB(1)", "Unknown function FROB"),
            ("NOT(1, 2)", "Incorrect number of parameters"),
            ("1 = 1 1", "Extra"),
            ("a # b", "Found '#'"),
        ] {
            let error = Formula::parse(formula).expect_err(formula);
            assert!(error.contains(words), "{formula}: {error}");
        }
    }
}
