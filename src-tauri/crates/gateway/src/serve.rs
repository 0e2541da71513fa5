//! Running a router on a listener, and stopping in bounded time.

use std::future::IntoFuture as _;
use std::io;
use std::net::SocketAddr;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::Router;
use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::time::Sleep;
use tokio_util::sync::{CancellationToken, WaitForCancellationFutureOwned};
use tokio_util::task::TaskTracker;

/// How long requests under way may take after the stop.
const GRACE: Duration = Duration::from_secs(5);

/// Largest head of a request on the public listener: an address, a token, what proxies add.
const MOST_HEAD: usize = 32 * 1024;

/// What a stranger may hold of the public listener.
#[derive(Debug, Clone, Copy)]
pub struct PublicLimits {
    /// Connections at a time. More wait to be accepted until one ends.
    pub connections: usize,
    /// How long a request's head may take, and how long a connection may be idle. Not for bodies: who reads one
    /// bounds it.
    pub head: Duration,
    /// How long an answer may wait for the caller to read it.
    pub stall: Duration,
}

impl Default for PublicLimits {
    fn default() -> Self {
        Self { connections: 1024, head: Duration::from_secs(15), stall: Duration::from_secs(15) }
    }
}

/// Serves until `shutdown`. Idle connections are closed then, requests under way are finished, and what
/// has not ended after 5 seconds is dropped: its caller has no answer and sends it again.
pub async fn serve(listener: TcpListener, router: Router, shutdown: CancellationToken) -> io::Result<()> {
    serve_with(listener, router, shutdown, GRACE).await
}

async fn serve_with(
    listener: TcpListener,
    router: Router,
    shutdown: CancellationToken,
    grace: Duration,
) -> io::Result<()> {
    let cut = CancellationToken::new();
    let connections = Cuttable { listener, cut: cut.clone(), stall: None };
    let router = router.into_make_service_with_connect_info::<Peer>();
    let serving = axum::serve(connections, router).with_graceful_shutdown(shutdown.clone().cancelled_owned());
    let mut serving = pin!(serving.into_future());
    let out_of_time = async {
        shutdown.cancelled().await;
        tokio::time::sleep(grace).await;
    };
    tokio::select! {
        done = &mut serving => return done,
        () = out_of_time => cut.cancel(),
    }
    // Every connection now ends with an error as soon as it is looked at. A handler that does not yield
    // would hold this up, so it is waited for no longer than a moment.
    tokio::time::timeout(Duration::from_secs(1), serving).await.unwrap_or(Ok(()))
}

/// As [`serve`], for the listener that the world can reach: HTTP/1 only, no more connections than `limits` has, and
/// none is kept for a caller who sends or reads nothing.
pub async fn serve_public(
    listener: TcpListener,
    router: Router,
    shutdown: CancellationToken,
    limits: PublicLimits,
) -> io::Result<()> {
    serve_public_with(listener, router, shutdown, limits, GRACE).await
}

async fn serve_public_with(
    listener: TcpListener,
    router: Router,
    shutdown: CancellationToken,
    limits: PublicLimits,
    grace: Duration,
) -> io::Result<()> {
    let cut = CancellationToken::new();
    let mut listener = Cuttable { listener, cut: cut.clone(), stall: Some(limits.stall) };
    let free = Arc::new(Semaphore::new(limits.connections));
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(limits.head).max_buf_size(MOST_HEAD);
    let service = TowerToHyperService::new(router);
    let open = TaskTracker::new();
    loop {
        let next = async { (Arc::clone(&free).acquire_owned().await, listener.accept().await) };
        let (place, (connection, _)) = tokio::select! {
            () = shutdown.cancelled() => break,
            next = next => next,
        };
        let serving = http.serve_connection(TokioIo::new(connection), service.clone());
        let stopping = shutdown.clone();
        open.spawn(async move {
            let mut serving = pin!(serving);
            let ended = tokio::select! {
                ended = serving.as_mut() => ended,
                () = stopping.cancelled() => {
                    serving.as_mut().graceful_shutdown();
                    serving.await
                }
            };
            if let Err(error) = ended {
                tracing::debug!(error = &error as &dyn std::error::Error, "a public connection ended early");
            }
            drop(place);
        });
    }
    drop(listener);
    open.close();
    if tokio::time::timeout(grace, open.wait()).await.is_err() {
        cut.cancel();
        // As above: no longer than a moment.
        drop(tokio::time::timeout(Duration::from_secs(1), open.wait()).await);
    }
    Ok(())
}

