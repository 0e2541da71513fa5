//! Serving the hosts, and a stand-in that is started for a test and stops when it is let go.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use axum::serve::Listener;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::config::SalesforceConfig;
use super::routes::{self, Host};
use super::sandbox::SalesforceSandbox;
use super::shared::{Addresses, Shared};
use super::tls;
use crate::wire::{CutHandle, CutListener, TlsListener};

/// A stand-in on loopback ports of its own. It stops when dropped.
pub struct RunningSalesforce {
    /// The handle to look inside and to set faults with.
    pub sandbox: SalesforceSandbox,
    /// The login host of all orgs (`login.salesforce.com`): sign-in only. No slash at the end.
    pub login_url: String,
    /// The org's own host (My Domain): sign-in and data, and the pages below `/sandbox/`.
    pub instance_url: String,
    /// The same two over TLS; empty without it. Tokens given there name the TLS instance.
    pub tls_login_url: String,
    /// See `tls_login_url`.
    pub tls_instance_url: String,
    /// The authority that clients have to trust, as PEM; empty without TLS.
    pub authority: String,
    folder: TempDir,
    shutdown: CancellationToken,
    serving: JoinSet<io::Result<()>>,
}

impl RunningSalesforce {
    pub(crate) async fn start(config: SalesforceConfig, ports: [u16; 4]) -> io::Result<Self> {
        let sandbox = SalesforceSandbox::new(config);
        let shared = &sandbox.shared;
        let (shutdown, closing) = (CancellationToken::new(), CancellationToken::new());
        let mut serving = JoinSet::new();
        let folder = TempDir::with_prefix("salesforce-sandbox-")?;
        let mut addresses = Addresses::default();
        let mut authority = String::new();
        let plain = |listener: TcpListener| CutListener::new(listener, closing.clone());
        let (login, instance) = (bind(ports[0]).await?, bind(ports[1]).await?);
        addresses.login = format!("http://localhost:{}", login.local_addr()?.port());
        addresses.instance = format!("http://localhost:{}", instance.local_addr()?.port());
        serving.spawn(host(plain(login), shared, Host { generic: true, tls: false }, &shutdown, &closing));
        serving.spawn(host(plain(instance), shared, Host { generic: false, tls: false }, &shutdown, &closing));
        if shared.config.tls {
            let made = tls::make()?;
            authority = made.authority;
            std::fs::write(folder.path().join("authority.pem"), &authority)?;
            let (login, instance) = (bind(ports[2]).await?, bind(ports[3]).await?);
            addresses.tls_login = format!("https://localhost:{}", login.local_addr()?.port());
            addresses.tls_instance = format!("https://localhost:{}", instance.local_addr()?.port());
            let over = |listener| TlsListener::new(listener, made.acceptor.clone(), closing.clone());
            serving.spawn(host(over(login)?, shared, Host { generic: true, tls: true }, &shutdown, &closing));
            serving.spawn(host(over(instance)?, shared, Host { generic: false, tls: true }, &shutdown, &closing));
        }
        if shared.addresses.set(addresses.clone()).is_err() {
            tracing::debug!("the stand-in is served a second time; it keeps naming its first addresses");
        }
        let Addresses { login, instance, tls_login, tls_instance } = addresses;
        Ok(Self {
            sandbox,
            login_url: login,
            instance_url: instance,
            tls_login_url: tls_login,
            tls_instance_url: tls_instance,
            authority,
            folder,
            shutdown,
            serving,
        })
    }

    /// The file that holds the authority, for clients that want a path. It is gone when this is dropped.
    pub fn authority_file(&self) -> PathBuf {
        self.folder.path().join("authority.pem")
    }

    /// Where the data API of a version answers, such as 66.
    pub fn data_url(&self, version: u32) -> String {
        format!("{}/services/data/v{version}.0", self.instance_url)
    }

    /// Where this stand-in keeps its files.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Stops all hosts and waits until their ports are free.
    pub async fn stop(mut self) {
        self.shutdown.cancel();
        while let Some(ended) = self.serving.join_next().await {
            match ended {
                Ok(Ok(())) => {}
                Ok(Err(error)) => tracing::warn!(%error, "the stand-in ended with an error"),
                Err(error) => tracing::warn!(%error, "the stand-in broke"),
            }
        }
    }
}

impl Drop for RunningSalesforce {
    fn drop(&mut self) {
        self.shutdown.cancel();
        // Otherwise they would end at once, and what is being answered would not see the cut.
        self.serving.detach_all();
    }
}

async fn bind(port: u16) -> io::Result<TcpListener> {
    TcpListener::bind(("127.0.0.1", port)).await
}

fn host<L>(
    listener: L,
    shared: &Arc<Shared>,
    which: Host,
    shutdown: &CancellationToken,
    closing: &CancellationToken,
) -> impl Future<Output = io::Result<()>> + Send + 'static
where
    L: Listener,
    L::Addr: std::fmt::Debug,
    CutHandle: for<'a> axum::extract::connect_info::Connected<axum::serve::IncomingStream<'a, L>>,
{
    let router = routes::host(Arc::clone(shared), which);
    let (shutdown, closing) = (shutdown.clone(), closing.clone());
    async move {
        let service = router.into_make_service_with_connect_info::<CutHandle>();
        let graceful = shutdown.clone();
        let serving = axum::serve(listener, service).with_graceful_shutdown(async move { graceful.cancelled().await });
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
}
