//! Refresh tokens that change at each use: who renews, who waits, and what a cut in between costs.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use casebridge_connectors::salesforce::{SESSION, Salesforce, revoke};
use casebridge_connectors::{Alone, CallLog, CaseSystem, ChoiceKind, REFRESH_TOKEN, Vault, VaultError};
use casebridge_domain::FailureClass;
use casebridge_sandbox::salesforce::{Chance, FaultPlan};
use secrecy::SecretString;

use crate::support::{MemoryVault, World};

/// A vault that several processes share, and that one of them never comes back from.
struct Shared {
    behind: Arc<MemoryVault>,
    gate: Arc<tokio::sync::Mutex<()>>,
    /// Uses before the process dies; it dies before this one is done.
    lives: AtomicUsize,
    used: Arc<AtomicUsize>,
}

impl Shared {
    fn immortal(world: &World, gate: &Arc<tokio::sync::Mutex<()>>) -> Self {
        let (behind, gate) = (Arc::clone(&world.vault), Arc::clone(gate));
        Shared { behind, gate, lives: AtomicUsize::new(usize::MAX), used: Arc::default() }
    }

    async fn live(&self) {
        self.used.fetch_add(1, Ordering::SeqCst);
        if self.lives.fetch_sub(1, Ordering::SeqCst) == 0 {
            std::future::pending::<()>().await;
        }
    }
}

#[async_trait]
impl Vault for Shared {
    async fn get(&self, name: &str) -> Result<Option<SecretString>, VaultError> {
        self.live().await;
        self.behind.get(name).await
    }

    async fn put(&self, name: &str, value: SecretString) -> Result<(), VaultError> {
        self.live().await;
        self.behind.put(name, value).await
    }

    async fn alone(&self) -> Result<Alone, VaultError> {
        Ok(Box::new(Arc::clone(&self.gate).lock_owned().await))
    }
}

fn client(world: &World, vault: Shared) -> Arc<Salesforce> {
    Arc::new(Salesforce::new(world.settings.clone(), Arc::new(vault)).unwrap())
}

async fn asks(client: &Salesforce) -> Result<(), casebridge_domain::CallFailure> {
    client.choices(ChoiceKind::Owner, None, &CallLog::default()).await.map(drop)
}

/// The session that the sign-in brought has ended: the next call has to renew.
async fn expired() -> World {
    let world = World::plain().await;
    world.sandbox().revoke_tokens(false);
    world.sandbox().clear_requests();
    world
}

#[tokio::test]
async fn of_two_processes_one_renews_and_the_other_takes_what_it_got() {
    let world = expired().await;
    let gate = Arc::default();
    let (one, other) =
        (client(&world, Shared::immortal(&world, &gate)), client(&world, Shared::immortal(&world, &gate)));
    let callers = (0..25).flat_map(|_| [asks(&one), asks(&other)]);
    let answers = futures::future::join_all(callers).await;
    assert!(answers.iter().all(Result::is_ok), "{answers:?}");
    assert_eq!(world.sandbox().request_counts().token, 1, "§1.5: one refresher for each token, whatever the process");
}

#[tokio::test]
async fn a_session_that_another_process_left_and_that_is_over_too_is_renewed() {
    let world = expired().await;
    let gate = Arc::default();
    let one = client(&world, Shared::immortal(&world, &gate));
    asks(&one).await.unwrap();
    let other = client(&world, Shared::immortal(&world, &gate));
    asks(&other).await.unwrap();
    world.sandbox().revoke_tokens(false);
    assert!(asks(&other).await.is_ok() && asks(&one).await.is_ok(), "an old session is no reason to give up");
    assert_eq!(world.sandbox().request_counts().token, 2, "one for each session that ended");
}

#[tokio::test]
async fn killed_at_any_step_of_a_renewal_the_connection_survives_or_says_what_it_needs() {
    // How many steps there are.
    let world = expired().await;
    let gate = Arc::default();
    let vault = Shared::immortal(&world, &gate);
    let used = Arc::clone(&vault.used);
    asks(&client(&world, vault)).await.unwrap();
    let steps = used.load(Ordering::SeqCst);
    assert!(steps >= 4, "session, refresh token, proof that it can be written, the new ones: {steps}");
    let mut lost = Vec::new();
    for step in 0..steps {
        let world = expired().await;
        let gate = Arc::default();
        let vault = Shared { lives: AtomicUsize::new(step), ..Shared::immortal(&world, &gate) };
        let used = Arc::clone(&vault.used);
        let dying = client(&world, vault);
        let task = tokio::spawn(async move { asks(&dying).await });
        while used.load(Ordering::SeqCst) <= step {
            tokio::task::yield_now().await;
        }
        // What the process was in the middle of never happens, and its lock goes with it.
        task.abort();
        drop(task.await);
        match asks(&client(&world, Shared::immortal(&world, &gate))).await {
            Ok(()) => {}
            Err(failure) => {
                assert_eq!(failure.class, FailureClass::Credentials, "step {step}: {failure}");
                assert!(failure.hint.contains("sign in again"), "step {step} says what it needs: {}", failure.hint);
                lost.push(step);
            }
        }
    }
    assert_eq!(lost, [steps - 2], "only a new token that never reached the vault is lost; all other steps survive");
}

#[tokio::test]
async fn cut_off_before_or_behind_the_token_endpoint_it_survives_or_says_what_it_needs() {
    let next = || Some(Chance::next(1));
    for (plan, survives) in [
        (FaultPlan { token_down: next(), ..FaultPlan::default() }, true),
        (FaultPlan { token_error_500: next(), ..FaultPlan::default() }, true),
        (FaultPlan { token_html_200: next(), ..FaultPlan::default() }, true),
        (FaultPlan { token_answer_lost: next(), ..FaultPlan::default() }, false),
    ] {
        let world = expired().await;
        world.fail(plan.clone());
        let cut = asks(&world.client()).await.unwrap_err();
        assert!(cut.is_transient(), "nobody is signed out by a cut: {cut}");
        match asks(&world.client()).await {
            Ok(()) => assert!(survives, "{plan:?}: the old token was spent"),
            Err(failure) => {
                assert!(!survives, "{plan:?}: {failure}");
                assert!(failure.hint.contains("sign in again"), "{}", failure.hint);
            }
        }
    }
}

#[tokio::test]
async fn a_sign_in_that_is_given_back_opens_nothing_and_an_org_that_is_away_says_so() {
    let world = World::plain().await;
    let session = world.vault.peek(SESSION).unwrap();
    assert!(revoke(&world.settings, world.vault.as_ref()).await.unwrap(), "there was a sign-in");
    let failure = asks(&world.client()).await.unwrap_err();
    assert_eq!(failure.class, FailureClass::Credentials, "neither session nor refresh token is good: {failure}");
    assert_ne!(world.vault.peek(SESSION), Some(session), "the dead session is not taken for a live one");
    assert!(revoke(&world.settings, world.vault.as_ref()).await.is_ok(), "what is revoked already is as good");
    let nobody = MemoryVault::default();
    assert!(!revoke(&world.settings, &nobody).await.unwrap(), "nobody signed in");
    let world = World::plain().await;
    let settings = world.settings.clone();
    let vault = Arc::clone(&world.vault);
    world.running.stop().await;
    let failure = revoke(&settings, vault.as_ref()).await.unwrap_err();
    assert!(failure.is_transient(), "the caller tells the person what was left undone: {failure}");
    assert!(vault.peek(REFRESH_TOKEN).is_some());
}
