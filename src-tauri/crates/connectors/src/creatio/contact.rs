//! Whom a case is for. Only identifiers that the source vouches for select a contact; exactly one match
//! counts. At most two calls, one when the address is the contact's own.

use casebridge_domain::session::Identifier;
use casebridge_domain::text::{cut, one_line};
use casebridge_domain::{CallFailure, CaseDraft, ids};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::Creatio;
use super::case::{Customer, present, text};
use super::odata::{Filter, Query, flag, guid, id, id_of, raw};
use super::settings::{ContactPolicy, CreatioSettings};
use super::stock;
use crate::port::CallLog;

/// More rows than this are "several" whatever else they are.
const ROWS: usize = 20;
/// Longest name and number: MediumText is 250 characters by the platform's convention.
const NAME: usize = 250;

/// Whom a case is for, and the contact to be made first, if any.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Choice {
    pub(crate) customer: Customer,
    pub(crate) create: Option<(Uuid, Map<String, Value>)>,
}

/// What one search brought.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Match {
    One(Customer),
    None,
    Several,
}

/// The verified identifiers of a draft, and the id that a contact made for it would have.
struct Person<'a> {
    email: Option<&'a str>,
    phone: Option<&'a str>,
    ours: Option<Uuid>,
}

impl<'a> Person<'a> {
    fn of(draft: &'a CaseDraft, settings: &CreatioSettings, namespace: Uuid) -> Self {
        let (email, phone) = (draft.contact.verified_email(), draft.contact.verified_phone());
        let ours = (settings.contact_policy == ContactPolicy::Create).then(|| {
            let external = draft.contact.external_id.as_ref().filter(|id| id.verified);
            let identifier = match (email, phone, external) {
                (Some(email), ..) => format!("email/{email}"),
                (None, Some(phone), _) => format!("phone/{}", compact(phone)),
                (None, None, Some(Identifier { value, .. })) => format!("customer/{}/{value}", draft.session.source),
                // Nobody vouches for anything: a contact of this conversation only. An id made of what was
                // typed would let the next visitor select it (R3).
                _ => format!("session/{}", draft.session.path()),
            };
            ids::contact_id(namespace, &identifier)
        });
        Person { email, phone, ours }
    }
}

impl Creatio {
    /// Finds whom a new case is for.
    pub(crate) async fn choose_customer(&self, draft: &CaseDraft, log: &CallLog) -> Result<Choice, CallFailure> {
        let person = Person::of(draft, &self.settings, self.namespace);
        let mut ours_stands = false;
        let mut found = Match::None;
        if let Some(filter) = contact_filter(&person) {
            let query = Query {
                set: "Contact",
                select: "Id,Email,MobilePhone,Phone,HomePhone,AccountId",
                filter: Some(filter),
                top: ROWS,
            };
            let rows = self.rows(&query, log).await?;
            ours_stands = rows.iter().any(|row| id_of(row).is_some() && id_of(row) == person.ours);
            found = match_contacts(&person, &rows);
        }
        if found == Match::None
            && !ours_stands
            && let Some(filter) = communication_filter(&person)
        {
            let query = Query {
                set: "ContactCommunication",
                select: "Id,ContactId,CommunicationTypeId,Number,NonActual",
                filter: Some(filter),
                top: ROWS,
            };
            found = match_communications(&person, &self.rows(&query, log).await?);
        }
        Ok(match found {
            Match::One(customer) => Choice { customer, create: None },
            Match::None | Match::Several => self.by_policy(draft, &person, ours_stands),
        })
    }

    fn by_policy(&self, draft: &CaseDraft, person: &Person<'_>, ours_stands: bool) -> Choice {
        match self.settings.contact_policy {
            ContactPolicy::LeaveEmpty => Choice::default(),
            ContactPolicy::DefaultContact { id } => {
                Choice { customer: Customer { contact: Some(id), account: None }, create: None }
            }
            ContactPolicy::DefaultAccount { id } => {
                Choice { customer: Customer { contact: None, account: Some(id) }, create: None }
            }
            ContactPolicy::Create => {
                let create =
                    person.ours.filter(|_| !ours_stands).map(|id| (id, new_contact(id, draft, person, &self.settings)));
                Choice { customer: Customer { contact: person.ours, account: None }, create }
            }
        }
    }
}

/// The contact that would be found under its own columns, and the one that we may have made before.
fn contact_filter(person: &Person<'_>) -> Option<Filter> {
    let emails = spellings(person.email).into_iter().map(|value| Filter::text("Email", &value));
    let phones = numbers(person.phone);
    let phones =
        phones.iter().flat_map(|n| ["MobilePhone", "Phone", "HomePhone"].map(|column| Filter::text(column, n)));
    let ours = person.ours.map(|id| Filter::guid("Id", id));
    Filter::any(emails.chain(phones).chain(ours))
}

