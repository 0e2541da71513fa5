//! A thousand requests of a web page, a rebound name and a thief: each mixes what is right with what is not. What may
//! pass is written down here once more, apart from the code that decides it.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::body::Body;
use axum::http::{Method, Request, header};
use casebridge_engine::visitors::Role;
use casebridge_gateway::ConsoleHandler;
use futures::FutureExt as _;
use secrecy::ExposeSecret as _;
use serde_json::json;

use crate::support::{Gateway, LOCAL};

/// The console's own name: what is right for it must not be right for its neighbours.
const HERE: &str = "casebridge-7f.localhost:4100";
/// The name of a team's server behind its proxy.
const TEAM: &str = "cases.example.com";

/// A number below `sides`, from a seed: a failure can be looked at again.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        usize::try_from((z ^ (z >> 31)) % sides as u64).expect("small")
    }

    /// One of a list whose first entry is the right one; that one half of the time.
    fn pick<T: Clone>(&mut self, all: &[T]) -> (T, bool) {
        let place = if self.roll(2) == 0 { 0 } else { self.roll(all.len()) };
        (all[place].clone(), place == 0)
    }
}

struct Person {
    cookie: String,
    token: String,
}

async fn come_in(gateway: &Gateway) -> Person {
    let link = gateway.engine.make_link("Mary", Role::Admin, "test").await.expect("a link");
    let path = format!("/console/enter?link={}", link.expose_secret());
    let entered = gateway.send(Request::get(path).body(Body::empty()).expect("a request")).await;
    let set = entered.headers["set-cookie"].to_str().expect("text").to_owned();
    let cookie = set.split(';').next().expect("a pair").to_owned();
    let me = Request::get("/console/me").header("cookie", &cookie).body(Body::empty()).expect("a request");
    let token = gateway.send(me).await.json()["token"].as_str().expect("a token").to_owned();
    Person { cookie, token }
}

