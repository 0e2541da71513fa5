//! Running a router on a listener, and stopping in bounded time.

use std::future::IntoFuture as _;
use std::io;
use std::net::SocketAddr;
use std::pin::{Pin, pin};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::Router;
use axum::serve::Listener;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::{CancellationToken, WaitForCancellationFutureOwned};

/// How long requests under way may take after the stop.
const GRACE: Duration = Duration::from_secs(5);

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
    let connections = Cuttable { listener, cut: cut.clone() };
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

/// A listener whose connections can all be cut.
struct Cuttable {
    listener: TcpListener,
    cut: CancellationToken,
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
        (Connection { stream, is_cut: Box::pin(self.cut.clone().cancelled_owned()) }, from)
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }
}

struct Connection {
    stream: TcpStream,
    is_cut: Pin<Box<WaitForCancellationFutureOwned>>,
}

impl Connection {
    fn refuse_if_cut(&mut self, cx: &mut Context<'_>) -> io::Result<()> {
        if self.is_cut.as_mut().poll(cx).is_ready() {
            return Err(io::Error::new(io::ErrorKind::ConnectionAborted, "the engine is stopping"));
        }
        Ok(())
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
        Pin::new(&mut self.stream).poll_write(cx, from)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        from: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.refuse_if_cut(cx)?;
        Pin::new(&mut self.stream).poll_write_vectored(cx, from)
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

    async fn start(
        handler_takes: Duration,
        grace: Duration,
    ) -> (SocketAddr, CancellationToken, tokio::task::JoinHandle<io::Result<()>>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let stop = CancellationToken::new();
        let handler = move || async move {
            tokio::time::sleep(handler_takes).await;
            "done"
        };
        let router = Router::new().route("/", get(handler));
        (address, stop.clone(), tokio::spawn(serve_with(listener, router, stop, grace)))
    }

    #[tokio::test]
    async fn a_request_under_way_is_finished_and_an_idle_connection_is_closed() {
        let (address, stop, serving) = start(Duration::from_millis(300), Duration::from_secs(20)).await;
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
        let (address, stop, serving) = start(Duration::from_secs(600), Duration::from_millis(200)).await;
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
