//! The authorize page and what it gives back.

use casebridge_sandbox::salesforce::{
    AppState, CONNECTED_CLIENT_ID, Chance, DESKTOP_CLIENT_ID, FaultPlan, OAuthRefusal, SalesforceConfig,
};

use crate::support::{ADMIN, Org, REDIRECT, VERIFIER, came_back, challenge, oauth_error, refused};

#[tokio::test]
async fn a_person_allows_access_and_the_code_is_good_once() {
    let org = Org::stock().await;
    let code = org.code(ADMIN).await;
    let given = org.redeem(&code).await.json();
    let text = |name: &str| given[name].as_str().unwrap_or_default().to_owned();
    assert_eq!(text("token_type"), "Bearer", "§1.4");
    assert_eq!(text("instance_url"), org.running.instance_url, "§1.4: data is served by another host than the login");
    assert!(
        text("access_token").starts_with("00D") && text("access_token").as_bytes()[15] == b'!',
        "§1.4: org id, then !"
    );
    assert!(text("issued_at").parse::<i64>().unwrap() > 1_000_000_000_000, "§1.4: epoch milliseconds as text");
    assert!(given.get("expires_in").is_none(), "§1.4: nobody says how long a token lives");
    let id = text("id");
    let mut segments = id.rsplit('/');
    assert!(segments.next().unwrap().starts_with("005") && segments.next().unwrap().starts_with("00D"), "§1.4: {id}");
    assert!(given["refresh_token"].is_string() && given["signature"].is_string());

    let again = org.redeem(&code).await;
    assert_eq!(
        oauth_error(&again),
        refused("invalid_grant", "invalid authorization code"),
        "§1.6: a code is good once"
    );
}

#[tokio::test]
async fn a_code_is_bound_to_its_verifier_redirect_and_challenge() {
    let org = Org::stock().await;
    let redeem = |code: String, verifier: &'static str, redirect: &'static str| {
        let org = &org;
        async move {
            let mut pairs = vec![
                ("grant_type", "authorization_code"),
                ("client_id", DESKTOP_CLIENT_ID),
                ("code", &code),
                ("redirect_uri", redirect),
            ];
            if !verifier.is_empty() {
                pairs.push(("code_verifier", verifier));
            }
            oauth_error(&org.token_request(&pairs).await)
        }
    };
    let code = org.code(ADMIN).await;
    assert_eq!(
        redeem(code, "another-verifier-of-forty-three-characters-012345", REDIRECT).await.1,
        "invalid_request",
        "§1.2"
    );
    let code = org.code(ADMIN).await;
    assert_eq!(redeem(code, "", REDIRECT).await.1, "invalid_grant", "§1.2: the verifier is missing");
    let code = org.code(ADMIN).await;
    let other = "http://localhost:1718/OauthRedirect";
    assert_eq!(redeem(code, VERIFIER, other).await.1, "redirect_uri_mismatch", "§1.3");

    let none = org.authorize_url(&org.running.login_url, &[]);
    let back = org.pressed(&none, ADMIN, "allow").await;
    assert_eq!(came_back(&back, "error"), "invalid_request", "§1.5: newly made apps require a challenge");
    let plain = org.authorize_url(
        &org.running.login_url,
        &[("code_challenge", &challenge(VERIFIER)), ("code_challenge_method", "plain")],
    );
    assert_eq!(came_back(&org.pressed(&plain, ADMIN, "allow").await, "error"), "invalid_request", "§1.2: only S256");
}

#[tokio::test]
async fn redirect_addresses_match_letter_by_letter_and_a_mismatch_never_leaves_the_page() {
    let org = Org::stock().await;
    for wrong in [
        "http://localhost:1799/OauthRedirect",
        "http://localhost:1717/OauthRedirect/",
        "http://127.0.0.1:1717/OauthRedirect",
        "https://localhost:1717/OauthRedirect",
    ] {
        let address = org.authorize_url(
            &org.running.login_url,
            &[("redirect_uri", wrong), ("code_challenge", &challenge(VERIFIER))],
        );
        let page = org.pressed(&address, ADMIN, "allow").await;
        assert_eq!(page.code(), 400, "§1.3: {wrong}");
        assert!(page.text.contains("redirect_uri must match configuration"), "§1.3: {}", page.text);
    }
}

