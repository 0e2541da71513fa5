//! The frame around every page, and how values are put into it.

use std::fmt::Write as _;

use html_escape::{encode_double_quoted_attribute, encode_safe};
use percent_encoding::percent_decode_str;
use uuid::Uuid;

use super::super::database::Database;
use super::super::ids;
use super::super::value::{Value, format_time};
use crate::style::STYLE;

/// Addresses of pages; the control token and who one is go along from page to page.
pub(super) struct Links {
    token: String,
    by: Option<Uuid>,
    /// What the list is narrowed to.
    pub wanted: String,
}

impl Links {
    pub fn from_query(query: Option<&str>) -> Self {
        let query = query.unwrap_or_default();
        let field = |name: &str| query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='));
        let wanted = field("q").unwrap_or_default().replace('+', " ");
        Self {
            token: field("token").unwrap_or_default().to_owned(),
            by: field("by").and_then(|id| Uuid::try_parse(id).ok()),
            wanted: percent_decode_str(&wanted).decode_utf8_lossy().trim().to_owned(),
        }
    }

    /// Who acts on these pages.
    pub fn by(&self) -> Uuid {
        self.by.unwrap_or(ids::SUPERVISOR_CONTACT)
    }

    fn query(&self) -> String {
        let token = (!self.token.is_empty()).then(|| format!("token={}", self.token));
        let by = self.by.map(|by| format!("by={by}"));
        let pairs: Vec<String> = token.into_iter().chain(by).collect();
        if pairs.is_empty() { String::new() } else { format!("?{}", pairs.join("&")) }
    }

    /// Hidden fields for forms whose own fields replace the query.
    pub fn hidden(&self, with_by: bool) -> String {
        let mut fields = format!("<input type=\"hidden\" name=\"token\" value=\"{}\">", encode_safe(&self.token));
        if let Some(by) = self.by.filter(|_| with_by) {
            let _ = write!(fields, "<input type=\"hidden\" name=\"by\" value=\"{by}\">");
        }
        fields
    }

    pub fn list(&self) -> String {
        encode_double_quoted_attribute(&self.list_address()).into_owned()
    }

    pub fn case(&self, id: Uuid) -> String {
        encode_double_quoted_attribute(&self.case_address(id)).into_owned()
    }

    /// Where the acts on a case go.
    pub fn act(&self, id: Uuid) -> String {
        encode_double_quoted_attribute(&format!("/sandbox/cases/{id}/act{}", self.query())).into_owned()
    }

    /// The list's address, not yet escaped for markup.
    pub fn list_address(&self) -> String {
        format!("/sandbox/{}", self.query())
    }

    /// A case's address, not yet escaped for markup.
    pub fn case_address(&self, id: Uuid) -> String {
        format!("/sandbox/cases/{id}{}", self.query())
    }
}

/// A whole page; `body` is markup already.
pub(super) fn frame(title: &str, aside: &str, links: &Links, body: &str) -> String {
    format!(
        "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" \
         content=\"width=device-width,initial-scale=1\"><meta name=\"referrer\" content=\"no-referrer\">\
         <title>{}</title><style>{STYLE}</style></head><body><header><a href=\"{}\">Sandbox CRM</a>\
         <span>{}</span></header><main>{body}</main></body></html>",
        encode_safe(title),
        links.list(),
        encode_safe(aside),
    )
}

/// The page of a case that is not there.
pub(super) fn gone(links: &Links) -> String {
    let body = format!(
        "<div class=\"empty\"><p>There is no such case. It may have been deleted.</p><p><a href=\"{}\">All \
         cases</a></p></div>",
        links.list()
    );
    frame("Case not found", "", links, &body)
}

/// The display name of a lookup's row.
pub(super) fn name_of(database: &Database, entity: &str, id: Option<Uuid>) -> String {
    let Some(id) = id else { return String::new() };
    database.field(entity, id, "Name").text().unwrap_or_default().to_owned()
}

/// A moment, to the second.
pub(super) fn moment(value: &Value) -> String {
    match value {
        Value::Time(at) => {
            let text = format_time(*at, 0);
            text.chars().take(19).collect::<String>().replace('T', " ")
        }
        _ => String::new(),
    }
}

/// A case status in its colour; flags decide, not names.
pub(super) fn status_chip(database: &Database, status: Option<Uuid>) -> String {
    let flag = |name: &str| status.is_some_and(|id| database.field("CaseStatus", id, name).is_true());
    let stage = status.map(|id| database.field("CaseStatus", id, "StageNumber"));
    let class = if flag("IsFinal") {
        "off"
    } else if flag("IsResolved") {
        "done"
    } else if stage == Some(Value::Int(1)) {
        "new"
    } else {
        "run"
    };
    format!("<span class=\"chip {class}\">{}</span>", encode_safe(&name_of(database, "CaseStatus", status)))
}
