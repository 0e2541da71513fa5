//! How much is logged, changed while the program runs.
//!
//! What people may turn up is a fixed list of parts of ours: nobody sees what a library writes of the bytes that pass
//! through it. A change lasts until the next start, unless it is kept.

use std::collections::BTreeMap;
use std::io::IsTerminal as _;
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use serde::{Deserialize, Serialize};
use serde_json::json;
use tracing::Subscriber;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{EnvFilter, Layer, Registry, reload};

use crate::Engine;
use crate::error::EngineError;

/// The variable that sets what is logged from the start.
pub const VARIABLE: &str = "CASEBRIDGE_LOG";
/// The setting that keeps changes over a restart.
const KEPT: &str = "log.levels";

/// A part of the program whose log can be turned up or down.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Area {
    /// Lanes, plans, pulls, the poller.
    Engine,
    /// Calls of the CRMs.
    Crm,
    /// The database and the secrets.
    Store,
    /// The sessions API, webhooks and the console over HTTP.
    Doors,
}

impl Area {
    /// All of them, as they are listed.
    pub const ALL: [Area; 4] = [Area::Engine, Area::Crm, Area::Store, Area::Doors];

    /// Whose log lines belong to it.
    fn targets(self) -> &'static [&'static str] {
        match self {
            Area::Engine => &["casebridge_engine", "casebridge_domain"],
            Area::Crm => &["casebridge_connectors"],
            Area::Store => &["casebridge_store"],
            Area::Doors => &["casebridge_gateway", "casebridge_api", "casebridge_remote"],
        }
    }
}

/// How much of an area is logged; each level holds those before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LogLevel {
    /// What failed.
    Error,
    /// And what somebody should look at.
    Warn,
    /// And what happened.
    Info,
    /// And why.
    Debug,
    /// And every step.
    Trace,
}

impl LogLevel {
    fn as_str(self) -> &'static str {
        match self {
            LogLevel::Error => "error",
            LogLevel::Warn => "warn",
            LogLevel::Info => "info",
            LogLevel::Debug => "debug",
            LogLevel::Trace => "trace",
        }
    }
}

/// Areas that are not as the start left them.
pub type Levels = BTreeMap<Area, LogLevel>;

/// What is logged now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogState {
    /// What was set at the start, in `EnvFilter`'s syntax.
    pub usual: String,
    /// What was changed since.
    pub changed: Levels,
    /// What of it outlives a restart.
    pub kept: Levels,
}

type Reload = Box<dyn Fn(EnvFilter) -> bool + Send + Sync>;

/// The log of this process: there is one, as there is one standard error.
struct Switch {
    usual: String,
    changed: Mutex<Levels>,
    reload: Reload,
}

static SWITCH: OnceLock<Switch> = OnceLock::new();

/// Logs to standard error from now on: as [`VARIABLE`] says, else `usual`. A second call in one process is a test's
/// and changes nothing.
pub fn log_to_stderr(usual: &str) {
    let text = std::env::var(VARIABLE).ok().filter(|text| EnvFilter::try_new(text).is_ok());
    let usual = text.unwrap_or_else(|| usual.to_owned());
    let (layer, reload) = switchable::<Registry>(&usual);
    let lines =
        tracing_subscriber::fmt::layer().with_ansi(std::io::stderr().is_terminal()).with_writer(std::io::stderr);
    if tracing_subscriber::registry().with(layer).with(lines).try_init().is_ok() {
        drop(SWITCH.set(Switch { usual, changed: Mutex::default(), reload }));
    }
}

/// A filter, and what puts another in its place.
fn switchable<S>(usual: &str) -> (impl Layer<S>, Reload)
where
    S: Subscriber + for<'a> LookupSpan<'a>,
{
    let (layer, handle) = reload::Layer::new(filter(usual, &Levels::new()));
    (layer, Box::new(move |filter| handle.reload(filter).is_ok()))
}

fn filter(usual: &str, changed: &Levels) -> EnvFilter {
    let mut text = usual.to_owned();
    for (area, level) in changed {
        for target in area.targets() {
            text.push_str(&format!(",{target}={}", level.as_str()));
        }
    }
    // This client writes whole answers of a model at its lowest level, and they repeat the conversation.
    text.push_str(",genai=off");
    EnvFilter::new(text)
}

impl Switch {
    fn changed(&self) -> MutexGuard<'_, Levels> {
        self.changed.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn set(&self, levels: Levels) -> bool {
        let mut changed = self.changed();
        let done = (self.reload)(filter(&self.usual, &levels));
        if done {
            *changed = levels;
        }
        done
    }
}

fn switch() -> Result<&'static Switch, EngineError> {
    SWITCH.get().ok_or_else(|| {
        EngineError::invalid("log", "belongs to another program here", "set the level where that program is started")
    })
}

