//! The stock ids: lookup rows that every installation of the vendor's product starts with, and a few rows of our own.

use uuid::{Uuid, uuid};

// The stock contact and user
/// The supervisor's contact on stock installs.
pub const SUPERVISOR_CONTACT: Uuid = uuid!("410006e1-ca4e-4502-a9ec-e54d922d2c00");

// Schemas
/// The schema of `Case`; feed and portal messages name it.
pub const CASE_SCHEMA: Uuid = uuid!("117d32f9-8275-4534-8411-1c66115ce9cd");
/// The schema of `Activity`.
pub const ACTIVITY_SCHEMA: Uuid = uuid!("c449d832-a4cc-4b01-b9d5-8a12c42a9f89");

// CaseStatus
/// New.
pub const STATUS_NEW: Uuid = uuid!("ae5f2f10-f46b-1410-fd9a-0050ba5d6c38");
/// In progress.
pub const STATUS_IN_PROGRESS: Uuid = uuid!("7e9f1204-f46b-1410-fb9a-0050ba5d6c38");
/// Waiting for response; paused.
pub const STATUS_WAITING: Uuid = uuid!("3859c6e7-cbcb-486b-ba53-77808fe6e593");
/// Resolved.
pub const STATUS_RESOLVED: Uuid = uuid!("ae7f411e-f46b-1410-009b-0050ba5d6c38");
/// Closed; final.
pub const STATUS_CLOSED: Uuid = uuid!("3e7f420c-f46b-1410-fc9a-0050ba5d6c38");
/// Canceled; final.
pub const STATUS_CANCELED: Uuid = uuid!("6e5f4218-f46b-1410-fe9a-0050ba5d6c38");
/// Reopened.
pub const STATUS_REOPENED: Uuid = uuid!("f063ebbe-fdc6-4982-8431-d8cfa52fedcf");

// CasePriority
/// Critical.
pub const PRIORITY_CRITICAL: Uuid = uuid!("afb33208-f46b-1410-ec8c-0050ba5d6c38");
/// High.
pub const PRIORITY_HIGH: Uuid = uuid!("8b700f24-f46b-1410-ee8c-0050ba5d6c38");
/// Medium; the default.
pub const PRIORITY_MEDIUM: Uuid = uuid!("d9bd322c-f46b-1410-ee8c-0050ba5d6c38");
/// Low.
pub const PRIORITY_LOW: Uuid = uuid!("cbb93036-f46b-1410-ef8c-0050ba5d6c38");

// CaseOrigin
/// Call; the default.
pub const ORIGIN_CALL: Uuid = uuid!("5e5e202a-f46b-1410-3692-0050ba5d6c38");
/// Chat.
pub const ORIGIN_CHAT: Uuid = uuid!("019259af-ec9c-4c87-9565-3c00700c7875");
/// Email.
pub const ORIGIN_EMAIL: Uuid = uuid!("7f9e1f1e-f46b-1410-3492-0050ba5d6c38");
/// Portal.
pub const ORIGIN_PORTAL: Uuid = uuid!("debf4124-f46b-1410-3592-0050ba5d6c38");
/// Social networks.
pub const ORIGIN_SOCIAL: Uuid = uuid!("673de246-f464-4ad1-883c-8a21508bdf33");
/// Site.
pub const ORIGIN_SITE: Uuid = uuid!("d38a1692-5a83-4253-a592-7d19fe00593c");
/// Forum.
pub const ORIGIN_FORUM: Uuid = uuid!("406ac5a1-a924-4af6-9f64-f4fedc66be8c");
/// Internal.
pub const ORIGIN_INTERNAL: Uuid = uuid!("40349262-bb11-4f90-8215-931ece6abe22");
/// Personal visit.
pub const ORIGIN_VISIT: Uuid = uuid!("43090402-deef-4155-8aaf-d4b72721f2be");

// CaseCategory
/// Incident.
pub const CATEGORY_INCIDENT: Uuid = uuid!("1b0bc159-150a-e111-a31b-00155d04c01d");
/// Service request.
pub const CATEGORY_SERVICE_REQUEST: Uuid = uuid!("1c0bc159-150a-e111-a31b-00155d04c01d");