type Headers = Vec<(&'static str, String)>;

fn one(name: &'static str, value: impl Into<String>) -> Headers {
    vec![(name, value.into())]
}

/// Where it is sent to: only our own name may be called, once.
fn hosts() -> Vec<Headers> {
    let mut all = vec![one("host", HERE)];
    for name in
        ["example.com", "x.cases.example.com", "cases.example.com.evil.example", "cases.example.com@evil.example"]
    {
        all.push(one("host", name));
    }
    for name in ["evil.example", "evil.example:4100", "casebridge-70.localhost:4100", "x@127.0.0.1", "", "0.0.0.0:4100"]
    {
        all.push(one("host", name));
    }
    all.push([one("host", HERE), one("host", "evil.example")].concat());
    all.push([one("host", HERE), one("host", HERE)].concat());
    all
}

/// Which page sends it: none, or our own.
fn origins() -> Vec<Headers> {
    let mut all = vec![Vec::new(), one("origin", format!("http://{HERE}"))];
    let foreign = [
        "null",
        "http://127.0.0.1:4100",
        "http://casebridge-7f.localhost",
        "http://casebridge-70.localhost:4100",
        "https://evil.example",
        "",
    ];
    all.extend(foreign.map(|name| one("origin", name)));
    all.push(one("origin", "file://127.0.0.1:4100"));
    all.push([one("origin", format!("http://{HERE}")), one("origin", "https://evil.example")].concat());
    all
}

/// What the browser says of that page.
fn sites() -> Vec<Headers> {
    let mut all = vec![Vec::new(), one("sec-fetch-site", "same-origin"), one("sec-fetch-site", "none")];
    for (site, mode) in [("cross-site", "no-cors"), ("same-site", "cors"), ("cross-site", "navigate"), ("", "cors")] {
        all.push([one("sec-fetch-site", site), one("sec-fetch-mode", mode)].concat());
    }
    all.push([one("sec-fetch-site", "same-origin"), one("sec-fetch-site", "cross-site")].concat());
    all
}

/// Who sends it: a browser with its cookie and token, or a program with the token of this start.
fn people(right: &Person, other: &Person, key: &str) -> Vec<Headers> {
    let cookie = |value: &str| one("cookie", value);
    let token = |value: &str| one("x-casebridge-token", value);
    let name = right.cookie.split('=').next().expect("a name");
    vec![
        [cookie(&right.cookie), token(&right.token)].concat(),
        one("authorization", format!("Bearer {LOCAL}")),
        Vec::new(),
        cookie(&right.cookie),
        token(&right.token),
        [cookie(&right.cookie), token(&other.token)].concat(),
        [cookie(&right.cookie), token("")].concat(),
        [cookie(&right.cookie), token(&right.token.to_uppercase())].concat(),
        [cookie(&format!("{name}=AAAA")), token(&right.token)].concat(),
        [cookie(&format!("{}; {}", right.cookie, other.cookie)), token(&right.token)].concat(),
        [cookie(&other.cookie), cookie(&right.cookie), token(&right.token)].concat(),
        [cookie(&right.cookie), token(&right.token), one("authorization", "Bearer x")].concat(),
        [cookie(&right.cookie), token(&right.token), one("authorization", format!("Bearer {key}"))].concat(),
        one("authorization", format!("Bearer {key}")),
        one("authorization", format!("Bearer {LOCAL}x")),
        one("authorization", format!("Basic {LOCAL}")),
        one("authorization", format!("Bearer {}", right.token)),
    ]
}

#[tokio::test]
async fn of_a_thousand_forged_calls_none_reaches_the_console() {
    let reached = Arc::new(AtomicUsize::new(0));
    let counts = Arc::clone(&reached);
    let handler: ConsoleHandler = Arc::new(move |_, _| {
        counts.fetch_add(1, Ordering::SeqCst);
        async { Ok(json!({})) }.boxed()
    });
    let names = ["casebridge-7f.localhost".to_owned(), TEAM.to_owned()];
    let gateway = Gateway::start_with(|state| state.with_console(handler).with_hosts(names)).await;
    let session = gateway.session("c1").await;
    let (right, other) = (come_in(&gateway).await, come_in(&gateway).await);
    let (hosts, origins, sites) = (hosts(), origins(), sites());
    let people = people(&right, &other, &gateway.key);
    let methods =
        [Method::POST, Method::GET, Method::PUT, Method::DELETE, Method::HEAD, Method::OPTIONS, Method::PATCH];
    let json_types = ["application/json", "application/json; charset=utf-8"];
    let types = [
        json_types[0],
        json_types[1],
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data",
        "text/plain; application/json",
        "application/json; charset=utf-16",
        "",
    ];
    let mut dice = Dice(7);
    let (mut forged, mut passed) = (0, 0);
    while forged < 1_000 {
        let (host, host_is_right) = dice.pick(&hosts);
        let (origin, _) = dice.pick(&origins);
        let (site, _) = dice.pick(&sites);
        let (person, _) = dice.pick(&people);
        let (method, posts) = dice.pick(&methods);
        let (kind, _) = dice.pick(&types);
        let may = host_is_right
            && origins[..2].contains(&origin)
            && sites[..3].contains(&site)
            && people[..2].contains(&person)
            && posts
            && json_types.contains(&kind);
        let all = [host, origin, site, person].concat();
        let mut request = Request::builder().method(&method).uri("/console/call");
        for (name, value) in &all {
            request = request.header(*name, value);
        }
        if !kind.is_empty() {
            request = request.header(header::CONTENT_TYPE, kind);
        }
        let before = reached.load(Ordering::SeqCst);
        let answer = gateway.send(request.body(Body::from(r#"{"command":"x"}"#)).expect("a request")).await;
        let arrived = reached.load(Ordering::SeqCst) - before;
        let what = format!("{method} {kind:?} {all:?}");
        match may {
            true => {
                assert_eq!((answer.status.as_u16(), arrived), (200, 1), "this one is right, and must pass: {what}");
                passed += 1;
            }
            false => {
                assert_eq!(arrived, 0, "this must not reach the console: {what}");
                assert!(answer.status.is_client_error(), "and is refused, not answered with {}: {what}", answer.status);
                forged += 1;
            }
        }
        let leave = answer.headers.keys().any(|name| name.as_str().starts_with("access-control"));
        assert!(!leave, "no other site is ever given leave to read: {what}");
    }
    assert!(passed > 25, "right calls are among them, or refusing all would do: {passed}");
    assert_eq!(gateway.log(&session).await.len(), 0, "nothing was changed by them");
}

#[tokio::test]
async fn a_page_of_another_port_reads_nothing_and_a_link_from_anywhere_opens() {
    let gateway = Gateway::start().await;
    let mary = come_in(&gateway).await;
    let ask = |path: &'static str, site: &'static str, mode: &'static str| {
        let request = Request::get(path).header("cookie", &mary.cookie).header("sec-fetch-site", site);
        gateway.send(request.header("sec-fetch-mode", mode).body(Body::empty()).expect("a request"))
    };
    for path in ["/console/me", "/console/events", "/healthz"] {
        let answer = ask(path, "same-site", "no-cors").await;
        answer.names(
            403,
            "Sec-Fetch-Site",
            "another port of this computer carries the cookie: the browser tells on it",
        );
    }
    assert_eq!(ask("/console/me", "same-origin", "cors").await.status, 200, "our own page reads");
    assert_eq!(ask("/console/me", "none", "navigate").await.status, 200, "and who types the address");
    let followed = ask("/console/enter?link=used", "cross-site", "navigate").await;
    assert_eq!(followed.status, 401, "who follows a link from a mail gets to the door, where this one is no key");
}
