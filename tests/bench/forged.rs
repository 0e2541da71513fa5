//! Calls that no CRM makes: right ones with something wrong in them, and what was never right. From a seed.

use casebridge_tests::conversations::Dice;
use serde_json::{Value, json};
use uuid::Uuid;

/// A request that must not be taken in.
pub struct Forged {
    /// What is wrong with it, as far as that has a name.
    pub what: &'static str,
    /// Head and body as they go over the wire.
    pub bytes: Vec<u8>,
}

/// Makes them.
pub struct Forger {
    dice: Dice,
    path: String,
}

type Members = Vec<(String, String)>;

const ODD: [&str; 10] = [
    "\u{0}",
    "\u{202e}",
    "\u{feff}",
    "\u{1f469}\u{200d}\u{1f4bb}",
    "\u{fffd}",
    "e\u{301}\u{301}\u{301}",
    "\u{7f}",
    "İ",
    "' or 1=1 --",
    "{{caseId}}",
];

impl Forger {
    /// `path` is the right one: what is forged differs from it, or carries a body that is not right.
    pub fn new(seed: u64, path: &str) -> Self {
        Self { dice: Dice(seed), path: path.to_owned() }
    }

    fn roll(&mut self, sides: u64) -> usize {
        self.dice.roll(sides) as usize
    }

    fn bytes(&mut self, count: usize) -> Vec<u8> {
        (0..count).map(|_| self.dice.roll(256) as u8).collect()
    }

    fn id(&mut self) -> Uuid {
        let high = u128::from(self.dice.roll(u64::MAX));
        Uuid::from_u128((high << 64) | u128::from(self.dice.roll(u64::MAX)))
    }

    /// A right call.
    fn call(&mut self) -> Members {
        let event = ["new_activity", "case_closed", "case_updated"][self.roll(3)];
        let mut members =
            vec![("event_type".into(), json!(event).to_string()), ("caseId".into(), json!(self.id()).to_string())];
        if self.roll(3) == 0 {
            members.push(("recordId".into(), json!(self.id()).to_string()));
        }
        members
    }

    fn odd(&mut self) -> String {
        let count = 1 + self.roll(6);
        (0..count).map(|_| ODD[self.roll(ODD.len() as u64)]).collect()
    }

    fn value(&mut self) -> String {
        match self.roll(12) {
            0 => "null".into(),
            1 => "true".into(),
            2 => format!("{}", self.dice.roll(u64::MAX)),
            3 => format!("-1{}", "0".repeat(self.roll(400))),
            4 => format!("1e{}", self.roll(500)),
            5 => format!("{}{}", "[".repeat(1 + self.roll(300)), "]".repeat(self.roll(300))),
            6 => json!({ "id": self.id() }).to_string(),
            7 => json!(self.odd()).to_string(),
            8 => json!("x".repeat(self.roll(20_000))).to_string(),
            9 => "\"\\ud83d\"".into(),
            10 => json!(self.id().to_string()[1..].to_owned()).to_string(),
            _ => json!([self.id()]).to_string(),
        }
    }

    fn written(members: &Members) -> Vec<u8> {
        let members: Vec<String> =
            members.iter().map(|(name, value)| format!("{}:{value}", Value::from(&**name))).collect();
        format!("{{{}}}", members.join(",")).into_bytes()
    }

    /// A body with something wrong in it, and what.
    fn body(&mut self) -> (&'static str, Vec<u8>) {
        let mut call = self.call();
        let place = self.roll(2);
        match self.roll(13) {
            0 => {
                call.remove(place);
                ("a member dropped", Self::written(&call))
            }
            1 => {
                let again = call[place].clone();
                call.push(again);
                ("a member twice", Self::written(&call))
            }
            2 => {
                call[place].1 = self.value();
                ("a member of another type", Self::written(&call))
            }
            3 => {
                let name = self.odd();
                let value = self.value();
                call.push((name, value));
                ("a member too many", Self::written(&call))
            }
            4 => {
                let mut body = Self::written(&call);
                body.truncate(self.roll(body.len() as u64));
                ("cut off", body)
            }
            5 => {
                let mut body = Self::written(&call);
                for _ in 0..=self.roll(8) {
                    let place = self.roll(body.len() as u64);
                    body[place] = self.dice.roll(256) as u8;
                }
                ("some bytes changed", body)
            }
            6 => {
                let mut body = Self::written(&call);
                let place = self.roll(body.len() as u64);
                body.splice(place..place, [0xc3, 0x28, 0xf0, 0x80]);
                ("not UTF-8", body)
            }
            7 => {
                let depth = 1 + self.roll(60_000);
                ("nested", b"[".repeat(depth))
            }
            8 => ("nested", b"{\"caseId\":".repeat(1 + self.roll(6_000))),
            9 => {
                let count = self.roll(2_000);
                ("any bytes", self.bytes(count))
            }
            10 => {
                call[0].1 = json!("x".repeat(self.roll(60_000))).to_string();
                ("a huge string", Self::written(&call))
            }
            11 => {
                let body = [Self::written(&call), Self::written(&call)].concat();
                ("two of them", body)
            }
            _ => ("a list", [b"[".as_slice(), &Self::written(&call), b"]"].concat()),
        }
    }