/// Who is at the other end of a connection: a caller, or the proxy before them.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Peer(pub(crate) SocketAddr);

impl Connected<IncomingStream<'_, Cuttable>> for Peer {
    fn connect_info(stream: IncomingStream<'_, Cuttable>) -> Self {
        Self(*stream.remote_addr())
    }
}

/// A listener whose connections can all be cut.
struct Cuttable {
    listener: TcpListener,
    cut: CancellationToken,
    stall: Option<Duration>,
}

impl Listener for Cuttable {
    type Io = Connection;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Connection, SocketAddr) {
        let (stream, from) = Listener::accept(&mut self.listener).await;
        // Without it an answer can wait 40 ms for the caller's acknowledgement; a failure costs only that.
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(error = &error as &dyn std::error::Error, "TCP_NODELAY was not set");
        }
        let is_cut = Box::pin(self.cut.clone().cancelled_owned());
        (Connection { stream, is_cut, stall: self.stall, stalled: None }, from)
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }
}

struct Connection {
    stream: TcpStream,
    is_cut: Pin<Box<WaitForCancellationFutureOwned>>,
    /// How long the peer may leave unread what was written.
    stall: Option<Duration>,
    stalled: Option<Pin<Box<Sleep>>>,
}

impl Connection {
    fn refuse_if_cut(&mut self, cx: &mut Context<'_>) -> io::Result<()> {
        if self.is_cut.as_mut().poll(cx).is_ready() {
            return Err(io::Error::new(io::ErrorKind::ConnectionAborted, "the engine is stopping"));
        }
        Ok(())
    }

    /// Gives up when nothing could be written for too long.
    fn unless_stalled(&mut self, cx: &mut Context<'_>, written: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        let (Some(most), Poll::Pending) = (self.stall, &written) else {
            self.stalled = None;
            return written;
        };
        let stalled = self.stalled.get_or_insert_with(|| Box::pin(tokio::time::sleep(most)));
        match stalled.as_mut().poll(cx) {
            Poll::Ready(()) => Poll::Ready(Err(io::Error::new(io::ErrorKind::TimedOut, "the answer is not read"))),
            Poll::Pending => Poll::Pending,
        }
    }
}

impl AsyncRead for Connection {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        self.refuse_if_cut(cx)?;
        Pin::new(&mut self.stream).poll_read(cx, into)
    }
}