// UsrTopic: a tenant's own
/// Delivery.
pub const TOPIC_DELIVERY: Uuid = uuid!("5f1e7a10-2c0b-4a5e-9a51-0a3f6d2b7c01");
/// Billing.
pub const TOPIC_BILLING: Uuid = uuid!("5f1e7a10-2c0b-4a5e-9a51-0a3f6d2b7c02");
/// Return.
pub const TOPIC_RETURN: Uuid = uuid!("5f1e7a10-2c0b-4a5e-9a51-0a3f6d2b7c03");
/// Warranty.
pub const TOPIC_WARRANTY: Uuid = uuid!("5f1e7a10-2c0b-4a5e-9a51-0a3f6d2b7c04");

// ClosureCode
/// Resolved successfully.
pub const CLOSURE_RESOLVED: Uuid = uuid!("b69f315c-f36b-1410-159b-0050ba5d6c38");
/// No fault found.
pub const CLOSURE_NO_FAULT: Uuid = uuid!("ffbf3234-f46b-1410-8d9a-00155d054c04");
/// Marked as spam.
pub const CLOSURE_SPAM: Uuid = uuid!("2b74ea83-21f8-4f5d-8b92-fa2b8d823cba");

// ActivityType
/// Task; the default.
pub const TYPE_TASK: Uuid = uuid!("fbe0acdc-cfc0-df11-b00f-001d60e938c6");
/// Email.
pub const TYPE_EMAIL: Uuid = uuid!("e2831dec-cfc0-df11-b00f-001d60e938c6");
/// Call.
pub const TYPE_CALL: Uuid = uuid!("e1831dec-cfc0-df11-b00f-001d60e938c6");
/// Visit.
pub const TYPE_VISIT: Uuid = uuid!("e3831dec-cfc0-df11-b00f-001d60e938c6");

// ActivityStatus
/// Not started; the default.
pub const ACTIVITY_NOT_STARTED: Uuid = uuid!("384d4b84-58e6-df11-971b-001d60e938c6");
/// In progress.
pub const ACTIVITY_IN_PROGRESS: Uuid = uuid!("394d4b84-58e6-df11-971b-001d60e938c6");
/// Completed.
pub const ACTIVITY_COMPLETED: Uuid = uuid!("4bdbb88f-58e6-df11-971b-001d60e938c6");
/// Canceled.
pub const ACTIVITY_CANCELED: Uuid = uuid!("201cfba8-58e6-df11-971b-001d60e938c6");

// ActivityPriority
/// Medium; the default. The ids of High and Low are not public.
pub const ACTIVITY_PRIORITY_MEDIUM: Uuid = uuid!("ab96fa02-7fe6-df11-971b-001d60e938c6");

// ActivityCategory
/// To do; the default.
pub const CATEGORY_TO_DO: Uuid = uuid!("f51c4643-58e6-df11-971b-001d60e938c6");
/// Email.
pub const CATEGORY_EMAIL: Uuid = uuid!("8038a396-7825-e011-8165-00155d043204");
/// Call.
pub const CATEGORY_CALL: Uuid = uuid!("e52bd583-7825-e011-8165-00155d043204");
/// Call, planned as a task.
pub const CATEGORY_CALL_TASK: Uuid = uuid!("03df85bf-6b19-4dea-8463-d5d49b80bb28");
/// Meeting.
pub const CATEGORY_MEETING: Uuid = uuid!("42c74c49-58e6-df11-971b-001d60e938c6");
/// Paperwork.
pub const CATEGORY_PAPERWORK: Uuid = uuid!("2365ae4f-58e6-df11-971b-001d60e938c6");

// EmailType
/// Incoming.
pub const EMAIL_INCOMING: Uuid = uuid!("7f9d1f86-f36b-1410-068c-20cf30b39373");
/// Outgoing.
pub const EMAIL_OUTGOING: Uuid = uuid!("7f6d3f94-f36b-1410-068c-20cf30b39373");

// EmailSendStatus
/// Not sent: a draft.
pub const SEND_NOT_SENT: Uuid = uuid!("20c0c460-6107-e011-a646-16d83cab0980");
/// In progress.
pub const SEND_IN_PROGRESS: Uuid = uuid!("603ba6af-6107-e011-a646-16d83cab0980");
/// Sent.
pub const SEND_SENT: Uuid = uuid!("8074ffc0-6107-e011-a646-16d83cab0980");
/// Error on send.
pub const SEND_ERROR: Uuid = uuid!("8077e9ce-6107-e011-a646-16d83cab0980");
/// Opened.
pub const SEND_OPENED: Uuid = uuid!("7459545a-9229-4ee7-b501-03b8a50e2b39");

