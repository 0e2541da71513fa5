//! The frame around every page, and the addresses in it.

use html_escape::{encode_double_quoted_attribute, encode_safe};

use super::super::shared::State;
use super::login::Visitor;
use crate::style::STYLE;

/// Addresses of pages; the control token and who one is go along from page to page.
pub(super) struct Links {
    token: String,
    by: String,
}

impl Links {
    pub fn from_query(query: Option<&str>) -> Self {
        let pairs = url::form_urlencoded::parse(query.unwrap_or_default().as_bytes());
        let (mut token, mut by) = (String::new(), String::new());
        for (name, value) in pairs {
            match name.as_ref() {
                "token" => token = value.into_owned(),
                "by" => by = value.into_owned(),
                _ => {}
            }
        }
        Self { token, by }
    }

    /// As `from_query`; whoever signed in acts as themselves unless another is chosen.
    pub fn of(query: Option<&str>, visitor: &Visitor) -> Self {
        let links = Self::from_query(query);
        match (&visitor.0, links.by.is_empty()) {
            (Some(user), true) => Self { by: user.clone(), ..links },
            _ => links,
        }
    }

    /// Who acts on these pages: the third user, a rep, unless another is chosen.
    pub fn by(&self, state: &State) -> String {
        let known = state.database.user(&self.by).map(|user| user.id.clone());
        let users = &state.database.users;
        known.or_else(|| users.get(2).or_else(|| users.first()).map(|user| user.id.clone())).unwrap_or_default()
    }

    fn query(&self) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        for (name, value) in [("token", &self.token), ("by", &self.by)] {
            if !value.is_empty() {
                query.append_pair(name, value);
            }
        }
        match query.finish() {
            empty if empty.is_empty() => empty,
            query => format!("?{query}"),
        }
    }

    /// The token as a hidden field, for forms whose own fields replace the query.
    pub fn hidden(&self) -> String {
        format!("<input type=\"hidden\" name=\"token\" value=\"{}\">", encode_safe(&self.token))
    }

    /// The list's address, not yet escaped for markup.
    pub fn list(&self) -> String {
        format!("/sandbox/{}", self.query())
    }

    /// A case's address, not yet escaped for markup.
    pub fn case(&self, id: &str) -> String {
        format!("/sandbox/cases/{id}{}", self.query())
    }

    /// Where the acts on a case go, escaped.
    pub fn act(&self, id: &str) -> String {
        attribute(&format!("/sandbox/cases/{id}/act{}", self.query()))
    }
}

pub(super) fn attribute(text: &str) -> String {
    encode_double_quoted_attribute(text).into_owned()
}

/// A whole page; `body` is markup already.
pub(super) fn frame(title: &str, aside: &str, links: &Links, body: &str) -> String {
    format!(
        "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" \
         content=\"width=device-width,initial-scale=1\"><meta name=\"referrer\" content=\"no-referrer\">\
         <title>{}</title><style>{STYLE}</style></head><body><header><a href=\"{}\">Sandbox Salesforce</a>\
         <span>{}</span></header><main>{body}</main></body></html>",
        encode_safe(title),
        attribute(&links.list()),
        encode_safe(aside),
    )
}

/// The page of a case that is not there.
pub(super) fn gone(links: &Links) -> String {
    let body = format!(
        "<div class=\"empty\"><p>There is no such case. It may have been deleted or merged.</p><p><a href=\"{}\">All \
         cases</a></p></div>",
        attribute(&links.list())
    );
    frame("Case not found", "", links, &body)
}

/// A stored date-time, to the second.
pub(super) fn moment(text: &str) -> String {
    text.get(..19).unwrap_or_default().replace('T', " ")
}

/// The display name of a record.
pub(super) fn name_of(state: &State, id: &str) -> String {
    let Some(object) = state.database.object_of(id) else { return String::new() };
    let field = if object.name == "Case" { "CaseNumber" } else { "Name" };
    state.database.text(&object.name, id, field)
}

/// A status in its colour; the flag decides, not the name.
pub(super) fn chip(state: &State, status: &str, escalated: bool) -> String {
    let class = match (state.database.closes(status), status == state.database.default_status()) {
        (true, _) => "off",
        _ if escalated => "run",
        (_, true) => "new",
        _ => "run",
    };
    format!("<span class=\"chip {class}\">{}</span>", encode_safe(status))
}
