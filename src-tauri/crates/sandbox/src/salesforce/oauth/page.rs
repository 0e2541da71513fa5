//! The pages that a person sees while signing in.

use html_escape::encode_safe;

use super::super::answer::{Answer, Content};

const STYLE: &str = "\
:root{color-scheme:light dark}body{font:15px/1.5 system-ui,sans-serif;max-width:24rem;margin:4rem auto;padding:0 1rem}\
label{display:block;margin:.75rem 0 .2rem}input{font:inherit;width:100%;padding:.4rem .5rem;box-sizing:border-box}\
button{font:inherit;padding:.45rem .9rem;margin:1rem .5rem 0 0}.error{border-left:3px solid #b42318;padding:.25rem .75rem}";

fn frame(status: u16, title: &str, body: &str) -> Answer {
    let html = format!(
        "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" \
         content=\"width=device-width,initial-scale=1\"><title>{title}</title><style>{STYLE}</style></head>\
         <body>{body}</body></html>"
    );
    Answer::new(status, Content::Html(html)).with("cache-control", "no-store")
}

/// Sign in, and allow or deny; posted to the address that it was fetched from.
pub(super) fn sign_in(app: &str, scopes: &[String], users: &[&str], note: Option<&str>) -> Answer {
    let note =
        note.map(|note| format!("<p class=\"error\" role=\"alert\">{}</p>", encode_safe(note))).unwrap_or_default();
    let options: String = users.iter().map(|user| format!("<option value=\"{}\">", encode_safe(user))).collect();
    let asked: String = scopes.iter().map(|scope| format!("<li>{}</li>", encode_safe(scope))).collect();
    let body = format!(
        "<h1>Sandbox Salesforce</h1>{note}<p>{app} asks for access:</p><ul>{asked}</ul><form method=\"post\">\
         <label for=\"username\">Username</label><input id=\"username\" name=\"username\" list=\"users\" required>\
         <datalist id=\"users\">{options}</datalist><label for=\"password\">Password</label>\
         <input id=\"password\" name=\"password\" type=\"password\" required><button name=\"decision\" value=\"allow\">Allow\
         </button><button name=\"decision\" value=\"deny\" formnovalidate>Deny</button></form><p>This is a \
         stand-in: unless it was set up otherwise, the password of every user is <code>sandbox</code>.</p>",
        app = encode_safe(app)
    );
    frame(200, "Allow access?", &body)
}

/// An error that only this page shows: nothing reaches the caller's redirect address.
pub(super) fn dead_end(status: u16, error: &str, description: &str) -> Answer {
    let body = format!(
        "<h1>OAuth Error</h1><p class=\"error\">We can&#x27;t authorize you because of an OAuth error.</p>\
         <p>{} : {}</p>",
        encode_safe(error),
        encode_safe(description)
    );
    frame(status, "OAuth Error", &body)
}
