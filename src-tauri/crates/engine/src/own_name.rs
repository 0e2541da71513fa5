//! The console's own host name on this computer (R31).

use rand::RngCore as _;

use crate::Engine;
use crate::error::EngineError;

/// The setting that keeps the random part.
const NAME: &str = "console.name";

impl Engine {
    /// A host name that leads browsers to this computer, and that no other engine here has: cookies are kept by name
    /// and ignore ports, so engines that share `127.0.0.1` would be sent each other's. Random, kept with the data.
    pub async fn own_name(&self) -> Result<String, EngineError> {
        let random = match self.store().setting(NAME).await? {
            Some(random) => random,
            None => {
                let random = format!("casebridge-{:016x}", rand::rng().next_u64());
                self.store().set_setting(NAME, &random).await?;
                random
            }
        };
        Ok(format!("{random}.localhost"))
    }
}
