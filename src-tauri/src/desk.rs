//! What the window's commands share, and the switch from one engine to another.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use casebridge_api::ApiError;
use casebridge_api::error::Code;
use casebridge_remote::{Link, Remote};
use tauri::{AppHandle, Emitter as _};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use crate::deep_link::Destination;
use crate::follow::follow;
use crate::place::{Place, PlaceView, SharedPlace};
use crate::preferences::Preferences;
use crate::{engine, joined};

/// What changes while the window stands.
struct Now {
    place: SharedPlace,
    /// Why the engine in another process cannot be asked, once it said so.
    trouble: Option<ApiError>,
    /// The engine beside us stopped.
    gone: bool,
    /// Ends the following of this place.
    following: CancellationToken,
}

/// What the window's commands share.
pub(crate) struct Desk {
    pub(crate) data: PathBuf,
    now: RwLock<Now>,
    /// Cancelled once the first place is known. The window is made meanwhile, and what it asks waits.
    opened: CancellationToken,
    preferences: Mutex<Preferences>,
    /// One switch at a time.
    switching: tokio::sync::Mutex<()>,
    page: Mutex<Page>,
    /// Something changed that the tray and the notifications may want to know.
    pub(crate) stirred: Notify,
    /// The page has shown its first list; until then nothing competes with it.
    pub(crate) page_is_ready: Notify,
}

/// What is known of the page.
#[derive(Default)]
struct Page {
    ready: bool,
    /// Where it is to go once it is ready.
    to: Option<Destination>,
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // A panic between two assignments leaves nothing half-done here.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn unavailable(message: String, hint: &str) -> ApiError {
    ApiError { code: Code::Unavailable, message, hint: hint.into(), retry_after: None }
}

impl Desk {
    pub(crate) fn new(data: PathBuf, preferences: Preferences, to: Option<Destination>) -> Self {
        let following = CancellationToken::new();
        let place = Place::Nowhere(unavailable("the engine is not open yet".into(), "try again in a moment"));
        let now = Now { place: Arc::new(place), trouble: None, gone: false, following };
        Self {
            data,
            now: RwLock::new(now),
            opened: CancellationToken::new(),
            preferences: Mutex::new(preferences),
            switching: tokio::sync::Mutex::default(),
            page: Mutex::new(Page { ready: false, to }),
            stirred: Notify::new(),
            page_is_ready: Notify::new(),
        }
    }

