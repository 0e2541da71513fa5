//! The one writer. Whatever waits while a commit runs shares the next one: a group pays one fsync.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::{Duration, Instant};

use casebridge_domain::ReceiptId;
use casebridge_domain::pace::Pace;
use futures::future::BoxFuture;
use jiff::Timestamp;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _, SqliteConnection};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;

use super::{append, receipts};
use crate::back::{NewReceipt, ReceiptOutcome};
use crate::error::StoreError;
use crate::port::{Append, AppendRefused, Appended};

/// The longest that a group waits for those who were just answered.
const LONGEST_PATIENCE: Duration = Duration::from_millis(1);

/// Most jobs that share a commit; bounds how long the first of them waits.
const GROUP: usize = 512;

type Received = (ReceiptId, ReceiptOutcome);
type ReceiptReply = oneshot::Sender<Result<Received, StoreError>>;
type AppendReply = oneshot::Sender<Result<Result<Vec<Appended>, AppendRefused>, StoreError>>;

enum Message {
    Append { append: Append, now: Timestamp, reply: AppendReply },
    Receipt { receipt: NewReceipt, now: Timestamp, reply: ReceiptReply },
    Job(Box<dyn Job>),
    Stop(oneshot::Sender<()>),
}

/// A unit of writing that can be run again: when one job of a group fails, the others are repeated
/// without it.
trait Job: Send {
    fn run<'c>(&'c mut self, conn: &'c mut SqliteConnection) -> BoxFuture<'c, Result<(), StoreError>>;
    fn finish(self: Box<Self>, committed: Result<(), StoreError>);
}

struct Typed<T, F> {
    work: F,
    result: Option<T>,
    reply: oneshot::Sender<Result<T, StoreError>>,
}

impl<T, F> Job for Typed<T, F>
where
    T: Send,
    F: for<'c> Fn(&'c mut SqliteConnection) -> BoxFuture<'c, Result<T, StoreError>> + Send,
{
    fn run<'c>(&'c mut self, conn: &'c mut SqliteConnection) -> BoxFuture<'c, Result<(), StoreError>> {
        let work = (self.work)(conn);
        let result = &mut self.result;
        Box::pin(async move {
            *result = Some(work.await?);
            Ok(())
        })
    }

    fn finish(self: Box<Self>, committed: Result<(), StoreError>) {
        let Typed { result, reply, .. } = *self;
        // The caller may have gone away; what was written stays written.
        drop(reply.send(committed.and_then(|()| result.ok_or(StoreError::Closed))));
    }
}

pub(super) struct Writer {
    queue: mpsc::UnboundedSender<Message>,
    task: Mutex<Option<JoinHandle<()>>>,
    shared: Arc<Shared>,
}

struct Shared {
    /// How the connection was opened, for when it has to be opened anew.
    options: SqliteConnectOptions,
    commits: AtomicU64,
    pace: RwLock<Pace>,
}

impl Writer {
    pub(super) fn start(conn: SqliteConnection, options: SqliteConnectOptions, pace: Pace) -> Self {
        let (queue, messages) = mpsc::unbounded_channel();
        let shared = Arc::new(Shared { options, commits: AtomicU64::new(0), pace: RwLock::new(pace) });
        let task = tokio::spawn(run(conn, messages, Arc::clone(&shared)));
        Self { queue, task: Mutex::new(Some(task)), shared }
    }

    pub(super) async fn append(
        &self,
        append: Append,
        now: Timestamp,
    ) -> Result<Result<Vec<Appended>, AppendRefused>, StoreError> {
        let (reply, answer) = oneshot::channel();
        self.queue.send(Message::Append { append, now, reply }).map_err(|_| StoreError::Closed)?;
        answer.await.map_err(|_| StoreError::Closed)?
    }

    pub(super) async fn receive(&self, receipt: NewReceipt, now: Timestamp) -> Result<Received, StoreError> {
        let (reply, answer) = oneshot::channel();
        self.queue.send(Message::Receipt { receipt, now, reply }).map_err(|_| StoreError::Closed)?;
        answer.await.map_err(|_| StoreError::Closed)?
    }

