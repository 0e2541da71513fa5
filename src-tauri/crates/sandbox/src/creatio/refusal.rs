//! Refusals, in the very shapes that live instances answer with.
//!
//! `code` is always an empty string, `type` and `stacktrace` are blank on hardened hosts, and the real reason
//! sits in `innererror` or deeper.

use std::fmt;

use serde_json::{Value as Json, json};

use super::switches::{DatabaseEngine, RightsShape, UnknownSet};

/// An answer other than success: the status and what is in the body.
#[derive(Clone, Debug)]
pub struct Refusal {
    /// The HTTP status.
    pub status: u16,
    pub(crate) body: RefusalBody,
}

#[derive(Clone, Debug)]
pub(crate) enum RefusalBody {
    Empty,
    Json(Json),
    Html(String),
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.body {
            RefusalBody::Empty => write!(f, "{}", self.status),
            RefusalBody::Json(body) => write!(f, "{} {body}", self.status),
            RefusalBody::Html(_) => write!(f, "{} (an HTML page)", self.status),
        }
    }
}

impl std::error::Error for Refusal {}

fn inner(message: &str, kind: &str) -> Json {
    json!({ "message": message, "type": kind, "stacktrace": "" })
}

fn envelope(message: &str, inner: Json) -> Json {
    json!({ "error": { "code": "", "message": message, "innererror": inner } })
}

impl Refusal {
    fn json(status: u16, body: Json) -> Self {
        Self { status, body: RefusalBody::Json(body) }
    }

    /// A query that does not parse: 400, the reason twice.
    pub(crate) fn bad_query(reason: &str) -> Self {
        let message = format!("The query specified in the URI is not valid. {reason}");
        Self::json(400, envelope(&message, inner(reason, "")))
    }

    /// An unknown property in a query: only the first is named.
    pub(crate) fn unknown_property(property: &str, entity: &str) -> Self {
        Self::bad_query(&format!(
            "Could not find a property named '{property}' on type 'Terrasoft.Configuration.OData.{entity}'."
        ))
    }

    /// A write body that cannot be taken: 400.
    pub(crate) fn bad_body(reason: &str) -> Self {
        Self::json(400, envelope("The request is invalid.", inner(reason, "")))
    }

    /// A property that the object does not have, in a write body.
    pub(crate) fn undeclared(property: &str, entity: &str) -> Self {
        Self::bad_body(&format!(
            "item : The property '{property}' does not exist on type 'Terrasoft.Configuration.OData.{entity}'. Make \
             sure to only use property names that are defined by the type."
        ))
    }

    /// An exception inside the save: 500, "An error has occurred.", the text one level down.
    pub(crate) fn save_failed(text: &str, kind: &str) -> Self {
        Self::json(500, envelope("An error has occurred.", inner(text, kind)))
    }

    /// A raw foreign key column in `$filter` or `$orderby`: the answer fails half way through being written.
    pub(crate) fn raw_foreign_key(path: &str, entity: &str) -> Self {
        let mut deep = inner(
            "The 'ObjectContent`1' type failed to serialize the response body for content type 'application/json'.",
            "",
        );
        deep["internalexception"] = inner(&format!("Column by path {path} not found in schema {entity}."), "");
        Self::json(500, envelope("An error has occurred.", deep))
    }

    /// A binary column in `$select`.
    pub(crate) fn binary_in_select() -> Self {
        Self::save_failed("Value cannot be null.\r\nParameter name: property", "")
    }

    /// A list longer than `MaxEntityRowCount` without `$top` (the body is UNCONFIRMED).
    pub(crate) fn too_many_rows(max: usize) -> Self {
        let mut deep = inner(
            "The 'ObjectContent`1' type failed to serialize the response body for content type 'application/json'.",
            "",
        );
        deep["internalexception"] = inner(&format!("The maximum number of rows ({max}) has been exceeded."), "");
        Self::json(500, envelope("An error has occurred.", deep))
    }

    /// A lookup that names a row that does not exist.
    pub(crate) fn foreign_key(engine: DatabaseEngine, entity: &str, column: &str, target: &str) -> Self {
        let constraint = format!("FK{entity}{column}");
        match engine {
            DatabaseEngine::PostgreSql => Self::save_failed(
                &format!(
                    "23503: insert or update on table \"{entity}\" violates foreign key constraint \"{constraint}\""
                ),
                "Npgsql.PostgresException",
            ),
            DatabaseEngine::SqlServer => Self::save_failed(
                &format!(
                    "The INSERT statement conflicted with the FOREIGN KEY constraint \"{constraint}\". The conflict \
                     occurred in table \"dbo.{target}\", column 'Id'."
                ),
                "System.Data.SqlClient.SqlException",
            ),
        }
    }

    /// A row that others still name cannot be deleted.
    pub(crate) fn still_referenced(engine: DatabaseEngine, entity: &str, child: &str, column: &str) -> Self {
        let constraint = format!("FK{child}{column}");
        match engine {
            DatabaseEngine::PostgreSql => Self::save_failed(
                &format!(
                    "23503: update or delete on table \"{entity}\" violates foreign key constraint \"{constraint}\" \
                     on table \"{child}\""
                ),
                "Npgsql.PostgresException",
            ),
            DatabaseEngine::SqlServer => Self::save_failed(
                &format!("The DELETE statement conflicted with the REFERENCE constraint \"{constraint}\"."),
                "System.Data.SqlClient.SqlException",
            ),
        }
    }