impl Engine {
    /// What is logged now, and what was kept.
    pub async fn log_state(&self) -> Result<LogState, EngineError> {
        let switch = switch()?;
        let kept = self.kept_levels().await?;
        Ok(LogState { usual: switch.usual.clone(), changed: switch.changed().clone(), kept })
    }

    /// Turns an area up or down, or back to what the start set. `keep`: also after the next start.
    pub async fn set_log_level(
        &self,
        area: Area,
        level: Option<LogLevel>,
        keep: bool,
        actor: &str,
    ) -> Result<LogState, EngineError> {
        let switch = switch()?;
        let mut kept = self.kept_levels().await?;
        let mut changed = switch.changed().clone();
        put(&mut changed, area, level);
        put(&mut kept, area, level.filter(|_| keep));
        // Kept first: what cannot be stored is not promised, and nothing changed.
        let text = serde_json::to_string(&kept).unwrap_or_default();
        self.store().set_setting(KEPT, &text).await?;
        if !switch.set(changed) {
            return Err(EngineError::invalid("log", "could not be switched", "restart the program"));
        }
        let (now, detail) = (self.clock().now(), json!({ "area": area, "level": level, "kept": keep }));
        self.store().audit(actor, "log.level", "engine", detail, now).await?;
        self.log_state().await
    }

    /// At the start: what was kept holds again.
    pub(crate) async fn restore_log_levels(&self) -> Result<(), EngineError> {
        let Some(switch) = SWITCH.get() else { return Ok(()) };
        let kept = self.kept_levels().await?;
        if !kept.is_empty() && !switch.set(kept) {
            tracing::warn!("the kept log levels could not be set");
        }
        Ok(())
    }

    async fn kept_levels(&self) -> Result<Levels, EngineError> {
        let text = self.store().setting(KEPT).await?;
        // What another version wrote and this one does not know is as good as nothing kept.
        Ok(text.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default())
    }
}

fn put(levels: &mut Levels, area: Area, level: Option<LogLevel>) {
    match level {
        Some(level) => levels.insert(area, level),
        None => levels.remove(&area),
    };
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::sync::Arc;

    use super::*;

    #[derive(Clone, Default)]
    struct Lines(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Lines {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_models_answers_are_in_no_log_however_much_is_logged() {
        let lines = Lines::default();
        let sink = lines.clone();
        let (layer, _) = switchable::<Registry>("trace");
        let out = tracing_subscriber::fmt::layer().with_ansi(false).with_writer(move || sink.clone());
        tracing::subscriber::with_default(tracing_subscriber::registry().with(layer).with(out), || {
            tracing::trace!(target: "genai::webc::web_client", "AI Response body");
            tracing::trace!(target: "casebridge_engine", "ours");
        });
        let said = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
        assert!(said.contains("ours") && !said.contains("AI Response"), "they repeat the conversation: {said}");
    }

    #[test]
    fn an_area_is_turned_up_alone_and_back_again() {
        let lines = Lines::default();
        let sink = lines.clone();
        let (layer, reload) = switchable::<Registry>("warn");
        let out = tracing_subscriber::fmt::layer().with_ansi(false).with_writer(move || sink.clone());
        let subscriber = tracing_subscriber::registry().with(layer).with(out);
        tracing::subscriber::with_default(subscriber, || {
            let speak = |when: &str| {
                tracing::debug!(target: "casebridge_connectors::creatio", "crm {when}");
                tracing::debug!(target: "casebridge_store::sqlite", "store {when}");
                tracing::debug!(target: "hyper::proto", "library {when}");
            };
            speak("before");
            assert!(reload(filter("warn", &Levels::from([(Area::Crm, LogLevel::Debug)]))));
            speak("during");
            assert!(reload(filter("warn", &Levels::new())));
            speak("after");
        });
        let said = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
        let heard: Vec<&str> = said.lines().map(|line| line.rsplit(": ").next().unwrap()).collect();
        assert_eq!(heard, ["crm during"], "no other area, no library, and nothing before or after: {said}");
    }

    #[test]
    fn an_area_can_be_quieter_than_the_start_said() {
        let text = filter("info,casebridge_store=debug", &Levels::from([(Area::Store, LogLevel::Error)])).to_string();
        assert!(text.contains("casebridge_store=error") && !text.contains("casebridge_store=debug"), "{text}");
        assert!(text.contains("info"), "the rest stays as it was: {text}");
    }

    #[test]
    fn what_is_kept_is_read_again() {
        let levels = Levels::from([(Area::Doors, LogLevel::Trace)]);
        let text = serde_json::to_string(&levels).unwrap();
        assert_eq!((text.as_str(), serde_json::from_str::<Levels>(&text).unwrap()), (r#"{"doors":"trace"}"#, levels));
    }
}
