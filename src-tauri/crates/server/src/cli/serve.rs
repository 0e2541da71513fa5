//! Options of `casebridged serve`.

use std::net::SocketAddr;

use casebridge_domain::ConnectionKind;
use clap::{Args, ValueEnum};
use url::Url;

/// Options of `serve`.
#[derive(Debug, Args)]
pub struct ServeArgs {
    /// Console and sessions API.
    #[arg(long, default_value = "127.0.0.1:4180")]
    pub listen: SocketAddr,
    /// A name that the console answers to beside those of this computer, as it stands in the browser's address, without
    /// scheme and port; repeatable. For a team server behind a proxy that encrypts.
    #[arg(long, env = "CASEBRIDGE_CONSOLE_HOST", value_name = "NAME", value_delimiter = ',', value_parser = host_name)]
    pub console_host: Vec<String>,
    /// Webhooks and callbacks; closed when not given.
    #[arg(long)]
    pub public_listen: Option<SocketAddr>,
    /// How the internet reaches the public listener.
    #[arg(long)]
    pub public_url: Option<Url>,
    /// Start a stand-in CRM as well, and connect to it: `creatio` unless said otherwise, `salesforce`, or both with a
    /// comma.
    #[arg(long, value_name = "CRM", value_enum, num_args = 0..=1, value_delimiter = ',', default_missing_value = "creatio")]
    pub sandbox: Vec<SandboxArg>,
    /// Let a few example conversations come in for each stand-in, as the console does when it starts one.
    #[arg(long, requires = "sandbox")]
    pub play: bool,
}

/// A bare host name or address, so that nothing but this name is let in.
fn host_name(text: &str) -> Result<String, String> {
    match url::Host::parse(text) {
        Ok(host) if !text.contains('*') && host.to_string().eq_ignore_ascii_case(text) => Ok(host.to_string()),
        _ => Err("give the name alone, such as cases.example.com: no scheme, port, path or `*`".to_owned()),
    }
}

/// Which CRM a stand-in stands in for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SandboxArg {
    /// A Creatio.
    Creatio,
    /// A Salesforce org.
    Salesforce,
}

impl From<SandboxArg> for ConnectionKind {
    fn from(kind: SandboxArg) -> Self {
        match kind {
            SandboxArg::Creatio => ConnectionKind::Creatio,
            SandboxArg::Salesforce => ConnectionKind::Salesforce,
        }
    }
}
