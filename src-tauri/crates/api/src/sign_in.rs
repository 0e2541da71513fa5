//! Commands about people's sign-ins to a CRM.

use casebridge_domain::ConnectionKind;
use casebridge_engine::sign_in_flow::{Progress, Way, Wish, loopback_addresses};
use casebridge_engine::{CrmSettings, Engine};
use secrecy::ExposeSecret as _;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::commands::{Secret, SignInBegin};
use crate::connections::report;
use crate::dto::connections::Failure;
use crate::dto::sign_in::{ReturnAddresses, SignInFlow, SignInState, SignInWay, SignInWays};
use crate::dto::time;
use crate::error::ApiError;
use crate::{Host, Listening};

pub(crate) async fn ways(engine: &Engine, host: &Host) -> Result<Value, ApiError> {
    let of = async |kind: ConnectionKind| {
        let public = engine.public_callback(kind).await?;
        Ok::<_, ApiError>(ReturnAddresses { loopback: loopback_addresses(kind), public: public.map(String::from) })
    };
    Ok(json!(SignInWays {
        listens: host.listen.is_some(),
        beyond: engine.public_address().await?.beyond,
        creatio: of(ConnectionKind::Creatio).await?,
        salesforce: of(ConnectionKind::Salesforce).await?,
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
            route: add.route,
            secret: add.secret.map(|secret| secret.0),
        },
        _ => return Err(ApiError::invalid("one of `again` and `add` is needed", "name what is signed in to")),
    };
    // Before anybody listens: the sign-in before may hold the port.
    engine.give_up_waiting(actor);
    let (back, returned) = match (way, &host.listen) {
        (SignInWay::Loopback, None) => {
            let hint = "paste the final address, or sign in at a running engine";
            return Err(ApiError::invalid("nobody can listen for the browser here", hint));
        }
        (SignInWay::Loopback, Some(listen)) => {
            let Listening { address, returned } = listen(engine.return_addresses(&what).await?).await?;
            (Way::Loopback(address), Some(returned))
        }
        (SignInWay::Public, _) => (Way::Public, None),
        (SignInWay::Paste, _) => (Way::Paste, None),
    };
    let start = engine.begin_flow(what, back, actor).await?;
    if let Some(returned) = returned {
        engine.await_return(start.flow, returned(start.state().unwrap_or_default()));
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