/// Second addresses of a person are only among the communications. Numbers are of many types, so only
/// e-mail names its own.
fn communication_filter(person: &Person<'_>) -> Option<Filter> {
    let emails = spellings(person.email)
        .into_iter()
        .map(|v| Filter::guid("CommunicationType/Id", stock::COMMUNICATION_EMAIL).and(Filter::text("Number", &v)));
    let phones = numbers(person.phone).into_iter().map(|number| Filter::text("Number", &number));
    Filter::any(emails.chain(phones))
}

/// Whether the database compares letter case differs, so both spellings are asked for.
fn spellings(email: Option<&str>) -> Vec<String> {
    let Some(email) = email else { return Vec::new() };
    let lower = email.to_lowercase();
    if lower == email { vec![lower] } else { vec![email.to_owned(), lower] }
}

fn numbers(phone: Option<&str>) -> Vec<String> {
    let Some(phone) = phone else { return Vec::new() };
    let compact = compact(phone);
    if compact == phone { vec![compact] } else { vec![phone.to_owned(), compact] }
}

/// A number without what people put between its digits.
fn compact(phone: &str) -> String {
    phone.chars().filter(|c| c.is_alphanumeric() || *c == '+').collect()
}

fn same_email(one: &str, other: &str) -> bool {
    !one.is_empty() && one.trim().to_lowercase() == other.trim().to_lowercase()
}

fn same_phone(one: &str, other: &str) -> bool {
    !one.is_empty() && compact(one) == compact(other)
}

/// The e-mail address counts more than the number: people share telephones.
fn match_contacts(person: &Person<'_>, rows: &[Value]) -> Match {
    let by_email = |row: &&Value| person.email.is_some_and(|email| same_email(raw(row, "Email"), email));
    let by_phone = |row: &&Value| {
        person
            .phone
            .is_some_and(|phone| ["MobilePhone", "Phone", "HomePhone"].iter().any(|c| same_phone(raw(row, c), phone)))
    };
    let customers = |rows: Vec<&Value>| {
        one_of(
            rows.into_iter()
                .filter_map(|row| Some(Customer { contact: Some(id_of(row)?), account: id(row, "AccountId") })),
        )
    };
    match customers(rows.iter().filter(by_email).collect()) {
        Match::None => customers(rows.iter().filter(by_phone).collect()),
        found => found,
    }
}

fn match_communications(person: &Person<'_>, rows: &[Value]) -> Match {
    // What is marked as out of date is somebody else's by now.
    let actual = || rows.iter().filter(|row| !flag(row, "NonActual"));
    let customers = |rows: Vec<&Value>| {
        one_of(
            rows.into_iter().filter_map(|row| Some(Customer { contact: Some(id(row, "ContactId")?), account: None })),
        )
    };
    let emails = actual().filter(|row| {
        id(row, "CommunicationTypeId") == Some(stock::COMMUNICATION_EMAIL)
            && person.email.is_some_and(|email| same_email(raw(row, "Number"), email))
    });
    match customers(emails.collect()) {
        Match::None => customers(
            actual().filter(|row| person.phone.is_some_and(|phone| same_phone(raw(row, "Number"), phone))).collect(),
        ),
        found => found,
    }
}

fn one_of(customers: impl Iterator<Item = Customer>) -> Match {
    let mut found = Match::None;
    for customer in customers {
        found = match found {
            Match::None => Match::One(customer),
            Match::One(before) if before.contact == customer.contact => Match::One(before),
            _ => return Match::Several,
        };
    }
    found
}

/// Unverified addresses stay out of the contact's columns: there they would pass for verified ones later.
fn new_contact(id: Uuid, draft: &CaseDraft, person: &Person<'_>, settings: &CreatioSettings) -> Map<String, Value> {
    let name = present(draft.contact.name.as_deref()).or(person.email).or(person.phone).map(one_line);
    let name = name.filter(|name| !name.is_empty()).unwrap_or_else(|| format!("Customer {}", draft.session.path()));
    let mut body = Map::new();
    body.insert("Id".into(), json!(guid(id)));
    body.insert("Name".into(), json!(text("Contact.Name", &cut(&name, NAME), settings)));
    if let Some(email) = person.email {
        body.insert("Email".into(), json!(cut(email, NAME)));
    }
    if let Some(phone) = person.phone {
        body.insert("MobilePhone".into(), json!(cut(phone, NAME)));
    }
    body
}

