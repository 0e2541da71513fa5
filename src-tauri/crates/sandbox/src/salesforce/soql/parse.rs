//! From tokens to a query. Keywords do not mind letter case.

use super::super::refusal::Refusal;
use super::ast::{Condition, Literal, Order, Path, Query, Selected};
use super::lexer::{Token, malformed, tokens};

struct Parser {
    tokens: Vec<Token>,
    at: usize,
}

/// Reads a query.
pub(super) fn parse(text: &str) -> Result<Query, Refusal> {
    let mut parser = Parser { tokens: tokens(text)?, at: 0 };
    let query = parser.query()?;
    match parser.tokens.get(parser.at) {
        None => Ok(query),
        Some(token) => Err(malformed(format!("unexpected token: '{}'", token.shown()))),
    }
}

impl Parser {
    fn is_word(&self, ahead: usize, word: &str) -> bool {
        matches!(self.tokens.get(self.at + ahead), Some(Token::Word(found)) if found.eq_ignore_ascii_case(word))
    }

    fn word(&mut self, word: &str) -> bool {
        let found = self.is_word(0, word);
        self.at += usize::from(found);
        found
    }

    fn sign(&mut self, sign: &str) -> bool {
        let found = matches!(self.tokens.get(self.at), Some(Token::Sign(found)) if *found == sign);
        self.at += usize::from(found);
        found
    }

    fn unexpected<T>(&self) -> Result<T, Refusal> {
        Err(malformed(match self.tokens.get(self.at) {
            Some(token) => format!("unexpected token: '{}'", token.shown()),
            None => "unexpected token: '<EOF>'".to_owned(),
        }))
    }

    fn need(&mut self, found: bool) -> Result<(), Refusal> {
        if found { Ok(()) } else { self.unexpected() }
    }

    fn name(&mut self) -> Result<String, Refusal> {
        match self.tokens.get(self.at) {
            Some(Token::Word(word)) => {
                let word = word.clone();
                self.at += 1;
                Ok(word)
            }
            _ => self.unexpected(),
        }
    }

    fn path(&mut self) -> Result<Path, Refusal> {
        let mut path = vec![self.name()?];
        while self.sign(".") {
            path.push(self.name()?);
        }
        Ok(path)
    }

    fn number(&mut self) -> Result<usize, Refusal> {
        match self.tokens.get(self.at) {
            Some(Token::Number(number)) if *number >= 0.0 && number.fract() == 0.0 => {
                let number = format!("{number}").parse().unwrap_or(usize::MAX);
                self.at += 1;
                Ok(number)
            }
            _ => self.unexpected(),
        }
    }

    fn query(&mut self) -> Result<Query, Refusal> {
        let found = self.word("SELECT");
        self.need(found)?;
        let mut query = Query::default();
        if self.is_word(0, "COUNT") && self.tokens.get(self.at + 2) == Some(&Token::Sign(")")) {
            self.at += 3;
        } else {
            loop {
                let selected = self.selected()?;
                query.select.push(selected);
                if !self.sign(",") {
                    break;
                }
            }
        }
        let found = self.word("FROM");
        self.need(found)?;
        query.from = self.name()?;
        if self.word("USING") {
            self.at += 2;
        }
        if self.word("WHERE") {
            query.condition = Some(self.condition()?);
        }
        if self.word("WITH") {
            // WITH SECURITY_ENFORCED, WITH USER_MODE: nothing more than what is done anyway.
            self.name()?;
        }
        if self.word("ORDER") {
            let found = self.word("BY");
            self.need(found)?;
            loop {
                let path = self.path()?;
                let descending = self.word("DESC");
                if !descending {
                    self.word("ASC");
                }
                let nulls = self.word("NULLS");
                let nulls_last = nulls && self.word("LAST");
                if nulls && !nulls_last {
                    let found = self.word("FIRST");
                    self.need(found)?;
                }
                query.order.push(Order { path, descending, nulls_last });
                if !self.sign(",") {
                    break;
                }
            }
        }
        if self.word("LIMIT") {
            query.limit = Some(self.number()?);
        }
        if self.word("OFFSET") {
            query.offset = self.number()?;
            if query.offset > 2000 {
                let message = "Maximum SOQL offset allowed is 2000";
                return Err(Refusal::new(400, "NUMBER_OUTSIDE_VALID_RANGE", message));
            }
        }
        if self.word("FOR") {
            self.name()?;
        }
        Ok(query)
    }

    fn selected(&mut self) -> Result<Selected, Refusal> {
        if self.sign("(") {
            let inside = self.query()?;
            let found = self.sign(")");
            self.need(found)?;
            return Ok(Selected::Children(Box::new(inside)));
        }
        if self.is_word(0, "FIELDS") && self.tokens.get(self.at + 1) == Some(&Token::Sign("(")) {
            self.at += 2;
            let which = self.name()?.to_uppercase();
            let found = self.sign(")");
            self.need(found)?;
            return Ok(Selected::Fields(which));
        }
        Ok(Selected::Path(self.path()?))
    }

