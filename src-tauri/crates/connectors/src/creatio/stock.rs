//! Ids of rows that every stock installation has. Tenants may delete or rename them, so whatever steers
//! a decision is verified by reading before use; names are never compared, they follow the user's language.

use uuid::{Uuid, uuid};

/// Case status New, the stock default of a new case.
pub const STATUS_NEW: Uuid = uuid!("ae5f2f10-f46b-1410-fd9a-0050ba5d6c38");
/// Case status Resolved.
pub const STATUS_RESOLVED: Uuid = uuid!("ae7f411e-f46b-1410-009b-0050ba5d6c38");
/// Case status Closed.
pub const STATUS_CLOSED: Uuid = uuid!("3e7f420c-f46b-1410-fc9a-0050ba5d6c38");
/// Case status Canceled.
pub const STATUS_CANCELED: Uuid = uuid!("6e5f4218-f46b-1410-fe9a-0050ba5d6c38");
/// Case status Reopened.
pub const STATUS_REOPENED: Uuid = uuid!("f063ebbe-fdc6-4982-8431-d8cfa52fedcf");

/// Case origin Call: what the server takes when none is sent.
pub const ORIGIN_CALL: Uuid = uuid!("5e5e202a-f46b-1410-3692-0050ba5d6c38");
/// Case origin Chat.
pub const ORIGIN_CHAT: Uuid = uuid!("019259af-ec9c-4c87-9565-3c00700c7875");
/// Case origin Email.
pub const ORIGIN_EMAIL: Uuid = uuid!("7f9e1f1e-f46b-1410-3492-0050ba5d6c38");
/// Case origin Social networks.
pub const ORIGIN_SOCIAL: Uuid = uuid!("673de246-f464-4ad1-883c-8a21508bdf33");

/// Activity type Task.
pub const TYPE_TASK: Uuid = uuid!("fbe0acdc-cfc0-df11-b00f-001d60e938c6");
/// Activity type Email, which ours never have.
pub const TYPE_EMAIL: Uuid = uuid!("e2831dec-cfc0-df11-b00f-001d60e938c6");
/// Activity category To do.
pub const CATEGORY_TO_DO: Uuid = uuid!("f51c4643-58e6-df11-971b-001d60e938c6");
/// Activity status Completed.
pub const ACTIVITY_COMPLETED: Uuid = uuid!("4bdbb88f-58e6-df11-971b-001d60e938c6");
/// Activity priority Medium, the only one whose id is publicly known.
pub const PRIORITY_MEDIUM: Uuid = uuid!("ab96fa02-7fe6-df11-971b-001d60e938c6");

/// Kind of an incoming e-mail.
pub const EMAIL_INCOMING: Uuid = uuid!("7f9d1f86-f36b-1410-068c-20cf30b39373");
/// Send status of an e-mail that went out (the vendor spells it Sended).
pub const SEND_SENT: Uuid = uuid!("8074ffc0-6107-e011-a646-16d83cab0980");
/// Send status of an e-mail that was opened by its reader.
pub const SEND_OPENED: Uuid = uuid!("7459545a-9229-4ee7-b501-03b8a50e2b39");

/// Schema of Case, which portal messages name.
pub const CASE_SCHEMA: Uuid = uuid!("117d32f9-8275-4534-8411-1c66115ce9cd");

/// Communication type e-mail.
pub const COMMUNICATION_EMAIL: Uuid = uuid!("ee1c85c3-cfcb-df11-9b2a-001d60e938c6");

/// Contact of the Supervisor user, an employee.
pub const SUPERVISOR: Uuid = uuid!("410006e1-ca4e-4502-a9ec-e54d922d2c00");

/// A lookup id that no installation has, for writes that must be refused.
pub const NOWHERE: Uuid = uuid!("0cade51d-9e00-4000-8000-00000000dead");