    fn read<T>(&self, read: impl FnOnce(&Now) -> T) -> T {
        read(&self.now.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn write<T>(&self, write: impl FnOnce(&mut Now) -> T) -> T {
        write(&mut self.now.write().unwrap_or_else(PoisonError::into_inner))
    }

    /// Follows nothing any more: the program ends.
    pub(crate) fn follow_no_more(&self) {
        self.read(|now| now.following.cancel());
    }

    /// Waits until it is known where the engine is, or that it is nowhere.
    pub(crate) async fn opened(&self) {
        self.opened.cancelled().await;
    }

    /// Where the engine is now.
    pub(crate) fn place(&self) -> SharedPlace {
        self.read(|now| Arc::clone(&now.place))
    }

    /// What the page is told of it.
    pub(crate) fn view(&self) -> PlaceView {
        let kept = self.preferences().joined;
        self.read(|now| now.place.view(kept, now.trouble.clone(), now.gone))
    }

    /// What is chosen for this computer.
    pub(crate) fn preferences(&self) -> Preferences {
        locked(&self.preferences).clone()
    }

    /// Changes what is chosen; nothing is changed when it cannot be kept.
    pub(crate) fn change_preferences(&self, change: impl FnOnce(&mut Preferences)) -> Result<Preferences, ApiError> {
        let mut held = locked(&self.preferences);
        let mut chosen = held.clone();
        change(&mut chosen);
        chosen.write(&self.data).map_err(|error| {
            let hint = "check the disk and the rights on the data folder";
            unavailable(format!("the choice could not be kept: {error}"), hint)
        })?;
        held.clone_from(&chosen);
        Ok(chosen)
    }

    /// The page is ready: where it is to go first.
    pub(crate) fn take_ready(&self) -> Option<Destination> {
        let mut page = locked(&self.page);
        page.ready = true;
        self.page_is_ready.notify_waiters();
        page.to.take()
    }

    /// Gives a destination back when the page can be told of it now; else the page asks for it when it is ready.
    pub(crate) fn for_the_page(&self, to: Destination) -> Option<Destination> {
        let mut page = locked(&self.page);
        if page.ready {
            return Some(to);
        }
        page.to = Some(to);
        None
    }

    /// Whether the page has shown its first list.
    pub(crate) fn is_ready(&self) -> bool {
        locked(&self.page).ready
    }

    /// Notes what became of the engine in another process, and tells the page when that is new.
    pub(crate) fn note(&self, app: &AppHandle, place: &SharedPlace, trouble: Option<ApiError>, gone: bool) {
        let is_new = self.write(|now| {
            let same = |a: &Option<ApiError>, b: &Option<ApiError>| {
                a.as_ref().map(|error| &error.message) == b.as_ref().map(|error| &error.message)
            };
            if !Arc::ptr_eq(&now.place, place) || (now.gone == gone && same(&now.trouble, &trouble)) {
                return false;
            }
            (now.trouble, now.gone) = (trouble, gone);
            true
        });
        if is_new {
            self.tell_page(app);
        }
    }

    fn tell_page(&self, app: &AppHandle) {
        // A page that is gone needs no news.
        drop(app.emit_to(crate::window::MAIN, "place", self.view()));
    }

    /// Finds the engine or starts our own, while the window is made.
    pub(crate) async fn open(&self, app: &AppHandle) {
        let _alone = self.switching.lock().await;
        let place = self.find_place().await.unwrap_or_else(Place::Nowhere);
        self.take_place(app, place);
        self.opened.cancel();
    }

    async fn find_place(&self) -> Result<Place, ApiError> {
        let (data, joined) = (self.data.clone(), self.preferences().joined);
        let opening = tauri::async_runtime::spawn_blocking(move || Place::open(&data, joined));
        opening.await.map_err(|error| {
            unavailable(format!("the engine could not be looked for: {error}"), "start Casebridge again")
        })
    }

    fn take_place(&self, app: &AppHandle, place: Place) {
        let place = Arc::new(place);
        let following = CancellationToken::new();
        self.write(|now| {
            now.following.cancel();
            *now = Now { place: Arc::clone(&place), trouble: None, gone: false, following: following.clone() };
        });
        follow(app.clone(), place, following);
        self.tell_page(app);
    }

    /// One switch at a time, and none before there is something to switch from.
    async fn alone(&self) -> tokio::sync::MutexGuard<'_, ()> {
        self.opened().await;
        self.switching.lock().await
    }

    /// Makes this window the console of a team's server. Nothing changes unless the server lets us in.
    pub(crate) async fn join(&self, app: &AppHandle, pasted: &str) -> Result<PlaceView, ApiError> {
        let _alone = self.alone().await;
        let remote = Remote::enter(&Link::parse(pasted)?).await?;
        remote.me().await?;
        let kept = joined::keep(engine::secrets(&engine::folder(&self.data)?).await, &remote).await;
        self.change_preferences(|chosen| chosen.joined = kept)?;
        self.place().close().await;
        self.take_place(app, Place::Joined { remote });
        Ok(self.view())
    }

    /// Leaves the team's server, and starts the engine of this computer.
    pub(crate) async fn leave(&self, app: &AppHandle) -> Result<PlaceView, ApiError> {
        let _alone = self.alone().await;
        let preferences = self.preferences();
        if preferences.joined {
            joined::forget(engine::secrets(&engine::folder(&self.data)?).await).await?;
            self.change_preferences(|chosen| chosen.joined = false)?;
        }
        self.open_again(app).await
    }

    /// Looks for the engine again: one that was started meanwhile, else our own.
    pub(crate) async fn retry(&self, app: &AppHandle) -> Result<PlaceView, ApiError> {
        let _alone = self.alone().await;
        self.open_again(app).await
    }

    async fn open_again(&self, app: &AppHandle) -> Result<PlaceView, ApiError> {
        if matches!(*self.place(), Place::Own(_)) {
            return Ok(self.view());
        }
        let place = self.find_place().await?;
        let failed = match &place {
            Place::Nowhere(error) => Some(error.clone()),
            _ => None,
        };
        self.take_place(app, place);
        failed.map_or_else(|| Ok(self.view()), Err)
    }
}