// PortalMessageType
/// Comment.
pub const PORTAL_COMMENT: Uuid = uuid!("d00c02b1-f740-409d-9f04-d921f2aaae3e");
/// Complaint.
pub const PORTAL_COMPLAINT: Uuid = uuid!("553c9baf-b24c-4c07-b385-a4f4a86fcf42");

// MessageNotifier
/// Email.
pub const NOTIFIER_EMAIL: Uuid = uuid!("d6650c53-bbe4-4ac2-9df8-a1fd23938e83");
/// Portal.
pub const NOTIFIER_PORTAL: Uuid = uuid!("0c61da8a-7a29-42c0-9877-08d5fef15f28");
/// Feed.
pub const NOTIFIER_SOCIAL: Uuid = uuid!("cbc093f4-ae7b-4ce1-89c9-51c5cddced59");

// CommunicationType
/// Email.
pub const COMMUNICATION_EMAIL: Uuid = uuid!("ee1c85c3-cfcb-df11-9b2a-001d60e938c6");
/// Mobile phone.
pub const COMMUNICATION_MOBILE: Uuid = uuid!("d4a2dc80-30ca-df11-9b2a-001d60e938c6");
/// Work phone.
pub const COMMUNICATION_WORK_PHONE: Uuid = uuid!("3dddb3cc-53ee-49c4-a71f-e9e257f59e49");
/// Facebook.
pub const COMMUNICATION_FACEBOOK: Uuid = uuid!("2795dd03-bacf-e011-92c3-00155d04c01d");

// SysAdminUnit
/// All employees.
pub const ROLE_ALL_EMPLOYEES: Uuid = uuid!("a29a3ba5-4b0d-de11-9a51-005056c00008");
/// System administrators.
pub const ROLE_ADMINISTRATORS: Uuid = uuid!("83a43ebc-f36b-1410-298d-001e8c82bcad");
/// All external users.
pub const ROLE_EXTERNAL_USERS: Uuid = uuid!("720b771c-e7a7-4f31-9cfb-52cd21c3739f");

// Rows of the sandbox's own making
/// The supervisor's user.
pub const SUPERVISOR_USER: Uuid = uuid!("7f3b869f-34f3-4f20-ab4d-7480a5fdf647");
/// The technical user of the demonstration client.
pub const INTEGRATION_USER: Uuid = uuid!("5d0f4a3e-9f60-4c4a-8d2b-21f8a3c6b1e7");
/// 2nd-line support, a team made for demonstrations.
pub const ROLE_SECOND_LINE: Uuid = uuid!("0b6f1f0a-52c1-4f6e-9e35-6d7f0c0d9a11");
/// A contact that a technical user may be given.
pub const INTEGRATION_CONTACT: Uuid = uuid!("9e2f4c71-0b6d-4a57-8f13-6c1d2e7a9b40");
/// An employee who answers cases.
pub const AGENT_CONTACT: Uuid = uuid!("1c4a7f5e-2d83-4b90-a6f1-3e5b7c9d0f22");
/// Another employee who answers cases.
pub const SECOND_AGENT_CONTACT: Uuid = uuid!("4f8b2d63-a17e-4c95-b0d8-6e3a9f1c7b54");
/// The first employee's user.
pub const AGENT_USER: Uuid = uuid!("a3d5f708-61c2-4b9e-8f47-0d9b2c6e1a35");
/// The other employee's user.
pub const SECOND_AGENT_USER: Uuid = uuid!("c96e1b40-3f8d-4a72-95b6-e1d07a4c8f23");
/// A customer with an e-mail, a phone and a second mail kept apart.
pub const CUSTOMER_ANNA: Uuid = uuid!("6a1d9e42-7c35-4f08-b2e9-4d8f1a3c5b70");
/// A customer with an e-mail only.
pub const CUSTOMER_OMAR: Uuid = uuid!("b8e3c507-1f49-4d62-9a7b-0c2e5f8d1a36");
/// A customer with a phone only.
pub const CUSTOMER_NO_MAIL: Uuid = uuid!("d2f60b18-95a3-4c7e-8e41-7b3a9c5d2f04");
/// An account with a code.
pub const ACCOUNT_NORTHWIND: Uuid = uuid!("e7c5a913-6b28-4e0f-91d4-5a8c3f7b2e60");