    /// Runs `work` inside the next group's transaction. `work` may run more than once, so it must not
    /// consume what it captured; an `Err` undoes it, an `Ok` of any kind stands.
    pub(super) async fn write<T, F>(&self, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: for<'c> Fn(&'c mut SqliteConnection) -> BoxFuture<'c, Result<T, StoreError>> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let job = Box::new(Typed { work, result: None, reply });
        self.queue.send(Message::Job(job)).map_err(|_| StoreError::Closed)?;
        answer.await.map_err(|_| StoreError::Closed)?
    }

    /// The quiet time of appends.
    pub(super) fn pace(&self) -> Pace {
        *self.shared.pace.read().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn set_pace(&self, pace: Pace) {
        *self.shared.pace.write().unwrap_or_else(PoisonError::into_inner) = pace;
    }

    pub(super) fn commits(&self) -> u64 {
        self.shared.commits.load(Ordering::Relaxed)
    }

    pub(super) async fn stop(&self) {
        let (done, stopped) = oneshot::channel();
        if self.queue.send(Message::Stop(done)).is_ok() {
            drop(stopped.await);
        }
        let task = self.task.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(task) = task {
            drop(task.await);
        }
    }
}

#[derive(Default)]
struct Group {
    appends: Vec<(Append, Timestamp)>,
    replies: Vec<AppendReply>,
    receipts: Vec<(NewReceipt, Timestamp)>,
    receipt_replies: Vec<ReceiptReply>,
    jobs: Vec<Box<dyn Job>>,
}

async fn run(mut conn: SqliteConnection, mut messages: mpsc::UnboundedReceiver<Message>, shared: Arc<Shared>) {
    let mut buffer = Vec::with_capacity(GROUP);
    let (mut before, mut patience) = (0, Duration::ZERO);
    loop {
        if messages.recv_many(&mut buffer, GROUP).await == 0 {
            break;
        }
        // Whoever was answered by the last commit is about to write again: without a moment's patience two halves
        // of the callers would take turns, and each fsync would serve one half only.
        let began = Instant::now();
        let came = buffer.len();
        while before > 1 && buffer.len() < (came + before).min(GROUP) && began.elapsed() < patience {
            tokio::task::yield_now().await;
            while buffer.len() < GROUP
                && let Ok(message) = messages.try_recv()
            {
                buffer.push(message);
            }
        }
        before = buffer.len();
        let mut group = Group::default();
        let mut stop = None;
        for message in buffer.drain(..) {
            match message {
                Message::Append { append, now, reply } => {
                    group.appends.push((append, now));
                    group.replies.push(reply);
                }
                Message::Receipt { receipt, now, reply } => {
                    group.receipts.push((receipt, now));
                    group.receipt_replies.push(reply);
                }
                Message::Job(job) => group.jobs.push(job),
                Message::Stop(done) => stop = Some(done),
            }
        }
        let began = Instant::now();
        commit(&mut conn, group, &shared).await;
        patience = (began.elapsed() / 8).min(LONGEST_PATIENCE);
        if let Some(done) = stop {
            // Closing runs the last checkpoint, so a stopped store is one file.
            drop(conn.close().await);
            done.send(()).ok();
            return;
        }
    }
    drop(conn.close().await);
}

/// After a failure: leaves a connection that can begin a transaction. SQLite ends one by itself when the disk is full or
/// fails; the connection that began it is not told, and could begin no other ever again.
async fn recover(conn: &mut SqliteConnection, options: &SqliteConnectOptions) -> Result<(), StoreError> {
    // The rollback of what was dropped is queued: behind this statement it is known how it went.
    drop(sqlx::query("select 1").execute(&mut *conn).await);
    if conn.is_in_transaction() {
        let broken = std::mem::replace(conn, options.connect().await?);
        drop(broken.close_hard().await);
        tracing::warn!("the database ended a transaction by itself: it was opened anew");
    }
    Ok(())
}