    fn token(&mut self) -> String {
        let right = self.path.rsplit('/').next().unwrap().to_owned();
        let token = match self.roll(6) {
            0 => right[..right.len() - 1].to_owned(),
            1 => format!("{right}{}", self.roll(10)),
            2 => right.to_ascii_uppercase(),
            3 => "%ff%00".to_owned(),
            4 => "a".repeat(1 + self.roll(8_000)),
            _ => self.bytes(32).iter().map(|byte| format!("{byte:02x}")).collect(),
        };
        self.path.replace(&right, &token)
    }

    fn head(&mut self, path: &str, media_type: &str, length: usize) -> Vec<u8> {
        format!("POST {path} HTTP/1.1\r\nHost: door\r\nContent-Type: {media_type}\r\nContent-Length: {length}\r\n\r\n")
            .into_bytes()
    }

    /// The next one.
    pub fn next(&mut self) -> Forged {
        loop {
            if let Some(forged) = self.try_next() {
                return forged;
            }
        }
    }

    fn try_next(&mut self) -> Option<Forged> {
        let right = self.path.clone();
        let json = "application/json";
        Some(match self.roll(100) {
            0..55 => {
                let (what, body) = self.body();
                // A change can leave the call as right as it was; those are not forged.
                if casebridge_gateway::read_webhook_call(&body).is_ok() {
                    return None;
                }
                Forged { what, bytes: [self.head(&right, json, body.len()), body].concat() }
            }
            55..75 => {
                let (path, body) = (self.token(), Self::written(&self.call()));
                Forged { what: "a forged token", bytes: [self.head(&path, json, body.len()), body].concat() }
            }
            75..80 => {
                let mut body = Self::written(&self.call());
                body.resize(64 * 1024 + 1 + self.roll(40_000), b' ');
                Forged { what: "oversized", bytes: [self.head(&right, json, body.len()), body].concat() }
            }
            80..82 => {
                let body = Self::written(&self.call());
                let head = format!(
                    "POST {right} HTTP/1.1\r\nHost: door\r\nContent-Type: {json}\r\nTransfer-Encoding: chunked\r\n\r\n{:x}\r\n",
                    body.len()
                );
                let space = format!("\r\n8000\r\n{0}\r\n8000\r\n{0}\r\n0\r\n\r\n", " ".repeat(0x8000));
                Forged { what: "oversized, chunked", bytes: [head.as_bytes(), &body, space.as_bytes()].concat() }
            }
            82..84 => Forged { what: "a terabyte declared", bytes: self.head(&right, json, 1 << 40) },
            84..90 => {
                let media_type = ["text/plain", "application/x-www-form-urlencoded", "application/xml", "*/*", ""];
                let media_type = media_type[self.roll(5)];
                let body = Self::written(&self.call());
                Forged { what: "another type", bytes: [self.head(&right, media_type, body.len()), body].concat() }
            }
            90..94 => {
                let method = ["GET", "PUT", "DELETE", "PATCH", "OPTIONS", "BREW"][self.roll(6)];
                let head = format!("{method} {right} HTTP/1.1\r\nHost: door\r\n\r\n");
                Forged { what: "another method", bytes: head.into_bytes() }
            }
            94..97 => {
                let path = ["/", "/v1/sessions", "/console/call", "/webhooks/creatio/", "/..%2f..%2fetc"][self.roll(5)];
                let body = Self::written(&self.call());
                Forged { what: "another path", bytes: [self.head(path, json, body.len()), body].concat() }
            }
            97..99 => {
                let count = 1 + self.roll(300);
                let mut bytes = self.bytes(count);
                bytes.extend_from_slice(b"\r\n\r\n");
                Forged { what: "no HTTP", bytes }
            }
            _ => {
                let head = format!(
                    "POST {right} HTTP/1.1\r\nHost: door\r\nContent-Length: 5\r\nContent-Length: 7\r\n\r\nhello"
                );
                Forged { what: "two lengths", bytes: head.into_bytes() }
            }
        })
    }
}
