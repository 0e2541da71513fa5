//! A world in which days pass in seconds: engine and CRM on clocks that move together.

use std::sync::Arc;
use std::time::Duration;

use casebridge_engine::{Clock, VirtualClock};
use casebridge_sandbox::creatio::{CreatioConfig, SandboxClock, VirtualClock as CrmClock};
use jiff::Timestamp;

use crate::world::{World, WorldOptions};

/// A world with its two clocks.
pub struct Days {
    /// The world.
    pub world: World,
    /// The engine's clock.
    pub clock: Arc<VirtualClock>,
    /// The CRM's clock.
    pub crm: CrmClock,
}

impl Days {
    /// A world on a Sunday morning; in it tasks of a category are replies too.
    pub async fn begin() -> Self {
        let start: Timestamp = "2026-03-01T08:00:00Z".parse().unwrap();
        let clock = Arc::new(VirtualClock::new(start));
        let crm = CrmClock::starting_at(start);
        let options = WorldOptions {
            clock: Arc::clone(&clock) as Arc<dyn Clock>,
            creatio: CreatioConfig { clock: SandboxClock::Virtual(crm.clone()), ..CreatioConfig::default() },
            ..WorldOptions::default()
        };
        Self { world: World::with(options.with_task_replies()).await, clock, crm }
    }

    /// Lives on from alarm to alarm for so long.
    pub async fn pass(&self, minutes: u64) {
        let end = self.clock.now() + Duration::from_secs(minutes * 60);
        while self.clock.now() < end {
            let next = self.clock.next_alarm().filter(|alarm| *alarm <= end).unwrap_or(end);
            self.crm.set(next.max(self.crm.now()));
            self.clock.advance_to(next);
            self.rest().await;
        }
    }

    /// Waits until nobody is at work.
    async fn rest(&self) {
        let mut calm = 0;
        while calm < 5 {
            tokio::time::sleep(Duration::from_millis(3)).await;
            calm = if self.world.engine().in_flight() > 0 { 0 } else { calm + 1 };
        }
    }
}
