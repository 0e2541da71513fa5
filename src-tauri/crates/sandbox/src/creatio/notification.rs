//! Who would have been told about a case: customers by mail, owners by a reminder.

use jiff::Timestamp;
use serde::Serialize;
use uuid::Uuid;

/// Which kind of word goes out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum NotificationKind {
    /// A stock `CaseNotificationRule` mails the customer.
    CustomerMail,
    /// The old or the new owner sees a reminder.
    OwnerReminder,
}

/// One notification that a real installation would have sent.
#[derive(Clone, Debug, Serialize)]
pub struct Notification {
    /// When.
    pub at: Timestamp,
    /// Its kind.
    pub kind: NotificationKind,
    /// The case.
    pub case_id: Uuid,
    /// The case's number.
    pub number: String,
    /// The status that the case has now.
    pub status: String,
    /// The contact who is told.
    pub contact_id: Uuid,
    /// The address, for a mail.
    pub email: Option<String>,
}
