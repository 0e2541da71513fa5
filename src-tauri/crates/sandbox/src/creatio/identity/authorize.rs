//! `/connect/authorize`: a tiny sign-in page, then back to the caller with a code.

use html_escape::encode_double_quoted_attribute as attribute;
use jiff::SignedDuration;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::super::actor::{Actor, ActorKind};
use super::super::config::{ClientApp, Grant, SignInUser};
use super::super::odata::Answer;
use super::super::shared::Shared;
use super::form::Form;
use super::issue::random_text;
use super::{Code, Identity};

/// Shows the page for a GET, signs in for a POST; with `auto=1` or by configuration the first person at once.
pub(crate) fn authorize(shared: &Shared, query: &str, posted: Option<&str>) -> Answer {
    let asked = Form::read(query);
    let now = shared.config.clock.now();
    let identity = &mut shared.lock().identity;
    let client = match checked_client(identity, &asked) {
        Ok(client) => client,
        Err(text) => return page(400, "Sign-in is not possible", text, query),
    };
    let refuse = |error: &str| back(&asked, &[("error", error)]);
    if asked.get("response_type") != "code" {
        return refuse("unsupported_response_type");
    }
    if asked.get("code_challenge").is_empty() || asked.get("code_challenge_method") != "S256" {
        return refuse("invalid_request");
    }
    let user = if shared.config.auto_approve || asked.get("auto") == "1" {
        identity.sign_in.first().cloned()
    } else if let Some(posted) = posted {
        let form = Form::read(posted);
        let fits = |user: &&SignInUser| user.login == form.get("login") && user.password == form.get("password");
        identity.sign_in.iter().find(fits).cloned()
    } else {
        return page(200, "Sign in", "", query);
    };
    let Some(user) = user else { return page(200, "Sign in", "The name or the password is not right.", query) };
    let code = random_text(32);
    identity.codes.insert(
        code.clone(),
        Code {
            client_id: client.client_id,
            actor: Actor { name: user.login, contact: Some(user.contact), kind: ActorKind::Person },
            redirect_uri: asked.get("redirect_uri").to_owned(),
            challenge: asked.get("code_challenge").to_owned(),
            offline: asked.get("scope").split_whitespace().any(|word| word == "offline_access"),
            expires: now + SignedDuration::from_mins(5),
        },
    );
    back(&asked, &[("code", &code)])
}

/// Nobody is sent to an address before client and address are known to belong together.
fn checked_client(identity: &Identity, asked: &Form) -> Result<ClientApp, &'static str> {
    let client = identity.client(asked.get("client_id")).ok_or("The client is not known.")?;
    if !client.active || !client.grants.contains(&Grant::AuthorizationCode) {
        return Err("The client may not sign people in.");
    }
    let uri = asked.get("redirect_uri");
    let listed = client.redirect_uris.is_empty() || client.redirect_uris.iter().any(|known| known == uri);
    if uri.is_empty() || !listed {
        return Err("The return address is not one of the client's.");
    }
    Ok(client.clone())
}

fn back(asked: &Form, fields: &[(&str, &str)]) -> Answer {
    let uri = asked.get("redirect_uri");
    let mut location = uri.to_owned();
    let mut mark = if uri.contains('?') { '&' } else { '?' };
    let state = asked.get("state");
    let state = (!state.is_empty()).then_some(("state", state));
    for (name, value) in fields.iter().copied().chain(state) {
        location.push(mark);
        location.push_str(&format!("{name}={}", utf8_percent_encode(value, NON_ALPHANUMERIC)));
        mark = '&';
    }
    let mut answer = Answer::html(302, "");
    answer.headers.push(("location", location));
    answer
}

fn page(status: u16, title: &str, note: &str, query: &str) -> Answer {
    let form = if status == 200 {
        format!(
            "<form method=\"post\" action=\"?{}\"><label>User name<input name=\"login\" autocomplete=\"username\" \
             autofocus></label><label>Password<input name=\"password\" type=\"password\" \
             autocomplete=\"current-password\"></label><button>Sign in</button></form>",
            attribute(query)
        )
    } else {
        String::new()
    };
    Answer::html(
        status,
        &format!(
            "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>{title}</title><style>\
             :root{{color-scheme:light dark}}body{{font:15px/1.5 system-ui,sans-serif;display:grid;\
             place-items:center;min-height:90vh;margin:0}}main{{width:20rem}}label{{display:block;margin:.75rem 0}}\
             input,button{{font:inherit;width:100%;padding:.5rem;box-sizing:border-box}}\
             .note{{color:#b3261e}}</style></head><body><main><h1>{title}</h1><p class=\"note\" \
             role=\"alert\">{note}</p>{form}</main></body></html>"
        ),
    )
}
