//! A person at the keyboard: what the pages of the real product do, row by row, with every server rule.

mod act;
mod mail;
mod merge;
mod perform;
mod save;

use uuid::Uuid;

use super::ids;
use super::refusal::Refusal;
use super::sandbox::CreatioSandbox;
use super::signal;
use super::switches::MergeShape;
use perform::{begin, finish};

pub use act::Act;
pub(crate) use save::{actor, insert, update};

/// An employee who works on cases. Each act saves as the real pages do, once or twice, and fires signals.
#[derive(Clone, Copy)]
pub struct Person<'a> {
    sandbox: &'a CreatioSandbox,
    contact: Uuid,
}

impl<'a> Person<'a> {
    pub(super) fn new(sandbox: &'a CreatioSandbox, contact: Uuid) -> Self {
        Self { sandbox, contact }
    }

    /// Does it; returns the row that was made, or the case that was changed. Nobody waits for the calls that the
    /// saves lead to, which are made one after the other.
    pub fn act(&self, act: &Act) -> Result<Uuid, Refusal> {
        let contact = self.contact;
        let (begun, mut calls) = self.sandbox.save_and_ask(|database| begin(database, contact, act));
        let done = begun.and_then(|begun| {
            let (sent, more) = self.sandbox.save_and_ask(|database| finish(database, contact, &begun));
            calls.extend(more);
            sent.map(|()| begun.id)
        });
        signal::detach(&self.sandbox.shared, calls);
        done
    }

    /// The same as on a real page: each save waits for the calls inside it, so a slow receiver holds the person up.
    pub async fn act_and_wait(&self, act: &Act) -> Result<Uuid, Refusal> {
        let contact = self.contact;
        let (begun, calls) = self.sandbox.save_and_ask(|database| begin(database, contact, act));
        signal::deliver_all(&self.sandbox.shared, calls).await;
        let begun = begun?;
        let (sent, calls) = self.sandbox.save_and_ask(|database| finish(database, contact, &begun));
        signal::deliver_all(&self.sandbox.shared, calls).await;
        sent.map(|()| begun.id)
    }

    /// The same, and it goes on when its caller hangs up.
    pub(crate) async fn act_to_the_end(&self, act: Act) -> Result<Uuid, Refusal> {
        let (sandbox, contact) = (self.sandbox.clone(), self.contact);
        let work = tokio::spawn(async move { sandbox.person(contact).act_and_wait(&act).await });
        work.await.unwrap_or_else(|error| Err(Refusal::save_failed(&error.to_string(), "")))
    }

    /// Writes an e-mail from the case page and sends it: the row is added with InProgress, then modified to Sended.
    pub fn email_reply(&self, case: Uuid, html_body: &str) -> Result<Uuid, Refusal> {
        self.act(&Act::EmailReply { case, html: html_body.to_owned() })
    }

    /// Begins an e-mail and leaves it as a draft (NotSend).
    pub fn email_draft(&self, case: Uuid, html_body: &str) -> Result<Uuid, Refusal> {
        self.act(&Act::EmailDraft { case, html: html_body.to_owned() })
    }

    /// Sends a draft: InProgress, then Sended with its date.
    pub fn send_draft(&self, activity: Uuid) -> Result<Uuid, Refusal> {
        self.act(&Act::SendDraft { activity })
    }

    /// A customer's e-mail that the mailbox brings in; it reopens a resolved or paused case.
    pub fn incoming_email(&self, case: Uuid, from_contact: Option<Uuid>, html: &str) -> Result<Uuid, Refusal> {
        self.act(&Act::IncomingEmail { case, from: from_contact, html: html.to_owned() })
    }

    /// A message of the portal tab; with `from_portal` the customer is its author.
    pub fn portal_message(&self, case: Uuid, html: &str, hidden: bool, from_portal: bool) -> Result<Uuid, Refusal> {
        self.act(&Act::PortalMessage { case, html: html.to_owned(), hidden, from_portal })
    }

    /// A message in the case's feed.
    pub fn feed_post(&self, case: Uuid, html: &str) -> Result<Uuid, Refusal> {
        self.act(&Act::FeedPost { case, html: html.to_owned() })
    }

    /// An activity of any type and category.
    pub fn task(
        &self,
        case: Uuid,
        type_id: Uuid,
        category: Uuid,
        title: &str,
        detailed_result: &str,
    ) -> Result<Uuid, Refusal> {
        let (title, detailed_result) = (title.to_owned(), detailed_result.to_owned());
        self.act(&Act::Task { case, type_id, category, title, detailed_result })
    }

    /// A logged call: an activity of type and category Call.
    pub fn call_log(&self, case: Uuid, title: &str, detailed_result: &str) -> Result<Uuid, Refusal> {
        self.task(case, ids::TYPE_CALL, ids::CATEGORY_CALL, title, detailed_result)
    }

    /// Sets the status Resolved.
    pub fn resolve(&self, case: Uuid) -> Result<Uuid, Refusal> {
        self.act(&Act::Resolve { case })
    }

    /// Sets the status Closed.
    pub fn close(&self, case: Uuid) -> Result<Uuid, Refusal> {
        self.act(&Act::Close { case })
    }

    /// Sets the status Reopened.
    pub fn reopen(&self, case: Uuid) -> Result<Uuid, Refusal> {
        self.act(&Act::Reopen { case })
    }

    /// Sets a status.
    pub fn set_status(&self, case: Uuid, status: Uuid) -> Result<Uuid, Refusal> {
        self.act(&Act::SetStatus { case, status })
    }

    /// Gives the case to an employee, named by contact, or to nobody.
    pub fn assign(&self, case: Uuid, owner: Option<Uuid>) -> Result<Uuid, Refusal> {
        self.act(&Act::Assign { case, owner })
    }

    /// Sets a priority.
    pub fn set_priority(&self, case: Uuid, priority: Uuid) -> Result<Uuid, Refusal> {
        self.act(&Act::SetPriority { case, priority })
    }

    /// Deletes the case.
    pub fn delete_case(&self, case: Uuid) -> Result<Uuid, Refusal> {
        self.act(&Act::DeleteCase { case })
    }

    /// Makes one case of two, as the installation is set up to. FICTIONAL.
    pub fn merge_cases(&self, survivor: Uuid, loser: Uuid) -> Result<Uuid, Refusal> {
        self.act(&Act::MergeCases { survivor, loser, shape: None })
    }

    /// Makes one case of two in a given way. FICTIONAL.
    pub fn merge_cases_as(&self, survivor: Uuid, loser: Uuid, shape: MergeShape) -> Result<Uuid, Refusal> {
        self.act(&Act::MergeCases { survivor, loser, shape: Some(shape) })
    }
}