impl AsyncWrite for Connection {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, from: &[u8]) -> Poll<io::Result<usize>> {
        self.refuse_if_cut(cx)?;
        let written = Pin::new(&mut self.stream).poll_write(cx, from);
        self.unless_stalled(cx, written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        from: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.refuse_if_cut(cx)?;
        let written = Pin::new(&mut self.stream).poll_write_vectored(cx, from);
        self.unless_stalled(cx, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::routing::get;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    const REQUEST: &[u8] = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";

    const NO_END: Duration = Duration::from_secs(600);

    type Running = (SocketAddr, CancellationToken, tokio::task::JoinHandle<io::Result<()>>);

    fn router(handler_takes: Duration) -> Router {
        let handler = move || async move {
            tokio::time::sleep(handler_takes).await;
            "done"
        };
        let large = || async { "x".repeat(64 * 1024) };
        Router::new().route("/", get(handler)).route("/large", get(large))
    }

    async fn start(handler_takes: Duration, grace: Duration) -> Running {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let stop = CancellationToken::new();
        (address, stop.clone(), tokio::spawn(serve_with(listener, router(handler_takes), stop, grace)))
    }

    async fn start_public(handler_takes: Duration, limits: PublicLimits, grace: Duration) -> Running {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let stop = CancellationToken::new();
        let serving = serve_public_with(listener, router(handler_takes), stop.clone(), limits, grace);
        (address, stop, tokio::spawn(serving))
    }

    async fn within<T>(what: &str, wanted: impl Future<Output = T>) -> T {
        tokio::time::timeout(Duration::from_secs(20), wanted).await.unwrap_or_else(|_| panic!("too long: {what}"))
    }

    const SHORT: PublicLimits =
        PublicLimits { connections: 8, head: Duration::from_millis(200), stall: Duration::from_millis(200) };

    #[tokio::test]
    async fn a_stranger_who_says_nothing_or_half_a_head_is_hung_up_on() {
        let (address, stop, serving) = start_public(Duration::ZERO, SHORT, NO_END).await;
        let mut connections = Vec::new();
        for sent in [&b""[..], b"GET / HT", b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: a"] {
            let mut connection = TcpStream::connect(address).await.unwrap();
            connection.write_all(sent).await.unwrap();
            connections.push((String::from_utf8_lossy(sent).into_owned(), connection));
        }
        for (sent, mut connection) in connections {
            let mut rest = Vec::new();
            let _ = within("an unfinished head must not hold a connection", connection.read_to_end(&mut rest)).await;
            let rest = String::from_utf8_lossy(&rest).into_owned();
            assert!(!rest.contains("done"), "{sent:?} is no request and must not be carried out: {rest:?}");
        }
        let mut kept = TcpStream::connect(address).await.unwrap();
        kept.write_all(REQUEST).await.unwrap();
        let mut answer = Vec::new();
        within("a connection that is idle after its request ends too", kept.read_to_end(&mut answer)).await.unwrap();
        assert!(answer.ends_with(b"done"), "a whole request was answered before");
        stop.cancel();
        within("the stop", serving).await.unwrap().unwrap();
    }

    #[tokio::test]
    async fn a_head_that_trickles_in_gains_no_time() {
        let (address, stop, serving) = start_public(Duration::ZERO, SHORT, NO_END).await;
        let mut connection = TcpStream::connect(address).await.unwrap();
        let (mut reads, mut writes) = connection.split();
        let trickle = async {
            let mut ticks = tokio::time::interval(Duration::from_millis(20));
            while writes.write_all(b"x").await.is_ok() {
                ticks.tick().await;
            }
        };
        tokio::select! {
            _ = within("one byte now and then is no reason to wait", async {
                let mut rest = Vec::new();
                drop(reads.read_to_end(&mut rest).await);
            }) => {}
            () = trickle => {}
        }
        stop.cancel();
        within("the stop", serving).await.unwrap().unwrap();
    }

    #[tokio::test]
    async fn an_answer_that_nobody_reads_is_given_up() {
        let limits = PublicLimits { connections: 1, ..SHORT };
        let (address, stop, serving) = start_public(Duration::ZERO, limits, NO_END).await;
        let mut deaf = TcpStream::connect(address).await.unwrap();
        // Far more answers than fit into the buffers between the two; sending ends when the door hangs up.
        let ask = b"GET /large HTTP/1.1\r\nHost: localhost\r\n\r\n".repeat(1_000);
        let asking = async { while deaf.write_all(&ask).await.is_ok() {} };
        within("who asks on and on and never reads is hung up on", asking).await;
        let mut next = TcpStream::connect(address).await.unwrap();
        next.write_all(REQUEST).await.unwrap();
        let mut answer = [0; 12];
        within("the only place must be free again", next.read_exact(&mut answer)).await.unwrap();
        assert_eq!(&answer, b"HTTP/1.1 200", "and the next caller is served");
        stop.cancel();
        within("the stop", serving).await.unwrap().unwrap();
    }

    #[tokio::test]
    async fn more_connections_than_there_are_places_wait_and_are_served_in_the_end() {
        let limits = PublicLimits { connections: 2, ..SHORT };
        let (address, stop, serving) = start_public(Duration::ZERO, limits, NO_END).await;
        let mut silent = Vec::new();
        for _ in 0..2 {
            silent.push(TcpStream::connect(address).await.unwrap());
        }
        let began = std::time::Instant::now();
        let mut third = TcpStream::connect(address).await.unwrap();
        third.write_all(REQUEST).await.unwrap();
        let mut answer = [0; 12];
        within("a place comes free when the silent ones are hung up on", third.read_exact(&mut answer)).await.unwrap();
        assert_eq!(&answer, b"HTTP/1.1 200", "it is served then");
        assert!(began.elapsed() >= SHORT.head / 2, "but not while both places were taken: {:?}", began.elapsed());
        stop.cancel();
        within("the stop", serving).await.unwrap().unwrap();
    }

    #[tokio::test]
    async fn a_head_without_end_is_refused() {
        let limits = PublicLimits { head: NO_END, stall: NO_END, ..SHORT };
        let (address, stop, serving) = start_public(Duration::ZERO, limits, NO_END).await;
        let mut connection = TcpStream::connect(address).await.unwrap();
        let head = format!("GET /{} HTTP/1.1\r\n", "a".repeat(4 * MOST_HEAD));
        let _ = connection.write_all(head.as_bytes()).await;
        let mut answer = Vec::new();
        let _ = within("it must not be collected", connection.read_to_end(&mut answer)).await;
        assert!(!answer.starts_with(b"HTTP/1.1 2"), "nor carried out: {}", String::from_utf8_lossy(&answer));
        stop.cancel();
        within("the stop", serving).await.unwrap().unwrap();
    }

    #[tokio::test]
    async fn a_request_under_way_is_finished_and_an_idle_connection_is_closed() {
        finishes(start(Duration::from_millis(300), Duration::from_secs(20)).await).await;
        let limits = PublicLimits { head: NO_END, ..SHORT };
        finishes(start_public(Duration::from_millis(300), limits, Duration::from_secs(20)).await).await;
    }

    async fn finishes((address, stop, serving): Running) {
        let mut idle = TcpStream::connect(address).await.unwrap();
        let mut busy = TcpStream::connect(address).await.unwrap();
        busy.write_all(REQUEST).await.unwrap();
        tokio::time::sleep(Duration::from_millis(100)).await;
        stop.cancel();
        let mut answer = String::new();
        busy.read_to_string(&mut answer).await.unwrap();
        assert!(answer.ends_with("done"), "what was under way gets its answer, got {answer:?}");
        assert_eq!(idle.read(&mut [0; 8]).await.unwrap(), 0, "an idle connection is closed, not kept");
        let ended = tokio::time::timeout(Duration::from_secs(5), serving).await;
        ended.expect("it must not wait for the end of the grace when nothing is left").unwrap().unwrap();
    }

    #[tokio::test]
    async fn what_does_not_end_is_dropped() {
        drops(start(NO_END, Duration::from_millis(200)).await).await;
        let limits = PublicLimits { head: NO_END, ..SHORT };
        drops(start_public(NO_END, limits, Duration::from_millis(200)).await).await;
    }

    async fn drops((address, stop, serving): Running) {
        let mut stuck = TcpStream::connect(address).await.unwrap();
        stuck.write_all(REQUEST).await.unwrap();
        let mut half = TcpStream::connect(address).await.unwrap();
        half.write_all(&REQUEST[..20]).await.unwrap();
        tokio::time::sleep(Duration::from_millis(100)).await;
        stop.cancel();
        let ended = tokio::time::timeout(Duration::from_secs(5), serving).await;
        ended.expect("one stuck caller must not keep the engine from stopping").unwrap().unwrap();
        for (name, connection) in [("stuck", &mut stuck), ("half sent", &mut half)] {
            let end = tokio::time::timeout(Duration::from_secs(5), connection.read(&mut [0; 8])).await;
            let end = end.unwrap_or_else(|_| panic!("the {name} connection must be cut"));
            assert!(!matches!(end, Ok(1..)), "the {name} connection got an answer out of nothing");
        }
    }
}
