//! The session named in a path.

use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;
use casebridge_domain::SessionId;

use crate::problem::{Kind, Problem};
use crate::state::Shared;

/// `{id}` of a session's routes.
pub(crate) struct SessionPath(pub(crate) SessionId);

impl FromRequestParts<Shared> for SessionPath {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &Shared) -> Result<Self, Problem> {
        let given = Path::<String>::from_request_parts(parts, state).await.ok();
        given.and_then(|Path(text)| text.parse().ok()).map(Self).ok_or_else(|| {
            Problem::new(Kind::NotFound, "the path names no session")
                .member("id")
                .hint("session ids look like `ses_<32 hex digits>`; find one with ?source=..&external_id=..")
        })
    }
}
