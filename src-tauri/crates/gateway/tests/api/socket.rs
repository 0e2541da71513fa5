//! Over a real socket: what a router called by hand cannot show.

use std::net::SocketAddr;

use casebridge_engine::visitors::Role;
use casebridge_gateway::serve;
use secrecy::ExposeSecret as _;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;

use crate::support::{Gateway, message};

async fn listen(gateway: &Gateway) -> (SocketAddr, CancellationToken, tokio::task::JoinHandle<std::io::Result<()>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("its address");
    let stop = CancellationToken::new();
    (address, stop.clone(), tokio::spawn(serve(listener, gateway.router.clone(), stop)))
}

fn post(gateway: &Gateway, path: &str, length: usize) -> String {
    format!(
        "POST {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {}\r\n\
         Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n",
        gateway.key
    )
}

/// Status and body of the next answer on a connection.
async fn answer(connection: &mut BufReader<TcpStream>) -> (u16, String) {
    let mut head = Vec::new();
    loop {
        let mut line = String::new();
        let read = connection.read_line(&mut line).await.expect("a line of the head");
        assert_ne!(read, 0, "the connection ended before the answer");
        if line.trim().is_empty() {
            break;
        }
        head.push(line.to_ascii_lowercase());
    }
    let status = head[0].split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
    let length = head.iter().find_map(|line| line.strip_prefix("content-length:")?.trim().parse().ok());
    let mut body = vec![0; length.unwrap_or(0)];
    connection.read_exact(&mut body).await.expect("the whole body");
    (status, String::from_utf8(body).expect("UTF-8"))
}

#[tokio::test]
async fn one_connection_carries_many_calls_and_survives_a_refused_one() {
    let gateway = Gateway::start().await;
    let session = gateway.session("c1").await;
    let (address, stop, serving) = listen(&gateway).await;
    let mut connection = BufReader::new(TcpStream::connect(address).await.unwrap());
    for (body, status) in [
        (message("m1", "one").to_string(), 201),
        ("{".to_owned(), 400),
        (message("m1", "one").to_string(), 200),
        (message("m2", "two").to_string(), 201),
    ] {
        let request = post(&gateway, &format!("{session}/events"), body.len()) + &body;
        connection.write_all(request.as_bytes()).await.unwrap();
        let (got, text) = answer(&mut connection).await;
        assert_eq!(got, status, "{body} was answered with {text}");
    }
    assert_eq!(gateway.log(&session).await.len(), 2, "each new one stands once");
    stop.cancel();
    serving.await.unwrap().expect("it stops in order");
    assert!(TcpStream::connect(address).await.is_err(), "and nobody listens any more");
}

#[tokio::test]
async fn a_body_that_breaks_off_changes_nothing() {
    let gateway = Gateway::start().await;
    let session = gateway.session("c1").await;
    let (address, stop, serving) = listen(&gateway).await;
    let body = message("m1", "one").to_string();
    let mut connection = TcpStream::connect(address).await.unwrap();
    let request = post(&gateway, &format!("{session}/events"), body.len() + 10) + &body;
    connection.write_all(request.as_bytes()).await.unwrap();
    connection.shutdown().await.unwrap();
    let mut text = String::new();
    // Whether the peer is still answered is not promised; that nothing happens is.
    let _ = connection.read_to_string(&mut text).await;
    assert!(!text.starts_with("HTTP/1.1 2"), "half a body must not be acknowledged: {text}");
    assert_eq!(gateway.log(&session).await.len(), 0, "nor may it stand");
    stop.cancel();
    serving.await.unwrap().unwrap();
}

#[tokio::test]
async fn a_declared_flood_is_refused_before_it_is_sent() {
    let gateway = Gateway::start().await;
    let session = gateway.session("c1").await;
    let (address, stop, serving) = listen(&gateway).await;
    let mut connection = BufReader::new(TcpStream::connect(address).await.unwrap());
    let request = post(&gateway, &format!("{session}/events"), 1 << 40);
    connection.write_all(request.as_bytes()).await.unwrap();
    let (status, text) = answer(&mut connection).await;
    assert_eq!(status, 413, "a terabyte is not waited for: {text}");
    stop.cancel();
    serving.await.unwrap().unwrap();
}

#[tokio::test]
async fn behind_a_proxy_that_encrypts_the_cookie_never_travels_readable() {
    let gateway = Gateway::start_with(|state| state.with_hosts(["cases.example.com".to_owned()])).await;
    let (address, stop, serving) = listen(&gateway).await;
    for (said, is_secure) in
        [("X-Forwarded-Proto: https\r\n", true), ("X-Forwarded-Proto: http\r\n", false), ("", false)]
    {
        let link = gateway.engine.make_link("Mary", Role::Agent, "test").await.expect("a link");
        let path = format!("/console/enter?link={}", link.expose_secret());
        let request = format!("GET {path} HTTP/1.1\r\nHost: cases.example.com\r\n{said}Connection: close\r\n\r\n");
        let mut connection = TcpStream::connect(address).await.unwrap();
        connection.write_all(request.as_bytes()).await.unwrap();
        let mut all = String::new();
        connection.read_to_string(&mut all).await.unwrap();
        let cookie = all.lines().find(|line| line.to_ascii_lowercase().starts_with("set-cookie")).expect("a cookie");
        assert_eq!(cookie.contains("; Secure"), is_secure, "the proxy said {said:?}: {cookie}");
    }
    stop.cancel();
    serving.await.unwrap().unwrap();
}
