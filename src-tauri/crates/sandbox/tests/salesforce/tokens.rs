//! Refresh, rotation, revocation and how sessions end.

use casebridge_sandbox::salesforce::{
    CONNECTED_CLIENT_ID, CONNECTED_CLIENT_SECRET, Chance, DESKTOP_CLIENT_ID, FaultPlan, OAuthRefusal, SalesforceConfig,
    SandboxClock, SlowAnswer, VirtualClock, WhenWork,
};
use jiff::{SignedDuration, Timestamp};

use crate::support::{ADMIN, Org, oauth_error, read, refused};

fn text(given: &serde_json::Value, name: &str) -> String {
    given[name].as_str().unwrap_or_default().to_owned()
}

#[tokio::test]
async fn rotation_voids_the_old_token_and_its_reuse_voids_the_new_one() {
    let org = Org::stock().await;
    let first = text(&org.signed_in(ADMIN).await, "refresh_token");
    let second = org.refresh(&first).await.json();
    assert_ne!(text(&second, "refresh_token"), first, "§1.5: each refresh gives a new one");
    let dead = refused("invalid_grant", "expired access/refresh token");
    assert_eq!(oauth_error(&org.refresh(&first).await), dead, "§1.5");
    assert_eq!(
        oauth_error(&org.refresh(&text(&second, "refresh_token")).await),
        dead,
        "§1.5: reuse voids the current one"
    );
    let asked = org.http.get(org.url("sobjects")).bearer_auth(text(&second, "access_token")).send().await.unwrap();
    assert_eq!(asked.status(), 401, "§1.5: and its access tokens");
}

#[tokio::test]
async fn without_rotation_an_answer_has_no_refresh_token() {
    let org = Org::stock().await;
    org.sandbox().change_app(DESKTOP_CLIENT_ID, |app| app.rotate_refresh_tokens = false);
    let first = text(&org.signed_in(ADMIN).await, "refresh_token");
    for _ in 0..2 {
        let answer = org.refresh(&first).await.json();
        assert!(answer.get("refresh_token").is_none() && answer["access_token"].is_string(), "§1.5: keep the old one");
    }
}

#[tokio::test]
async fn of_two_refreshes_at_once_one_is_told_to_come_back() {
    let org = Org::stock().await;
    let token = text(&org.signed_in(ADMIN).await, "refresh_token");
    let slow = SlowAnswer { when: Chance::next(1), ms: 300, work: WhenWork::After };
    org.faults(FaultPlan { token_slow: Some(slow), ..FaultPlan::default() });
    let (one, other) = tokio::join!(org.refresh(&token), org.refresh(&token));
    let (good, bad) = if one.code() == 200 { (one, other) } else { (other, one) };
    assert_eq!(good.code(), 200);
    let busy = refused("invalid_grant", "token request is already being processed");
    assert_eq!(oauth_error(&bad), busy, "§1.5: transient, although it says invalid_grant");
    assert_eq!(org.refresh(&text(&good.json(), "refresh_token")).await.code(), 200, "§1.5: nothing was voided by it");
}

#[tokio::test]
async fn a_sixth_approval_ends_the_oldest() {
    let org = Org::stock().await;
    let mut tokens = Vec::new();
    for _ in 0..6 {
        tokens.push(text(&org.signed_in(ADMIN).await, "refresh_token"));
    }
    assert_eq!(org.refresh(&tokens[0]).await.code(), 400, "§1.5: five approvals per user and app");
    assert_eq!(org.refresh(&tokens[1]).await.code(), 200);
}

#[tokio::test]
async fn tokens_die_of_disuse() {
    let clock = VirtualClock::starting_at(Timestamp::from_second(1_900_000_000).unwrap());
    let org =
        Org::start(SalesforceConfig { clock: SandboxClock::Virtual(clock.clone()), ..SalesforceConfig::default() })
            .await;
    let given = org.signed_in(ADMIN).await;
    let ask = || async {
        let asked = org.http.get(org.url("sobjects")).bearer_auth(text(&given, "access_token")).send().await.unwrap();
        read(asked).await
    };
    for _ in 0..3 {
        clock.advance(SignedDuration::from_mins(90));
        assert_eq!(ask().await.code(), 200, "§1.4: two hours of inactivity, so use keeps it alive");
    }
    clock.advance(SignedDuration::from_mins(121));
    let (status, code, words) = ask().await.error();
    assert_eq!(
        (status, code.as_str(), words.as_str()),
        (401, "INVALID_SESSION_ID", "Session expired or invalid"),
        "§1.4"
    );
    let next = org.refresh(&text(&given, "refresh_token")).await.json();
    clock.advance(SignedDuration::from_hours(24 * 31));
    let dead = refused("invalid_grant", "expired access/refresh token");
    assert_eq!(oauth_error(&org.refresh(&text(&next, "refresh_token")).await), dead, "§1.5: thirty idle days");

    let code = org.code(ADMIN).await;
    clock.advance(SignedDuration::from_mins(16));
    assert_eq!(oauth_error(&org.redeem(&code).await), refused("invalid_grant", "expired authorization code"), "§1.2");
}