#[tokio::test]
async fn refusals_come_back_with_the_state_and_a_wrong_password_stays_on_the_page() {
    let org = Org::stock().await;
    let good = challenge(VERIFIER);
    let address = org.authorize_url(&org.running.login_url, &[("code_challenge", &good)]);
    let page = org.http.get(&address).send().await.unwrap().text().await.unwrap();
    assert!(page.contains("Deny") && page.contains(ADMIN), "the page lists who can sign in");
    let denied = org.pressed(&address, ADMIN, "deny").await;
    assert_eq!(
        (came_back(&denied, "error"), came_back(&denied, "state")),
        ("access_denied".to_owned(), "s1".to_owned())
    );
    assert_eq!(came_back(&denied, "error_description"), "end-user denied authorization", "§1.6");
    for user in ["nobody@sandbox.example", "gone@sandbox.example"] {
        let page = org.pressed(&address, user, "allow").await;
        assert_eq!((page.code(), page.text.contains("check your username")), (200, true), "{user}");
    }
    for (changed, error) in
        [(("scope", "api everything"), "invalid_scope"), (("response_type", "token"), "unsupported_response_type")]
    {
        let address = org.authorize_url(&org.running.login_url, &[("code_challenge", &good), changed]);
        assert_eq!(came_back(&org.pressed(&address, ADMIN, "allow").await, "error"), error, "§1.6");
    }
    org.faults(FaultPlan {
        authorize_refused: Some(OAuthRefusal {
            when: Chance::next(1),
            error: "server_error".to_owned(),
            description: "so".to_owned(),
        }),
        ..FaultPlan::default()
    });
    assert_eq!(came_back(&org.pressed(&address, ADMIN, "allow").await, "error"), "server_error");
}

#[tokio::test]
async fn policy_failures_are_seen_on_the_page_only() {
    let org = Org::stock().await;
    let address = org.authorize_url(&org.running.login_url, &[("code_challenge", &challenge(VERIFIER))]);
    for (state, words) in [
        (AppState::Unknown, "client identifier invalid"),
        (AppState::Uninstalled, "OAUTH_APPROVAL_ERROR_GENERIC"),
        (AppState::ForeignOrg, "Cross-org OAuth flows are not supported"),
    ] {
        org.sandbox().change_app(DESKTOP_CLIENT_ID, |app| app.state = state);
        let page = org.pressed(&address, ADMIN, "allow").await;
        assert!(page.code() == 400 && page.text.contains(words), "§1.6: {state:?} {}", page.text);
        assert_eq!(page.header("location"), "", "§1.6: nothing reaches the caller's address");
    }
}

#[tokio::test]
async fn an_org_may_refuse_the_login_host_of_all_orgs() {
    let org = Org::start(SalesforceConfig { own_domain_only: true, ..SalesforceConfig::default() }).await;
    let good = challenge(VERIFIER);
    let page =
        org.pressed(&org.authorize_url(&org.running.login_url, &[("code_challenge", &good)]), ADMIN, "allow").await;
    assert!(page.text.contains("OAUTH_AUTHORIZATION_BLOCKED"), "§1.1: {}", page.text);
    let own = org.authorize_url(&org.running.instance_url, &[("code_challenge", &good)]);
    assert_ne!(came_back(&org.pressed(&own, ADMIN, "allow").await, "code"), "", "§1.1: its own host works");
    let data = org.http.get(format!("{}/services/data/v66.0/limits", org.running.login_url)).bearer_auth(&org.token);
    assert_eq!(data.send().await.unwrap().status(), 404, "§1.1: the login host serves no data");
}

#[tokio::test]
async fn old_apps_need_their_secret_and_public_ones_must_not_send_one() {
    let org = Org::stock().await;
    let code = org.code(ADMIN).await;
    let base = [
        ("grant_type", "authorization_code"),
        ("redirect_uri", REDIRECT),
        ("code", code.as_str()),
        ("code_verifier", VERIFIER),
    ];
    let with =
        |more: &[(&'static str, &'static str)]| base.iter().copied().chain(more.iter().copied()).collect::<Vec<_>>();
    let cases = [
        (with(&[("client_id", DESKTOP_CLIENT_ID), ("client_secret", "x")]), "invalid_client"),
        (with(&[("client_id", CONNECTED_CLIENT_ID)]), "invalid_client"),
        (with(&[("client_id", "3MVG9unknown")]), "invalid_client_id"),
    ];
    for (pairs, error) in cases {
        assert_eq!(oauth_error(&org.token_request(&pairs).await).1, error, "§1.2, §1.6");
    }
    assert_eq!(org.redeem(&code).await.code(), 200, "a refused client has not used the code up");
    let odd = org.token_request(&[("grant_type", "password"), ("client_id", DESKTOP_CLIENT_ID)]).await;
    assert_eq!(oauth_error(&odd).1, "unsupported_grant_type", "§1.6");
}
