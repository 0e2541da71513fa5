//! What a choice would mean here, measured from this store: how many cases a week, what a removal stops.

use std::time::Duration;

use casebridge_domain::Consumer;
use casebridge_store::{Footprint, LaneCounts, SessionFlow};

use crate::Engine;
use crate::error::EngineError;

/// The stretch that is measured.
const WEEK: Duration = Duration::from_secs(7 * 24 * 60 * 60);

impl Engine {
    /// Conversations that began in the last seven days.
    pub async fn week(&self) -> Result<SessionFlow, EngineError> {
        Ok(self.store().session_flow(self.clock().now() - WEEK).await?)
    }

    /// What a connection has done, and what waits for it: what a removal would stop, and what stays.
    pub async fn footprint(&self, name: &str) -> Result<(Footprint, LaneCounts), EngineError> {
        let connection = self.connection(name).await?;
        let lanes = self.store().lane_counts(Consumer::Crm(connection.id)).await?;
        Ok((self.store().footprint(connection.id).await?, lanes))
    }
}