#[tokio::test]
async fn users_who_may_not_are_named_by_what_is_wrong() {
    let org = Org::stock().await;
    let token = text(&org.signed_in(ADMIN).await, "refresh_token");
    type Change = fn(&mut casebridge_sandbox::salesforce::OrgUser, bool);
    let cases: [(Change, &str, &str); 3] = [
        (|user, on| user.active = !on, "inactive_user", "user is inactive"),
        (|user, on| user.api_enabled = !on, "invalid_grant", "authentication failure"),
        (|user, on| user.ip_restricted = on, "invalid_grant", "ip restricted"),
    ];
    for (change, error, words) in cases {
        org.sandbox().change_user(ADMIN, |user| change(user, true));
        assert_eq!(oauth_error(&org.refresh(&token).await), refused(error, words), "§1.6");
        org.sandbox().change_user(ADMIN, |user| change(user, false));
    }
    org.sandbox().change_app(DESKTOP_CLIENT_ID, |app| app.self_authorize = false);
    assert_eq!(oauth_error(&org.refresh(&token).await).2, "user hasn't approved this consumer", "§1.6");
    org.sandbox().change_app(DESKTOP_CLIENT_ID, |app| app.pre_authorized.push(ADMIN.to_owned()));
    assert_eq!(org.refresh(&token).await.code(), 200, "none of these refusals spent the token");
}

#[tokio::test]
async fn revoking_a_refresh_token_ends_its_access_tokens() {
    let org = Org::stock().await;
    let given = org.signed_in(ADMIN).await;
    let revoke = |token: String| {
        org.http.post(format!("{}/services/oauth2/revoke", org.running.login_url)).form(&[("token", token)]).send()
    };
    let done = read(revoke(text(&given, "refresh_token")).await.unwrap()).await;
    assert_eq!((done.code(), done.text.as_str()), (200, ""), "§1.5");
    let asked = org.http.get(org.url("sobjects")).bearer_auth(text(&given, "access_token")).send().await.unwrap();
    assert_eq!(asked.status(), 401, "§1.5, unconfirmed");
    let again = read(revoke(text(&given, "refresh_token")).await.unwrap()).await;
    assert_eq!(again.code(), 400);
    assert!(again.text.starts_with("error=unsupported_token_type"), "§1.5: form-encoded: {}", again.text);
}

#[tokio::test]
async fn userinfo_answers_a_bad_token_in_its_own_way_and_introspection_needs_the_secret() {
    let org = Org::stock().await;
    let given = org.signed_in(ADMIN).await;
    let info = format!("{}/services/oauth2/userinfo", org.running.instance_url);
    let good = read(org.http.get(&info).bearer_auth(text(&given, "access_token")).send().await.unwrap()).await.json();
    assert_eq!((text(&good, "preferred_username"), text(&given, "id")), (ADMIN.to_owned(), text(&good, "sub")));
    let bad = read(org.http.get(&info).bearer_auth("nonsense").send().await.unwrap()).await;
    assert_eq!((bad.code(), bad.text.as_str()), (403, "Bad_OAuth_Token"), "§1.4");

    let introspect = |client: &'static str, secret: Option<&'static str>| {
        let url = format!("{}/services/oauth2/introspect", org.running.login_url);
        let mut pairs = vec![("token", text(&given, "access_token")), ("client_id", client.to_owned())];
        pairs.extend(secret.map(|secret| ("client_secret", secret.to_owned())));
        org.http.post(url).form(&pairs).send()
    };
    assert_eq!(introspect(DESKTOP_CLIENT_ID, None).await.unwrap().status(), 401, "§1.4: a public client cannot ask");
    let other = read(introspect(CONNECTED_CLIENT_ID, Some(CONNECTED_CLIENT_SECRET)).await.unwrap()).await.json();
    assert_eq!(other["active"], false, "§1.4: nor about another app's token");
}

#[tokio::test]
async fn the_token_endpoint_fails_in_every_way() {
    let org = Org::stock().await;
    let mut token = text(&org.signed_in(ADMIN).await, "refresh_token");
    let once = || Some(Chance::next(1));
    org.faults(FaultPlan { token_error_500: once(), ..FaultPlan::default() });
    assert_eq!(org.refresh(&token).await.code(), 500, "§1.6: transient");
    org.faults(FaultPlan { token_html_200: once(), ..FaultPlan::default() });
    assert!(org.refresh(&token).await.text.starts_with("<!DOCTYPE"));
    let refusal = OAuthRefusal {
        when: Chance::next(1),
        error: "invalid_grant".to_owned(),
        description: "expired authorization code".to_owned(),
    };
    org.faults(FaultPlan { token_refused: Some(refusal), ..FaultPlan::default() });
    assert_eq!(oauth_error(&org.refresh(&token).await), refused("invalid_grant", "expired authorization code"));
    token = text(&org.refresh(&token).await.json(), "refresh_token");
    org.faults(FaultPlan { token_answer_lost: once(), ..FaultPlan::default() });
    let url = format!("{}/services/oauth2/token", org.running.login_url);
    let form = [("grant_type", "refresh_token"), ("client_id", DESKTOP_CLIENT_ID), ("refresh_token", token.as_str())];
    assert!(org.http.post(url).form(&form).send().await.is_err(), "the answer is lost");
    assert_eq!(org.refresh(&token).await.code(), 400, "§1.5: and the token is spent, so a person has to sign in");
}
