//! Commands about people's sign-ins to a CRM.

use casebridge_engine::sign_in_flow::{Progress, Way, Wish};
use casebridge_engine::{CrmSettings, Engine};
use secrecy::ExposeSecret as _;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::Host;
use crate::commands::{Secret, SignInBegin};
use crate::connections::report;
use crate::dto::connections::Failure;
use crate::dto::sign_in::{SignInFlow, SignInState, SignInWays};
use crate::dto::time;
use crate::error::ApiError;

pub(crate) async fn ways(engine: &Engine, host: &Host) -> Result<Value, ApiError> {
    let public = engine.public_callback().await?;
    Ok(json!(SignInWays {
        loopback: casebridge_engine::sign_in_flow::loopback_addresses(),
        listens: host.listen.is_some(),
        public: public.map(String::from),
        beyond: engine.public_address().await?.beyond,
    }))
}

pub(crate) async fn begin(engine: &Engine, host: &Host, wish: SignInBegin, actor: &str) -> Result<Value, ApiError> {
    let way = wish.way;
    let what = match (wish.again, wish.add) {
        (Some(name), None) => Wish::Again { name },
        (None, Some(add)) => Wish::New {
            settings: Box::new(CrmSettings::read(add.kind, &Value::Object(add.settings))?),
            name: add.name,
            mode: add.mode,
            secret: add.secret.map(|secret| secret.0),
        },
        _ => return Err(ApiError::invalid("one of `again` and `add` is needed", "name what is signed in to")),
    };
    let listen = match (Way::from(way), &host.listen) {
        (Way::Loopback, None) => {
            let hint = "paste the final address, or sign in at a running engine";
            return Err(ApiError::invalid("nobody can listen for the browser here", hint));
        }
        (Way::Loopback, Some(listen)) => Some(listen.clone()),
        _ => None,
    };
    let start = engine.begin_flow(what, way.into(), actor).await?;
    if let Some(listen) = listen {
        // Listening begins before the person can be back.
        match listen(start.redirect_uri.clone(), start.state().unwrap_or_default()).await {
            Ok(returned) => engine.await_return(start.flow, returned),
            Err(error) => {
                engine.cancel_flow(start.flow);
                return Err(error);
            }
        }
    }
    Ok(json!(SignInFlow {
        flow: start.flow.to_string(),
        url: start.url.into(),
        redirect_uri: start.redirect_uri.into(),
        way,
        expires_at: time(start.expires_at),
    }))
}

pub(crate) fn state(engine: &Engine, flow: Uuid) -> Result<Value, ApiError> {
    Ok(shown(engine.flow_state(flow)?))
}

pub(crate) async fn paste(engine: &Engine, flow: Uuid, address: &Secret) -> Result<Value, ApiError> {
    Ok(shown(engine.bring(flow, address.0.expose_secret()).await?))
}

pub(crate) fn cancel(engine: &Engine, flow: Uuid) -> Value {
    engine.cancel_flow(flow);
    json!({ "flow": flow })
}

pub(crate) fn pages(engine: &Engine) -> Value {
    json!(engine.sign_in_pages())
}

fn shown(progress: Progress) -> Value {
    let (state, connection, found, failure) = match progress {
        Progress::Waiting => ("waiting", None, None, None),
        Progress::Working => ("working", None, None, None),
        Progress::Done { connection, report } => ("done", Some(connection), Some(report), None),
        Progress::Refused { report } => ("refused", None, Some(report), None),
        Progress::Failed { message, hint } => ("failed", None, None, Some(Failure { message, hint })),
    };
    json!(SignInState { state, connection, report: found.map(report), failure })
}