async fn commit(conn: &mut SqliteConnection, mut group: Group, shared: &Shared) {
    let pace = *shared.pace.read().unwrap_or_else(PoisonError::into_inner);
    match together(conn, &group.appends, &group.receipts, &mut group.jobs, pace, shared).await {
        Ok((answers, received)) => {
            shared.commits.fetch_add(1, Ordering::Relaxed);
            for (reply, answer) in group.replies.into_iter().zip(answers) {
                drop(reply.send(Ok(answer)));
            }
            for (reply, answer) in group.receipt_replies.into_iter().zip(received) {
                drop(reply.send(Ok(answer)));
            }
            for job in group.jobs {
                job.finish(Ok(()));
            }
        }
        // Somebody's statement failed and took the whole group with it: each by itself, then, so that
        // one bad job costs nobody else anything.
        Err(_) => {
            for (append, reply) in group.appends.into_iter().zip(group.replies) {
                let one = together(conn, std::slice::from_ref(&append), &[], &mut [], pace, shared).await;
                let answer = one.and_then(|(mut answers, _)| answers.pop().ok_or(StoreError::Closed));
                shared.commits.fetch_add(1, Ordering::Relaxed);
                drop(reply.send(answer));
            }
            for (receipt, reply) in group.receipts.into_iter().zip(group.receipt_replies) {
                let one = together(conn, &[], std::slice::from_ref(&receipt), &mut [], pace, shared).await;
                let answer = one.and_then(|(_, mut received)| received.pop().ok_or(StoreError::Closed));
                shared.commits.fetch_add(1, Ordering::Relaxed);
                drop(reply.send(answer));
            }
            for mut job in group.jobs {
                let one = together(conn, &[], &[], std::slice::from_mut(&mut job), pace, shared).await.map(drop);
                shared.commits.fetch_add(1, Ordering::Relaxed);
                job.finish(one);
            }
        }
    }
}

type Together = (Vec<Result<Vec<Appended>, AppendRefused>>, Vec<Received>);

/// One transaction: all of it, or nothing and a connection that is ready for the next.
async fn together(
    conn: &mut SqliteConnection,
    appends: &[(Append, Timestamp)],
    receipts: &[(NewReceipt, Timestamp)],
    jobs: &mut [Box<dyn Job>],
    pace: Pace,
    shared: &Shared,
) -> Result<Together, StoreError> {
    let written = transact(conn, appends, receipts, jobs, pace).await;
    if written.is_err()
        && let Err(error) = recover(conn, &shared.options).await
    {
        tracing::error!(error = &error as &dyn std::error::Error, "the database could not be opened anew");
    }
    written
}

async fn transact(
    conn: &mut SqliteConnection,
    appends: &[(Append, Timestamp)],
    receipts: &[(NewReceipt, Timestamp)],
    jobs: &mut [Box<dyn Job>],
    pace: Pace,
) -> Result<Together, StoreError> {
    let mut transaction = conn.begin_with("begin immediate").await?;
    let answers = append::append_all(&mut transaction, appends, pace).await?;
    let received = receipts::receive_all(&mut transaction, receipts).await?;
    for job in jobs {
        job.run(&mut transaction).await?;
    }
    transaction.commit().await?;
    Ok((answers, received))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_disk_that_was_full_is_written_to_again_once_it_is_not() {
        let folder = tempfile::tempdir().unwrap();
        // As a full disk does it: there is room for a page, and none for two.
        let options = SqliteConnectOptions::new()
            .filename(folder.path().join("full.db"))
            .create_if_missing(true)
            .pragma("max_page_count", "3");
        let mut conn = options.connect().await.unwrap();
        sqlx::query("create table words (word text)").execute(&mut conn).await.unwrap();
        let writer = Writer::start(conn, options, Pace::default());
        let write = |word: String| {
            writer.write(move |conn| {
                let word = word.clone();
                Box::pin(async move {
                    sqlx::query("insert into words values ($1)").bind(word).execute(conn).await?;
                    Ok(())
                })
            })
        };
        let refused = write("x".repeat(100_000)).await;
        assert!(refused.is_err(), "nothing is acknowledged that did not fit");
        write("y".into()).await.expect("what fits is written: the failure before it broke nothing");
        writer.stop().await;
    }
}