#[cfg(test)]
mod tests {
    use super::super::case::tests::{draft, settings};
    use super::*;

    const NS: Uuid = Uuid::from_u128(99);

    fn with(email: (&str, bool), phone: Option<(&str, bool)>, policy: ContactPolicy) -> (CaseDraft, CreatioSettings) {
        let identifier = |(value, verified): (&str, bool)| Identifier { value: value.into(), verified };
        let mut draft = draft();
        draft.contact.email = Some(identifier(email));
        draft.contact.phone = phone.map(identifier);
        let mut settings = settings();
        settings.contact_policy = policy;
        (draft, settings)
    }

    fn contact(id: u128, email: &str, mobile: &str) -> Value {
        json!({ "Id": Uuid::from_u128(id).to_string(), "Email": email, "MobilePhone": mobile, "Phone": "", "HomePhone": "",
            "AccountId": "00000000-0000-0000-0000-000000000000" })
    }

    #[test]
    fn r3_only_verified_identifiers_are_looked_up() {
        let (draft, settings) = with(("boss@acme.com", false), None, ContactPolicy::LeaveEmpty);
        let person = Person::of(&draft, &settings, NS);
        assert!(
            contact_filter(&person).is_none() && communication_filter(&person).is_none(),
            "a typed address opens nothing"
        );
        let (draft, settings) = with(("boss@acme.com", false), None, ContactPolicy::Create);
        let person = Person::of(&draft, &settings, NS);
        let filter = contact_filter(&person).unwrap();
        assert!(!filter.as_str().contains("boss"), "only the id of our own contact is asked for: {}", filter.as_str());
        let body = new_contact(Uuid::from_u128(1), &draft, &person, &settings);
        assert!(!body.contains_key("Email"), "in that column it would pass for verified next time");
    }

    #[test]
    fn r3_two_visitors_who_type_the_same_address_get_two_contacts() {
        let (mut one, settings) = with(("boss@acme.com", false), None, ContactPolicy::Create);
        let first = Person::of(&one, &settings, NS).ours;
        one.session.external_id = "another".into();
        assert_ne!(first, Person::of(&one, &settings, NS).ours);
        let (mut two, settings) = with(("Ada@acme.com", true), None, ContactPolicy::Create);
        let first = Person::of(&two, &settings, NS).ours;
        two.session.external_id = "another".into();
        assert_eq!(first, Person::of(&two, &settings, NS).ours, "a proven address is the same person in each session");
    }

    #[test]
    fn r22_exactly_one_match_counts() {
        let (draft, settings) = with(("ADA@x.com", true), Some(("+1 (555) 1", true)), ContactPolicy::LeaveEmpty);
        let person = Person::of(&draft, &settings, NS);
        let one = |id: u128| Match::One(Customer { contact: Some(Uuid::from_u128(id)), account: None });
        assert_eq!(match_contacts(&person, &[contact(1, "ada@X.com", "")]), one(1), "letter case does not matter");
        assert_eq!(
            match_contacts(&person, &[contact(1, "ada@x.com", ""), contact(2, "ada@x.com", "")]),
            Match::Several
        );
        assert_eq!(
            match_contacts(&person, &[contact(1, "ada@x.com", ""), contact(2, "", "+15551")]),
            one(1),
            "e-mail first"
        );
        assert_eq!(match_contacts(&person, &[contact(2, "", "+1-555-1")]), one(2), "spelling of numbers differs");
        assert_eq!(
            match_contacts(&person, &[contact(3, "other@x.com", "9")]),
            Match::None,
            "what the server adds is checked"
        );
        let row = |id: u128, old: bool| {
            json!({ "ContactId": Uuid::from_u128(id).to_string(), "Number": "ada@x.com", "NonActual": old,
                "CommunicationTypeId": stock::COMMUNICATION_EMAIL.to_string().to_uppercase() })
        };
        assert_eq!(
            match_communications(&person, &[row(4, false), row(4, false)]),
            one(4),
            "twice the same person is one"
        );
        assert_eq!(match_communications(&person, &[row(4, false), row(5, false)]), Match::Several);
        assert_eq!(match_communications(&person, &[row(4, true)]), Match::None, "an address of the past is nobody's");
    }

    #[test]
    fn r25_addresses_reach_the_filter_as_literals_only() {
        for address in ["o'neil@x.com", "a+b@x.com", "x' or '1'='1"] {
            let (draft, settings) = with((address, true), None, ContactPolicy::LeaveEmpty);
            let filter = contact_filter(&Person::of(&draft, &settings, NS)).unwrap();
            assert_eq!(filter.as_str(), format!("Email eq '{}'", address.replace('\'', "''")));
        }
    }
}