    /// An `Id` that is taken.
    pub(crate) fn duplicate_key(engine: DatabaseEngine, entity: &str) -> Self {
        match engine {
            DatabaseEngine::PostgreSql => Self::save_failed(
                &format!("23505: duplicate key value violates unique constraint \"PK{entity}Id\""),
                "Npgsql.PostgresException",
            ),
            DatabaseEngine::SqlServer => Self::save_failed(
                &format!(
                    "Violation of PRIMARY KEY constraint 'PK{entity}Id'. Cannot insert duplicate key in object \
                     'dbo.{entity}'."
                ),
                "System.Data.SqlClient.SqlException",
            ),
        }
    }

    /// Text longer than its column (status and words are UNCONFIRMED over OData).
    pub(crate) fn too_long(engine: DatabaseEngine, max: usize) -> Self {
        match engine {
            DatabaseEngine::PostgreSql => Self::save_failed(
                &format!("22001: value too long for type character varying({max})"),
                "Npgsql.PostgresException",
            ),
            DatabaseEngine::SqlServer => {
                Self::save_failed("String or binary data would be truncated.", "System.Data.SqlClient.SqlException")
            }
        }
    }

    /// A required column without a value (words UNCONFIRMED; that it fails is likely).
    pub(crate) fn required(entity: &str, column: &str) -> Self {
        Self::save_failed(&format!("Required column \"{column}\" of \"{entity}\" has no value."), "")
    }

    /// Missing rights on an object. The text is the vendor's; its wrapping over OData is UNCONFIRMED.
    pub(crate) fn no_rights(shape: RightsShape, entity: &str) -> Self {
        let text = format!("Current user does not have permissions for the \"{entity}\" object");
        match shape {
            RightsShape::Forbidden403 => Self::json(403, envelope(&text, inner(&text, ""))),
            RightsShape::Error500 => Self::save_failed(&text, "System.Security.SecurityException"),
            RightsShape::Unauthorized401 => Self::json(401, envelope(&text, inner(&text, ""))),
        }
    }

    /// An entity set that does not exist, in one of the three shapes seen.
    pub(crate) fn unknown_set(shape: UnknownSet, set: &str, uri: &str) -> Self {
        match shape {
            UnknownSet::ServerPage => Self::not_found_page(),
            UnknownSet::ControllerMessage => Self::json(
                404,
                json!({
                    "Message": format!("No HTTP resource was found that matches the request URI '{uri}'."),
                    "MessageDetail": format!("No type was found that matches the controller named '{set}'."),
                }),
            ),
            UnknownSet::Unauthorized => Self::unauthorized(),
        }
    }

    /// The web server's own 404 page.
    pub(crate) fn not_found_page() -> Self {
        Self {
            status: 404,
            body: RefusalBody::Html(
                "<!DOCTYPE html><html><head><title>404 - File or directory not found.</title></head><body>\
                 <h1>Server Error</h1><h2>404 - File or directory not found.</h2></body></html>"
                    .to_owned(),
            ),
        }
    }

    /// No token, or one that has run out: 401 with a body that is not JSON.
    pub(crate) fn unauthorized() -> Self {
        Self {
            status: 401,
            body: RefusalBody::Html(
                "<!DOCTYPE html><html><head><title>401 - Unauthorized</title></head><body>\
                 <h1>Unauthorized</h1><p>Access is denied due to invalid credentials.</p></body></html>"
                    .to_owned(),
            ),
        }
    }

    /// An unhandled exception, in the shape that names its type.
    pub(crate) fn unhandled(text: &str) -> Self {
        Self::json(
            500,
            json!({
                "Message": "An error has occurred.",
                "ExceptionMessage": text,
                "ExceptionType": "System.NullReferenceException",
                "StackTrace": "",
            }),
        )
    }

    /// No record with this key (the body is UNCONFIRMED, so there is none).
    pub(crate) fn no_such_record() -> Self {
        Self { status: 404, body: RefusalBody::Empty }
    }

    /// A status without a body.
    pub(crate) fn bare(status: u16) -> Self {
        Self { status, body: RefusalBody::Empty }
    }

    /// A page of the proxy in front, for 502, 503 and 504.
    pub(crate) fn gateway_page(status: u16, title: &str) -> Self {
        Self {
            status,
            body: RefusalBody::Html(format!(
                "<html>\r\n<head><title>{status} {title}</title></head>\r\n<body>\r\n<center><h1>{status} \
                 {title}</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n"
            )),
        }
    }

    /// The text of the body, for people and for tests.
    pub fn text(&self) -> String {
        match &self.body {
            RefusalBody::Empty => String::new(),
            RefusalBody::Json(body) => body.to_string(),
            RefusalBody::Html(page) => page.clone(),
        }
    }
}
