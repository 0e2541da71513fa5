//! What a query says.

/// A field, or a path through references to one.
pub(super) type Path = Vec<String>;

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Selected {
    Path(Path),
    /// `FIELDS(ALL)`, `FIELDS(STANDARD)`, `FIELDS(CUSTOM)`.
    Fields(String),
    /// `(SELECT ... FROM CaseComments)`.
    Children(Box<Query>),
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Literal {
    Null,
    Bool(bool),
    Number(f64),
    Text(String),
    /// A date or date-time, not in quotes.
    Moment(String),
    /// `TODAY`, `LAST_N_DAYS:3`.
    Relative(String, i64),
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Condition {
    Compare(Path, String, Literal),
    In(Path, bool, Vec<Literal>),
    Like(Path, String),
    And(Vec<Condition>),
    Or(Vec<Condition>),
    Not(Box<Condition>),
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Order {
    pub path: Path,
    pub descending: bool,
    pub nulls_last: bool,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Query {
    /// Empty means `COUNT()`.
    pub select: Vec<Selected>,
    pub from: String,
    pub condition: Option<Condition>,
    pub order: Vec<Order>,
    pub limit: Option<usize>,
    pub offset: usize,
}
