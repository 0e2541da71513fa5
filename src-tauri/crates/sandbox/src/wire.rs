//! Connections that can be dropped without an answer, so that a caller meets a transport error and no status.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;
use tokio_util::sync::CancellationToken;

/// Drops one connection: nothing more is read from it or written to it.
#[derive(Clone, Debug)]
pub(crate) struct CutHandle {
    cut: Arc<AtomicBool>,
    closing: CancellationToken,
}

impl CutHandle {
    pub fn cut(&self) {
        self.cut.store(true, Ordering::SeqCst);
    }

    fn check(&self) -> io::Result<()> {
        if self.cut.load(Ordering::SeqCst) || self.closing.is_cancelled() {
            return Err(io::ErrorKind::ConnectionReset.into());
        }
        Ok(())
    }
}

/// Accepts connections that a handler can cut.
pub(crate) struct CutListener {
    inner: TcpListener,
    closing: CancellationToken,
}

impl CutListener {
    pub fn new(inner: TcpListener, closing: CancellationToken) -> Self {
        Self { inner, closing }
    }
}

/// A connection with its switch.
pub(crate) struct CutStream {
    inner: TcpStream,
    handle: CutHandle,
}

impl Listener for CutListener {
    type Io = CutStream;
    type Addr = std::net::SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        let (inner, address) = Listener::accept(&mut self.inner).await;
        // Small answers should not wait for more to send; a failure only costs speed.
        if let Err(error) = inner.set_nodelay(true) {
            tracing::debug!(%error, "no-delay was refused");
        }
        let handle = CutHandle { cut: Arc::default(), closing: self.closing.clone() };
        (CutStream { inner, handle }, address)
    }

    fn local_addr(&self) -> io::Result<Self::Addr> {
        self.inner.local_addr()
    }
}

impl Connected<IncomingStream<'_, CutListener>> for CutHandle {
    fn connect_info(stream: IncomingStream<'_, CutListener>) -> Self {
        stream.io().handle.clone()
    }
}

impl AsyncRead for CutStream {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        if let Err(error) = self.handle.check() {
            return Poll::Ready(Err(error));
        }
        Pin::new(&mut self.inner).poll_read(cx, buf)
    }
}

impl AsyncWrite for CutStream {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        if let Err(error) = self.handle.check() {
            return Poll::Ready(Err(error));
        }
        Pin::new(&mut self.inner).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(cx)
    }
}

/// The first half of a body; then the connection is cut.
pub(crate) fn half_body(bytes: &[u8], connection: CutHandle) -> Body {
    let half = Bytes::copy_from_slice(&bytes[..bytes.len() / 2]);
    let stream = futures::stream::unfold((Some(half), connection), |(half, connection)| async move {
        match half {
            Some(half) => Some((Ok(half), (None, connection))),
            None => {
                // The first half has to leave before the cut.
                tokio::time::sleep(Duration::from_millis(5)).await;
                connection.cut();
                Some((Err(io::Error::from(io::ErrorKind::ConnectionReset)), (None, connection)))
            }
        }
    });
    Body::from_stream(stream)
}

/// Accepts TLS connections that a handler can cut. Handshakes run beside each other, so that a slow one holds up
/// nobody.
pub(crate) struct TlsListener {
    ready: mpsc::Receiver<(TlsStream<CutStream>, SocketAddr)>,
    address: SocketAddr,
}

impl TlsListener {
    /// Wraps a bound listener; must be called inside a runtime.
    pub fn new(inner: TcpListener, acceptor: TlsAcceptor, closing: CancellationToken) -> io::Result<Self> {
        let address = inner.local_addr()?;
        let (send, ready) = mpsc::channel(64);
        let mut listener = CutListener::new(inner, closing.clone());
        tokio::spawn(async move {
            loop {
                let (stream, from) = tokio::select! {
                    accepted = listener.accept() => accepted,
                    () = closing.cancelled() => return,
                };
                let (acceptor, send) = (acceptor.clone(), send.clone());
                tokio::spawn(async move {
                    match acceptor.accept(stream).await {
                        // The receiver is gone only when the stand-in ends.
                        Ok(stream) => drop(send.send((stream, from)).await),
                        Err(error) => tracing::debug!(%error, "a TLS handshake failed"),
                    }
                });
            }
        });
        Ok(Self { ready, address })
    }
}

impl Listener for TlsListener {
    type Io = TlsStream<CutStream>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        match self.ready.recv().await {
            Some(accepted) => accepted,
            // Nothing more will come; the server is told to stop by its own token.
            None => std::future::pending().await,
        }
    }

    fn local_addr(&self) -> io::Result<Self::Addr> {
        Ok(self.address)
    }
}

impl Connected<IncomingStream<'_, TlsListener>> for CutHandle {
    fn connect_info(stream: IncomingStream<'_, TlsListener>) -> Self {
        stream.io().get_ref().0.handle.clone()
    }
}
