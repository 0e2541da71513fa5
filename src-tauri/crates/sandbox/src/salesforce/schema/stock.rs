//! The objects that every org has, as far as work on cases meets them.

use serde_json::Value as Json;

use super::{Field, Kind, Object};

/// Read-only: r. Settable on create: c. On update: u. Needed on create: !. `=x` is the default.
const EVERY: &str = "
Id id r
IsDeleted bool r =false
CreatedDate datetime r
CreatedById ref(User) r
LastModifiedDate datetime r
LastModifiedById ref(User) r
SystemModstamp datetime r";

const CASE: &str = "
CaseNumber text(30) r
ContactId ref(Contact) cu
AccountId ref(Account) cu
ParentId ref(Case) cu
MasterRecordId ref(Case) r
SuppliedName text(80) c
SuppliedEmail email c
SuppliedPhone text(40) c
SuppliedCompany text(80) c
Type pick(*Mechanical|Electrical|Electronic|Structural|Other) cu
Status pick() cu
Reason pick(*User didn't attend training|Complex functionality|Existing problem|New problem) cu
Origin pick(Phone|Email|Web|Chat) cu
Subject text(255) cu
Priority pick(High|Medium|Low) cu =Medium
Description area(32000) cu
IsClosed bool r =false
ClosedDate datetime r
IsEscalated bool cu =false
OwnerId ref(User|Group) cu
IsClosedOnCreate bool r =false
Order_Number__c text(20) cu
Seats__c num(6.0) cu
Amount__c num(12.2) cu
Urgent__c bool cu =false
Travel_Date__c date cu
Due_On__c datetime cu
Topic__c pick(Delivery|Billing|Return) cu
Reply_To__c email cu
Fee__c money(12.2) cu
Share__c percent(5.1) cu
Pickup_At__c time cu
Services__c multi(Seat|Meal|Luggage) cu
Call_Back__c phone cu
Page__c url cu
Note__c area(4000) cu
Story__c html(4000) cu
Branch__c ref(Branch__c) cu
ContactPhone phone r
ContactMobile phone r
ContactFax phone r
ContactEmail email r
Comments area(4000) cu
HasCommentsUnreadByOwner bool r =false";

const CASE_COMMENT: &str = "
ParentId ref(Case) c!
IsPublished bool cu =false
CommentBody area(4000) cu bytes
IsNotificationSelected bool cu =false";

const EMAIL: &str = "
ParentId ref(Case) c
ActivityId id r
Subject text(3000) cu
TextBody area(32000) cu
HtmlBody html(32000) cu
Headers area(32000) cu
FromName text(1000) cu
FromAddress text(1000) cu
ToAddress text(4000) cu
CcAddress text(4000) cu
BccAddress text(4000) cu
Incoming bool c =false
HasAttachment bool r =false
Status pick(!0|1|2|3|4|5) cu =0
MessageDate datetime cu
MessageIdentifier text(765) c
ThreadIdentifier text(765) c
ReplyToEmailMessageId ref(EmailMessage) c
IsPrivateDraft bool r =false
IsExternallyVisible bool cu =false";

const FEED_ITEM: &str = "
ParentId ref(Case) c!
Type pick(TextPost|ContentPost|LinkPost|CaseCommentPost|EmailMessageEvent) c =TextPost
Body html(10000) cu
Title text(255) c
IsRichText bool c =false
Visibility pick(AllUsers|InternalUsers) cu =InternalUsers
CommentCount int r =0
RelatedRecordId id c";

const CONTACT: &str = "
AccountId ref(Account) cu
LastName text(80) cu!
FirstName text(40) cu
Name text(121) r
Email email cu
Phone phone cu
MobilePhone phone cu
Fax phone cu
OwnerId ref(User) cu
Description area(32000) cu";

const ACCOUNT: &str = "
Name text(255) cu!
Type pick(Customer|Partner|Prospect) cu
Phone phone cu
Website url cu
BillingCity text(40) cu
OwnerId ref(User) cu
Description area(32000) cu";

const USER: &str = "
Username text(80) r
Name text(121) r
FirstName text(40) r
LastName text(80) r
Email email r
IsActive bool r =true
UserType pick(Standard|AutomatedProcess) r =Standard
ProfileId id r";

const GROUP: &str = "
Name text(40) r
DeveloperName text(80) r
Type pick(Queue|Regular|Organization) r
Email email r";

const QUEUE: &str = "
QueueId ref(Group) r
SobjectType text(40) r";

const STATUS: &str = "
MasterLabel text(255) r
ApiName text(255) r
SortOrder int r
IsDefault bool r =false
IsClosed bool r =false";

const BRANCH: &str = "
Name text(80) cu!";

const ORGANIZATION: &str = "
Name text(80) r
InstanceName text(5) r
IsSandbox bool r =false
OrganizationType text(40) r
NamespacePrefix text(15) r
TrialExpirationDate datetime r
LanguageLocaleKey text(40) r
TimeZoneSidKey text(40) r";

const PERMISSION_SET: &str = "
Name text(80) r
Label text(80) r
Description text(255) r
IsCustom bool r =true";

const ASSIGNMENT: &str = "
AssigneeId ref(User) c!
PermissionSetId ref(PermissionSet) c!";

/// All of them. Prefixes of comments, e-mails and groups are UNCONFIRMED.
pub(crate) fn stock() -> Vec<Object> {
    [
        ("Case", "Case", "500", CASE),
        ("CaseComment", "Case Comment", "00a", CASE_COMMENT),
        ("EmailMessage", "Email Message", "02s", EMAIL),
        ("FeedItem", "Feed Item", "0D5", FEED_ITEM),
        ("Contact", "Contact", "003", CONTACT),
        ("Account", "Account", "001", ACCOUNT),
        ("User", "User", "005", USER),
        ("Group", "Group", "00G", GROUP),
        ("QueueSobject", "Queue Sobject", "03g", QUEUE),
        ("CaseStatus", "Case Status Value", "01J", STATUS),
        ("Branch__c", "Branch", "a00", BRANCH),
        ("Organization", "Organization", "00D", ORGANIZATION),
        ("PermissionSet", "Permission Set", "0PS", PERMISSION_SET),
        ("PermissionSetAssignment", "Permission Set Assignment", "0Pa", ASSIGNMENT),
    ]
    .into_iter()
    .map(|(name, label, prefix, spec)| {
        Object::new(name, label, prefix, EVERY.lines().chain(spec.lines()).filter_map(line).collect())
    })
    .collect()
}

fn line(line: &str) -> Option<Field> {
    let (name, rest) = line.trim().split_once(' ')?;
    // Picklist values may hold spaces: the flags follow the bracket.
    let (kind, flags) = match rest.find(')') {
        Some(at) => rest.split_at(at + 1),
        None => rest.split_once(' ').unwrap_or((rest, "")),
    };
    let (kind, inside) = kind.trim_end_matches(')').split_once('(').unwrap_or((kind, ""));
    let size = || inside.parse().unwrap_or(255);
    let kind = match kind {
        "id" => Kind::Id,
        "text" => Kind::Text(size()),
        "area" => Kind::Area(size(), false),
        "html" => Kind::Area(size(), true),
        "bool" => Kind::Bool,
        "int" => Kind::Int,
        "datetime" => Kind::DateTime,
        "date" => Kind::Date,
        "num" | "money" | "percent" => {
            let (precision, scale) = inside.split_once('.').unwrap_or((inside, "0"));
            let digits = (precision.parse().unwrap_or(18), scale.parse().unwrap_or(0));
            match kind {
                "money" => Kind::Currency(digits.0, digits.1),
                "percent" => Kind::Percent(digits.0, digits.1),
                _ => Kind::Number(digits.0, digits.1),
            }
        }
        "time" => Kind::Time,
        "email" => Kind::Email,
        "phone" => Kind::Phone,
        "url" => Kind::Url,
        "pick" | "multi" => {
            let restricted = !inside.starts_with('*');
            let values = inside.trim_start_matches(['*', '!']);
            let values = values.split('|').filter(|value| !value.is_empty()).map(|value| (value.to_owned(), false));
            let values = values.collect();
            if kind == "multi" {
                Kind::MultiPicklist { values, restricted }
            } else {
                Kind::Picklist { values, restricted }
            }
        }
        _ => Kind::Reference(inside.split('|').map(str::to_owned).collect()),
    };
    let mut field = Field::new(name, kind);
    let flags: Vec<&str> = flags.split_whitespace().collect();
    let access = flags.first().copied().unwrap_or_default();
    field.create = access.contains('c');
    field.update = access.contains('u');
    field.required = access.contains('!');
    field.in_bytes = flags.contains(&"bytes");
    field.default = flags.iter().find_map(|flag| flag.strip_prefix('=')).map(|default| match (default, &field.kind) {
        (text, Kind::Bool) => Json::Bool(text == "true"),
        (text, Kind::Int) => Json::from(text.parse::<i64>().unwrap_or_default()),
        (text, _) => Json::from(text),
    });
    if let (Kind::Picklist { values, .. }, Some(Json::String(default))) = (&mut field.kind, &field.default) {
        values.iter_mut().filter(|(value, _)| value == default).for_each(|(_, is_default)| *is_default = true);
    }
    Some(field)
}