    /// `a AND b AND c` or `a OR b OR c`; the two mix only with brackets.
    fn condition(&mut self) -> Result<Condition, Refusal> {
        let first = self.negated()?;
        let (word, other) = match (self.is_word(0, "AND"), self.is_word(0, "OR")) {
            (true, _) => ("AND", "OR"),
            (_, true) => ("OR", "AND"),
            _ => return Ok(first),
        };
        let mut all = vec![first];
        while self.word(word) {
            all.push(self.negated()?);
        }
        if self.is_word(0, other) {
            return self.unexpected();
        }
        Ok(if word == "AND" { Condition::And(all) } else { Condition::Or(all) })
    }

    fn negated(&mut self) -> Result<Condition, Refusal> {
        if self.word("NOT") {
            return Ok(Condition::Not(Box::new(self.negated()?)));
        }
        if self.sign("(") {
            let inside = self.condition()?;
            let found = self.sign(")");
            self.need(found)?;
            return Ok(inside);
        }
        let path = self.path()?;
        if self.word("LIKE") {
            return match self.literal()? {
                Literal::Text(text) => Ok(Condition::Like(path, text)),
                _ => self.unexpected(),
            };
        }
        let negative = self.is_word(0, "NOT") && self.is_word(1, "IN");
        if negative || self.is_word(0, "IN") {
            self.at += 1 + usize::from(negative);
            let found = self.sign("(");
            self.need(found)?;
            if self.is_word(0, "SELECT") {
                return Err(malformed("this stand-in knows no semi-joins"));
            }
            let mut list = vec![self.literal()?];
            while self.sign(",") {
                list.push(self.literal()?);
            }
            let found = self.sign(")");
            self.need(found)?;
            return Ok(Condition::In(path, negative, list));
        }
        let sign = match self.tokens.get(self.at) {
            Some(Token::Sign(sign @ ("=" | "!=" | "<>" | "<" | ">" | "<=" | ">="))) => (*sign).replace("<>", "!="),
            _ => return self.unexpected(),
        };
        self.at += 1;
        Ok(Condition::Compare(path, sign, self.literal()?))
    }

    fn literal(&mut self) -> Result<Literal, Refusal> {
        let Some(token) = self.tokens.get(self.at).cloned() else { return self.unexpected() };
        self.at += 1;
        Ok(match token {
            Token::Text(text) => Literal::Text(text),
            Token::Number(number) => Literal::Number(number),
            Token::Moment(text) => Literal::Moment(text),
            Token::Word(word) => match word.to_uppercase().as_str() {
                "NULL" => Literal::Null,
                "TRUE" => Literal::Bool(true),
                "FALSE" => Literal::Bool(false),
                day @ ("TODAY" | "YESTERDAY" | "TOMORROW") => Literal::Relative(day.to_owned(), 0),
                days @ ("LAST_N_DAYS" | "N_DAYS_AGO") if self.sign(":") => {
                    Literal::Relative(days.to_owned(), i64::try_from(self.number()?).unwrap_or(i64::MAX))
                }
                _ => {
                    self.at -= 1;
                    return self.unexpected();
                }
            },
            Token::Sign(_) => {
                self.at -= 1;
                return self.unexpected();
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_mind_no_letter_case_and_brackets_mix_and_with_or() {
        let query = parse(
            "select Id, Contact.Name from Case where (A = 1 or B = 'o\\'n') and not C in (1,2) order by D desc nulls last limit 5 offset 2",
        );
        let query = query.expect("a query as clients write it");
        assert_eq!(query.select.len(), 2);
        assert!(matches!(query.condition, Some(Condition::And(ref all)) if all.len() == 2));
        assert_eq!((query.limit, query.offset, query.order[0].descending), (Some(5), 2, true));
        assert!(parse("SELECT Id FROM Case WHERE A = 1 AND B = 2 OR C = 3").is_err(), "mixed without brackets");
    }

    #[test]
    fn what_is_misspelt_is_named() {
        for (text, words) in [
            ("SELECT Id FORM Case", "unexpected token: 'FORM'"),
            ("SELECT Id FROM Case WHERE Subject = 'a", "not closed"),
            ("SELECT Id FROM Case WHERE Subject = 'o'neil'", "not closed"),
            ("SELECT Id FROM Case WHERE", "<EOF>"),
            ("SELECT FROM Case", "unexpected token"),
        ] {
            let refusal = parse(text).expect_err(text);
            assert_eq!(refusal.code, "MALFORMED_QUERY");
            assert!(refusal.message.contains(words), "{text}: {}", refusal.message);
        }
    }
}
