//! Ten fields as an admin would map them, and where the conversations' own records hold their true values.

use std::collections::BTreeMap;

use casebridge_domain::analysis::Question;
use casebridge_domain::mapping::{Allowed, ColumnKind, TextFormat};
use uuid::Uuid;

/// How a true value is compared with the one that was found.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Compare {
    Number,
    Day,
    Time,
    Label,
    Text,
}

/// A field of the bench.
pub struct Slot {
    pub question: Question,
    /// Names of the records' true values that mean this field.
    pub truth: &'static [&'static str],
    pub compare: Compare,
}

type Words = &'static [(&'static str, &'static [&'static str])];

const ACCOUNTS: Words = &[("Checking", &[]), ("Savings", &["saving"])];
const CATEGORIES: Words =
    &[("Music", &["concert", "musical", "gig"]), ("Sports", &["sport", "sporting", "game", "match"])];
const CITIES: Words = &[
    ("Amsterdam", &[]),
    ("Anaheim", &[]),
    ("Atlanta", &["ATL"]),
    ("Bakersfield", &[]),
    ("Berkeley", &[]),
    ("Berlin", &[]),
    ("Boston", &[]),
    ("Chicago", &["Chi-town", "Chi town"]),
    ("Dallas", &[]),
    ("Delhi", &["New Delhi"]),
    ("Denver", &[]),
    ("Fresno", &[]),
    ("Houston", &[]),
    ("Kuala Lumpur", &["KL"]),
    ("Las Vegas", &["Vegas", "LV"]),
    ("London", &[]),
    ("Long Beach", &[]),
    ("Los Angeles", &["LA", "LAX"]),
    ("Mexico City", &["CDMX"]),
    ("Miami", &[]),
    ("Nairobi", &[]),
    ("New York", &["NY", "NYC", "New York City"]),
    ("Oakland", &[]),
    ("Paris", &[]),
    ("Philadelphia", &["Philly"]),
    ("Phoenix", &["PHX"]),
    ("Portland", &[]),
    ("Rio de Janeiro", &["Rio"]),
    ("Sacramento", &[]),
    ("San Diego", &["SD"]),
    ("San Francisco", &["SF", "SFO", "San Fran", "Frisco"]),
    ("San Jose", &[]),
    ("Santa Rosa", &[]),
    ("Seattle", &["SEA"]),
    ("Sydney", &[]),
    ("Tokyo", &[]),
    ("Toronto", &[]),
    ("Vancouver", &[]),
    ("Washington", &["DC", "D.C.", "Washington D.C.", "Washington DC"]),
];

/// The ten.
pub fn slots() -> Vec<Slot> {
    let slot = |title: &str, instruction: &str, kind, truth, compare| Slot {
        question: Question {
            id: Uuid::new_v5(&Uuid::NAMESPACE_OID, title.as_bytes()),
            title: title.into(),
            instruction: instruction.into(),
            kind,
            synonyms: BTreeMap::new(),
        },
        truth,
        compare,
    };
    let text = ColumnKind::Text { max: Some(100), format: TextFormat::Plain };
    let money = ColumnKind::Money { scale: Some(2) };
    let mut slots = vec![
        slot(
            "Number of seats",
            "How many people the table or the tickets are for: people, persons, seats, tickets, guests, party of, table for, attending. \
             Only restaurants, tables, events, concerts, games, shows. Not travelers, passengers, bus, flight, cab, trip or rooms.",
            ColumnKind::Integer,
            &["Restaurants_2.number_of_seats", "Events_1.number_of_seats"],
            Compare::Number,
        ),
        slot(
            "Departure date",
            "The day on which the bus or the flight leaves: leaving, departing, going, travelling, flying out, bus, flight, trip. \
             Only bus, flight, airline. Not the return, coming back, check in, pick up, drop off, rental, event, appointment, reservation, weather or visit.",
            ColumnKind::Date,
            &["Buses_1.leaving_date", "Flights_3.departure_date"],
            Compare::Day,
        ),
        slot(
            "Account type",
            "The customer's own account: the balance of it, or the account that money is sent from: \"from …\", \"my … account\", \"in …\". \
             Not the recipient's account: \"to …\", \"their …\", \"into …\".",
            picklist(ACCOUNTS),
            &["Banks_2.account_type"],
            Compare::Label,
        ),
        slot(
            "Transfer amount",
            "How much money is transferred or sent: transfer, send, transferring, sending. Not the balance that is there.",
            money,
            &["Banks_2.transfer_amount"],
            Compare::Number,
        ),
        slot(
            "Recipient",
            "Who gets the money that is transferred: \"transfer to …\", \"send to …\", \"transferred to …\", \"account of …\", to whom.",
            text,
            &["Banks_2.recipient_name"],
            Compare::Text,
        ),
        slot(
            "Pickup time",
            "The time at which the rental car is picked up: pick up, pick-up, collect, car, rental. Not the return, drop off, bus, flight, event, table or appointment.",
            ColumnKind::Time,
            &["RentalCars_1.pickup_time"],
            Compare::Time,
        ),
        slot(
            "Destination",
            "Where the bus or the flight goes to: \"to …\", \"into …\", going, heading, travelling, arriving. \
             Only bus, flight, airline. Not where it leaves: \"from …\", \"out of …\", leaving, departing, origin, departure city.",
            lookup("City", CITIES),
            &["Buses_1.to_location", "Flights_3.destination_city"],
            Compare::Label,
        ),
        slot(
            "Bedrooms",
            "How many bedrooms the home has: bed, beds, bedroom. Not bathrooms, baths or hotel rooms.",
            ColumnKind::Integer,
            &["Homes_1.number_of_beds"],
            Compare::Number,
        ),
        slot(
            "Event category",
            "What kind of event the customer is interested in. Not a song to be played.",
            picklist(CATEGORIES),
            &["Events_1.category"],
            Compare::Label,
        ),
        slot(
            "Drop-off date",
            "The day on which it is given back: drop off, drop it off, dropping, \"until …\", \"till …\", \"ending …\". \
             Only car, rental, vehicle. Not \"from …\", pick up, pickup, available, ready, start, return flight.",
            ColumnKind::Date,
            &["RentalCars_1.dropoff_date"],
            Compare::Day,
        ),
    ];
    for slot in &mut slots {
        slot.question.synonyms = match slot.question.title.as_str() {
            "Account type" => synonyms(ACCOUNTS),
            "Destination" => synonyms(CITIES),
            "Event category" => synonyms(CATEGORIES),
            _ => BTreeMap::new(),
        };
    }
    slots
}

fn allowed(words: Words) -> Vec<Allowed> {
    words.iter().map(|(label, _)| Allowed { value: value(label), label: (*label).into() }).collect()
}

/// The CRM's value: never the label, so that a label that slips through is seen.
pub fn value(label: &str) -> String {
    label.to_lowercase().replace(' ', "_")
}

fn synonyms(words: Words) -> BTreeMap<String, Vec<String>> {
    words.iter().map(|(label, said)| (value(label), said.iter().map(|word| (*word).to_owned()).collect())).collect()
}

fn picklist(words: Words) -> ColumnKind {
    ColumnKind::Picklist { values: allowed(words), restricted: true }
}

fn lookup(object: &str, words: Words) -> ColumnKind {
    ColumnKind::Lookup { object: object.into(), values: allowed(words) }
}
