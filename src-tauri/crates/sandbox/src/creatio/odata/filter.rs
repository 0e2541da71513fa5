//! The `$filter` grammar: comparisons, `and`, `or`, `not`, parentheses, and three text functions.

use std::sync::Arc;

use jiff::Timestamp;
use uuid::Uuid;

use super::super::database::Database;
use super::super::refusal::Refusal;
use super::super::schema::{Entity, Kind};
use super::lexer::{Placed, Token, split};
use super::node_count::check as check_nodes;
use super::path::ColumnPath;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Compare {
    Eq,
    Ne,
    Gt,
    Ge,
    Lt,
    Le,
}

impl Compare {
    fn read(word: &str) -> Option<Self> {
        Some(match word {
            "eq" => Self::Eq,
            "ne" => Self::Ne,
            "gt" => Self::Gt,
            "ge" => Self::Ge,
            "lt" => Self::Lt,
            "le" => Self::Le,
            _ => return None,
        })
    }

    fn kind_name(self) -> &'static str {
        match self {
            Self::Eq => "Equal",
            Self::Ne => "NotEqual",
            Self::Gt => "GreaterThan",
            Self::Ge => "GreaterThanOrEqual",
            Self::Lt => "LessThan",
            Self::Le => "LessThanOrEqual",
        }
    }

    /// The same comparison with its sides exchanged.
    fn mirrored(self) -> Self {
        match self {
            Self::Gt => Self::Lt,
            Self::Ge => Self::Le,
            Self::Lt => Self::Gt,
            Self::Le => Self::Ge,
            same => same,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TextFunction {
    Contains,
    StartsWith,
    EndsWith,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Literal {
    Null,
    Bool(bool),
    Text(String),
    Guid(Uuid),
    Time(Timestamp),
    Number(f64),
}

/// A condition on a row.
#[derive(Clone, Debug)]
pub(crate) enum Expr {
    And(Box<Expr>, Box<Expr>),
    Or(Box<Expr>, Box<Expr>),
    Not(Box<Expr>),
    Compare { op: Compare, path: Path, literal: Literal },
    Function { function: TextFunction, path: Path, text: String },
    Truth(Path),
}

/// A resolved path.
pub(crate) type Path = ColumnPath;

struct Parser<'a> {
    database: &'a Database,
    entity: &'a Arc<Entity>,
    source: &'a str,
    tokens: Vec<Placed>,
    next: usize,
    raw_key: Option<String>,
}

/// Parses a filter on an object. What only fails when it runs, a raw foreign key, is reported last.
pub(crate) fn parse(database: &Database, entity: &Arc<Entity>, source: &str) -> Result<Expr, Refusal> {
    let tokens = split(source).map_err(|reason| Refusal::bad_query(&reason))?;
    let mut parser = Parser { database, entity, source, tokens, next: 0, raw_key: None };
    let expr = parser.or()?;
    if parser.next < parser.tokens.len() {
        return Err(parser.syntax());
    }
    check_nodes(&expr)?;
    match parser.raw_key {
        Some(path) => Err(Refusal::raw_foreign_key(&path, &entity.name)),
        None => Ok(expr),
    }
}

impl Parser<'_> {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.next).map(|placed| &placed.token)
    }

    fn word(&self) -> Option<&str> {
        match self.peek() {
            Some(Token::Name(name)) => Some(name),
            _ => None,
        }
    }

    fn take(&mut self, token: &Token) -> Result<(), Refusal> {
        if self.peek() == Some(token) {
            self.next += 1;
            return Ok(());
        }
        Err(self.syntax())
    }

    fn syntax(&self) -> Refusal {
        let at = self.tokens.get(self.next).map_or(self.source.len(), |placed| placed.at);
        Refusal::bad_query(&format!("Syntax error at position {at} in '{}'.", self.source))
    }

    fn or(&mut self) -> Result<Expr, Refusal> {
        let mut left = self.and()?;
        while self.word() == Some("or") {
            self.next += 1;
            left = Expr::Or(Box::new(left), Box::new(self.and()?));
        }
        Ok(left)
    }

    fn and(&mut self) -> Result<Expr, Refusal> {
        let mut left = self.unary()?;
        while self.word() == Some("and") {
            self.next += 1;
            left = Expr::And(Box::new(left), Box::new(self.unary()?));
        }
        Ok(left)
    }

    fn unary(&mut self) -> Result<Expr, Refusal> {
        if self.word() == Some("not") {
            self.next += 1;
            return Ok(Expr::Not(Box::new(self.unary()?)));
        }
        if self.peek() == Some(&Token::Open) {
            self.next += 1;
            let inside = self.or()?;
            self.take(&Token::Close)?;
            return Ok(inside);
        }
        self.comparison()
    }

    fn comparison(&mut self) -> Result<Expr, Refusal> {
        if let Some(name) = self.word().map(str::to_owned)
            && self.tokens.get(self.next + 1).is_some_and(|placed| placed.token == Token::Open)
        {
            let call = self.function(&name)?;
            return self.maybe_equals_bool(call);
        }
        if let Some(literal) = self.literal() {
            let op = self.operator()?;
            let path = self.path()?;
            return self.compare(op.mirrored(), path, literal);
        }
        let path = self.path()?;
        let Some(op) = self.word().and_then(Compare::read) else {
            if path.kind == Kind::Bool {
                return Ok(Expr::Truth(path));
            }
            return Err(self.syntax());
        };
        self.next += 1;
        let Some(literal) = self.literal() else { return Err(self.syntax()) };
        self.compare(op, path, literal)
    }

    fn operator(&mut self) -> Result<Compare, Refusal> {
        let op = self.word().and_then(Compare::read).ok_or_else(|| self.syntax())?;
        self.next += 1;
        Ok(op)
    }

    fn path(&mut self) -> Result<Path, Refusal> {
        let Some(name) = self.word().map(str::to_owned) else { return Err(self.syntax()) };
        let path = ColumnPath::resolve(self.database, self.entity, &name)?;
        self.next += 1;
        if self.raw_key.is_none() {
            self.raw_key.clone_from(&path.raw_key);
        }
        Ok(path)
    }

    fn literal(&mut self) -> Option<Literal> {
        let literal = match self.peek()? {
            Token::Text(text) => Literal::Text(text.clone()),
            Token::Guid(id) => Literal::Guid(*id),
            Token::Time(at) => Literal::Time(*at),
            Token::Number(number) => Literal::Number(*number),
            Token::Name(name) => match name.as_str() {
                "null" => Literal::Null,
                "true" => Literal::Bool(true),
                "false" => Literal::Bool(false),
                _ => return None,
            },
            _ => return None,
        };
        self.next += 1;
        Some(literal)
    }

    fn function(&mut self, name: &str) -> Result<Expr, Refusal> {
        let function = match name {
            "contains" => TextFunction::Contains,
            "startswith" => TextFunction::StartsWith,
            "endswith" => TextFunction::EndsWith,
            _ => return Err(Refusal::bad_query(&format!("An unknown function with name '{name}' was found."))),
        };
        self.next += 1;
        self.take(&Token::Open)?;
        let path = self.path()?;
        self.take(&Token::Comma)?;
        let Some(Literal::Text(text)) = self.literal() else { return Err(self.syntax()) };
        self.take(&Token::Close)?;
        if !matches!(path.kind, Kind::Text { .. }) {
            return Err(Refusal::bad_query(&format!(
                "No function signature for the function with name '{name}' matches the specified arguments."
            )));
        }
        Ok(Expr::Function { function, path, text })
    }

    /// `contains(...) eq true` is how some clients write it.
    fn maybe_equals_bool(&mut self, call: Expr) -> Result<Expr, Refusal> {
        let Some(op @ (Compare::Eq | Compare::Ne)) = self.word().and_then(Compare::read) else { return Ok(call) };
        self.next += 1;
        match self.literal() {
            Some(Literal::Bool(wanted)) if wanted == (op == Compare::Eq) => Ok(call),
            Some(Literal::Bool(_)) => Ok(Expr::Not(Box::new(call))),
            _ => Err(self.syntax()),
        }
    }

    /// Both sides must be of one type: a date or GUID in quotes is text, and refused.
    fn compare(&self, op: Compare, path: Path, literal: Literal) -> Result<Expr, Refusal> {
        let edm = edm_name(&path.kind);
        let fits = matches!(
            (&path.kind, &literal),
            (_, Literal::Null)
                | (Kind::Guid | Kind::Lookup { .. }, Literal::Guid(_))
                | (Kind::Text { .. }, Literal::Text(_))
                | (Kind::Int | Kind::Decimal, Literal::Number(_))
                | (Kind::Bool, Literal::Bool(_))
                | (Kind::Time, Literal::Time(_))
        );
        if fits {
            return Ok(Expr::Compare { op, path, literal });
        }
        let other = match literal {
            Literal::Null => "<null>",
            Literal::Bool(_) => "Edm.Boolean",
            Literal::Text(_) => "Edm.String",
            Literal::Guid(_) => "Edm.Guid",
            Literal::Time(_) => "Edm.DateTimeOffset",
            Literal::Number(_) => "Edm.Int32",
        };
        Err(Refusal::bad_query(&format!(
            "A binary operator with incompatible types was detected. Found operand types '{edm}' and '{other}' for \
             operator kind '{}'.",
            op.kind_name()
        )))
    }
}

/// The EDM type of a column. There is no `Edm.Date`: every temporal column is a DateTimeOffset.
pub(super) fn edm_name(kind: &Kind) -> &'static str {
    match kind {
        Kind::Guid | Kind::Lookup { .. } => "Edm.Guid",
        Kind::Text { .. } => "Edm.String",
        Kind::Int => "Edm.Int32",
        Kind::Decimal => "Edm.Decimal",
        Kind::Bool => "Edm.Boolean",
        Kind::Time => "Edm.DateTimeOffset",
        Kind::Binary => "Edm.Stream",
    }
}
