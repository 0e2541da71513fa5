//! Clients of the CRMs behind one port. The only crate that names reqwest or oauth2.
//!
//! What a case system can do is in [`port`]; how each does it is in [`creatio`] and [`salesforce`]. Nothing here knows
//! the store: what must be kept goes through [`port::Vault`] and comes back as data.

pub mod analyst;
pub mod creatio;
mod credentials;
mod crm_clock;
mod knock;
mod once;
pub mod port;
pub mod salesforce;
pub mod set_up;
mod settings;
mod wire;

pub use credentials::{CLIENT_SECRET, REFRESH_TOKEN};
pub use crm_clock::CrmClock;
pub use knock::{Knock, knock};
pub use port::{
    Alone, Applied, Batch, CallLog, CallRecord, CaseReading, CaseStands, CaseSystem, ChangedCase, ChangedRecord,
    Changes, Check, Choice, ChoiceKind, Isolated, LeftOut, Look, LookAt, MappedPart, Meaning, Proof, Standing,
    TestReport, Vault, VaultError,
};
pub use set_up::{KitDeploy, KitError, KitField, KitPart, KitProgress, KitStage, KitState, SetUpKit};

/// Installs the process's TLS provider, for whoever makes an HTTP client of their own. Once is enough; again
/// does no harm.
pub fn install_crypto() {
    rustls::crypto::ring::default_provider().install_default().ok();
}
