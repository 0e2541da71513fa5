//! A sign-in to an org over its life: connected, ended by the org, renewed by a person, given back.

use casebridge_engine::access::Access;
use casebridge_engine::removal::GivenBack;
use casebridge_sandbox::salesforce::{SalesforceConfig, SalesforceSandbox};
use casebridge_store::{LaneFilter, Lanes as _, SecretName, Secrets};
use casebridge_tests::salesforce::{allowed, expect_exactly};
use casebridge_tests::seeded;
use casebridge_tests::world::{SECRETS_KEY, Side, WorldOptions, eventually};
use secrecy::SecretString;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_org_that_ends_the_sign_in_is_said_so_and_a_new_one_goes_on_without_a_gap() {
    let config = SalesforceConfig { tls: false, ..SalesforceConfig::with_kit() };
    let org = SalesforceSandbox::start(config).await.unwrap();
    let side = Side::in_salesforce(&org, &WorldOptions::default()).await;
    let engine = &side.engine;
    let access = async || engine.access(&engine.connection("salesforce").await.unwrap()).await.unwrap();
    let Access::Connected { user: Some(user) } = access().await else { panic!("{:?}", access().await) };
    assert!(user.starts_with("integration@sandbox.example @ "), "Connected as user @ org: {user}");
    org.sandbox.revoke_tokens(true);
    let conversation = seeded(1, 8).remove(0);
    side.send(&conversation).await;
    let reason = eventually("the connection says that somebody must sign in again", async || match access().await {
        Access::ReconnectNeeded { reason, hint } => Some(format!("{reason} / {hint}")),
        _ => None,
    })
    .await;
    assert!(reason.contains("expired access/refresh token") && reason.contains("sign in again"), "{reason}");
    // Answers that are not this sign-in's leave it waiting.
    let other = engine.begin_sign_in("salesforce", None).await.unwrap();
    let of_another = allowed(other.url.as_str()).await;
    let step = engine.begin_sign_in("salesforce", None).await.unwrap();
    let denied = format!("{}?error=access_denied&state=wrong", step.redirect_uri);
    for (what, brought) in [
        ("another flow's", of_another.as_str()),
        ("an error of another flow", denied.as_str()),
        ("no code", "http://localhost:1717/oauth/salesforce/callback"),
        ("a code that nobody gave", "aPrxNOBODY"),
    ] {
        let refused = engine.finish_sign_in("salesforce", brought, "test").await;
        assert!(refused.is_err(), "{what} is refused");
    }
    let right = allowed(step.url.as_str()).await;
    let from_elsewhere = format!("{right}&iss=https%3A%2F%2Fevil.example");
    assert!(engine.finish_sign_in("salesforce", &from_elsewhere, "test").await.is_err(), "another server's answer");
    engine.finish_sign_in("salesforce", &right, "test").await.expect("the right one still works");
    assert!(engine.finish_sign_in("salesforce", &right, "test").await.is_err(), "and works once");
    assert!(matches!(access().await, Access::Connected { .. }));
    side.settled().await;
    expect_exactly(&org.sandbox, [&conversation].into_iter());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn disconnecting_gives_the_sign_in_back_wipes_secrets_stops_lanes_and_keeps_history() {
    let config = SalesforceConfig { tls: false, ..SalesforceConfig::with_kit() };
    let org = SalesforceSandbox::start(config).await.unwrap();
    let side = Side::in_salesforce(&org, &WorldOptions::default()).await;
    let conversation = seeded(1, 9).remove(0);
    let session = side.send(&conversation).await;
    side.settled().await;
    side.engine.webhook_address("salesforce", "test").await.unwrap();
    let removed = side.engine.remove_connection("salesforce", "test").await.unwrap();
    assert!(matches!(removed.sign_in, GivenBack::Revoked), "{:?}", removed.sign_in);
    let left = removed.left_there.join("\n");
    for what in ["Apex", "Named Credential", "permission set", "Case_From__c", "External Client App"] {
        assert!(left.contains(what), "the person is told to delete {what}: {left}");
    }
    let key = Some(SecretString::from(SECRETS_KEY));
    let secrets = Secrets::open(side.data().join("secrets.enc"), key, "tests").await.unwrap();
    for name in ["refresh_token", "session", "client_secret", "webhook_token"] {
        let name = SecretName(format!("{}/{name}", side.connection.id));
        assert!(secrets.get(&name).await.unwrap().is_none(), "{name:?} is wiped");
    }
    assert!(side.engine.connections().await.unwrap().is_empty());
    let trace = side.engine.trace(session).await.unwrap();
    assert!(!trace.timeline.is_empty() && trace.session.id == session, "history stays");
    side.send(&seeded(1, 10).remove(0)).await;
    let due =
        side.store.lanes(LaneFilter { consumer: Some(side.consumer()), unfinished: true, ..LaneFilter::default() });
    assert!(due.await.unwrap().is_empty(), "nothing is written any more");
    expect_exactly(&org.sandbox, [&conversation].into_iter());
}
