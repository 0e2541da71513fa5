//! Query parameters: unknown ones are refused by name, as unknown members are.

use axum::extract::{FromRequestParts, Query};
use axum::http::request::Parts;

use crate::problem::Problem;
use crate::state::Shared;

/// The parameters of a request that were not yet taken.
pub(crate) struct Params(Vec<(String, String)>);

impl FromRequestParts<Shared> for Params {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &Shared) -> Result<Self, Problem> {
        Query::try_from_uri(&parts.uri)
            .map(|Query(params)| Self(params))
            .map_err(|_| Problem::invalid("query", "cannot be read", "percent-encode names and values"))
    }
}

impl Params {
    /// Takes a text.
    pub(crate) fn text(&mut self, name: &str) -> Result<Option<String>, Problem> {
        let Some(place) = self.0.iter().position(|(given, _)| given == name) else { return Ok(None) };
        let value = self.0.remove(place).1;
        if self.0.iter().any(|(given, _)| given == name) {
            return Err(Problem::invalid(name, "is given twice", "give it once"));
        }
        Ok(Some(value))
    }

    /// Takes a whole number within bounds.
    pub(crate) fn number(&mut self, name: &str, least: i64, most: i64, default: i64) -> Result<i64, Problem> {
        let Some(text) = self.text(name)? else { return Ok(default) };
        text.parse().ok().filter(|number| (least..=most).contains(number)).ok_or_else(|| {
            Problem::invalid(name, "is not usable", format!("give a whole number from {least} to {most}"))
        })
    }

    /// Nothing may be left.
    pub(crate) fn end(self, known: &str) -> Result<(), Problem> {
        match self.0.into_iter().next() {
            None => Ok(()),
            Some((name, _)) => {
                let name: String = name.chars().take(64).collect();
                Err(Problem::invalid(name, "is not known here", format!("use {known}")))
            }
        }
    }
}
