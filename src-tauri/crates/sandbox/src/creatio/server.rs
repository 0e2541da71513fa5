//! Serving the two hosts, and a stand-in that is started for a test and stops when it is let go.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::config::CreatioConfig;
use super::routes;
use super::sandbox::CreatioSandbox;
use super::shared::Shared;
use crate::wire::{CutHandle, CutListener};

/// Serves until told to stop; what is still being answered then is cut.
pub(crate) async fn serve(
    shared: Arc<Shared>,
    instance: TcpListener,
    identity: TcpListener,
    shutdown: CancellationToken,
) -> io::Result<()> {
    let identity_url = format!("http://{}", identity.local_addr()?);
    if shared.identity_url.set(identity_url).is_err() {
        tracing::debug!("the stand-in is served a second time; discovery keeps naming the first address");
    }
    let one = host(instance, routes::instance(Arc::clone(&shared)), shutdown.clone());
    let other = host(identity, routes::identity_service(shared), shutdown);
    tokio::try_join!(one, other)?;
    Ok(())
}

async fn host(listener: TcpListener, router: axum::Router, shutdown: CancellationToken) -> io::Result<()> {
    let closing = CancellationToken::new();
    let listener = CutListener::new(listener, closing.clone());
    let service = router.into_make_service_with_connect_info::<CutHandle>();
    let serving = axum::serve(listener, service).with_graceful_shutdown({
        let shutdown = shutdown.clone();
        async move { shutdown.cancelled().await }
    });
    let impatience = async {
        shutdown.cancelled().await;
        closing.cancel();
        tokio::time::sleep(Duration::from_millis(200)).await;
    };
    tokio::select! {
        served = serving => served,
        () = impatience => Ok(()),
    }
}

/// A stand-in on two loopback ports of its own. It stops when dropped.
pub struct RunningCreatio {
    /// The handle to look inside and to set faults with.
    pub sandbox: CreatioSandbox,
    /// Where the instance answers, without a slash at the end.
    pub instance_url: String,
    /// Where the Identity Service answers.
    pub identity_url: String,
    shutdown: CancellationToken,
    serving: Option<JoinHandle<io::Result<()>>>,
}

impl RunningCreatio {
    pub(crate) async fn start(config: CreatioConfig) -> io::Result<Self> {
        let sandbox = CreatioSandbox::new(config);
        let instance = TcpListener::bind("127.0.0.1:0").await?;
        let identity = TcpListener::bind("127.0.0.1:0").await?;
        let instance_url = format!("http://{}", instance.local_addr()?);
        let identity_url = format!("http://{}", identity.local_addr()?);
        let shutdown = CancellationToken::new();
        let serving = tokio::spawn({
            let (sandbox, shutdown) = (sandbox.clone(), shutdown.clone());
            async move { sandbox.serve(instance, identity, shutdown).await }
        });
        Ok(Self { sandbox, instance_url, identity_url, shutdown, serving: Some(serving) })
    }

    /// Where OData answers.
    pub fn odata_url(&self) -> String {
        format!("{}{}", self.instance_url, self.sandbox.config().host.service_root())
    }

    /// Where tokens are given out.
    pub fn token_url(&self) -> String {
        format!("{}/connect/token", self.identity_url)
    }

    /// Stops both hosts and waits until their ports are free.
    pub async fn stop(mut self) {
        self.shutdown.cancel();
        if let Some(serving) = self.serving.take() {
            match serving.await {
                Ok(Ok(())) => {}
                Ok(Err(error)) => tracing::warn!(%error, "the stand-in ended with an error"),
                Err(error) => tracing::warn!(%error, "the stand-in broke"),
            }
        }
    }
}

impl Drop for RunningCreatio {
    fn drop(&mut self) {
        self.shutdown.cancel();
    }
}
