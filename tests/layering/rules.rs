//! The two tables: the packages of this workspace, and the outside libraries that have one home.

use cargo_metadata::DependencyKind;

/// A package and those of ours that it may know.
pub struct Place {
    pub package: &'static str,
    /// `None` for the tests, which join whatever a journey needs.
    pub knows: Option<&'static [&'static str]>,
    pub reason: &'static str,
}

const fn place(package: &'static str, knows: &'static [&'static str], reason: &'static str) -> Place {
    Place { package, knows: Some(knows), reason }
}

const DOMAIN: &str = "casebridge-domain";
const STORE: &str = "casebridge-store";
const ANALYST: &str = "casebridge-analyst";
const CONNECTORS: &str = "casebridge-connectors";
const ENGINE: &str = "casebridge-engine";
const API: &str = "casebridge-api";
const GATEWAY: &str = "casebridge-gateway";
const SANDBOX: &str = "casebridge-sandbox";
const TRYOUT: &str = "casebridge-tryout";
const REMOTE: &str = "casebridge-remote";
const SERVER: &str = "casebridge-server";
const SHELL: &str = "casebridge";
const TESTS: &str = "casebridge-tests";

/// Every package of the workspace.
pub const PLACES: &[Place] = &[
    place(DOMAIN, &[], "the rules are pure, so that they can be tested and read alone"),
    place(STORE, &[DOMAIN], "storing knows what is stored, not who sends or decides"),
    place(ANALYST, &[DOMAIN], "reading a conversation needs no database and no network"),
    place(CONNECTORS, &[DOMAIN, ANALYST], "a CRM client must work without our database: the engine joins the two"),
    place(ENGINE, &[DOMAIN, STORE, CONNECTORS], "the engine works without any surface above it"),
    place(API, &[DOMAIN, ENGINE], "the console's commands reach the store and the CRMs only through the engine"),
    place(GATEWAY, &[DOMAIN, ENGINE, API], "HTTP is a surface: what it may do, the engine decides"),
    place(SANDBOX, &[], "a stand-in that shares our code would share our mistakes about the real CRM"),
    place(TRYOUT, &[DOMAIN, ENGINE, API, SANDBOX], "the stand-in beside an engine, for both programs"),
    place(REMOTE, &[API], "it carries the console's commands to another process and knows nothing behind them"),
    place(
        SERVER,
        &[DOMAIN, STORE, CONNECTORS, ENGINE, API, GATEWAY, REMOTE, TRYOUT],
        "the headless program joins the parts and needs no desktop",
    ),
    place(
        SHELL,
        &[DOMAIN, STORE, CONNECTORS, ENGINE, API, GATEWAY, REMOTE, TRYOUT],
        "the desktop program joins the parts and needs no server",
    ),
    place("xtask", &[], "it must build before the product does, also when the product does not"),
    Place { package: TESTS, knows: None, reason: "journeys join whatever they need" },
];

/// Where an outside library may be named.
pub enum Home {
    /// Everywhere in this package.
    Whole(&'static str),
    /// In this package against the general rule, for this reason.
    Exception(&'static str, &'static str),
    /// In the tests of this package only, for this reason.
    InTests(&'static str, &'static str),
}

impl Home {
    /// Whether this home lets the package name the library in this kind of dependency.
    pub fn allows(&self, package: &str, kind: DependencyKind) -> bool {
        match self {
            Self::Whole(home) | Self::Exception(home, _) => *home == package,
            Self::InTests(home, _) => *home == package && kind == DependencyKind::Development,
        }
    }

    /// The package, and why it is an exception if it is one.
    pub fn describe(&self) -> String {
        match self {
            Self::Whole(home) => (*home).to_owned(),
            Self::Exception(home, reason) => format!("{home} ({reason})"),
            Self::InTests(home, reason) => format!("{home}, in its tests ({reason})"),
        }
    }
}

/// An outside library with its homes.
pub struct Only {
    pub library: &'static str,
    pub homes: &'static [Home],
    pub reason: &'static str,
}

const ONE_STORE: &str = "only the store speaks to databases, so that no transaction spans a call to a CRM";
const ONE_KEYCHAIN: &str = "only the store touches the keychain, so that a secret has one way in and out";
const ONE_CLIENT: &str =
    "only the connectors call other systems, so that every call is recorded, limited and redacted alike";
const ONE_SERVER: &str = "only the gateway serves HTTP, so that every request passes the same guards";
const ONE_DESKTOP: &str = "only the shell names Tauri, so that everything else builds and is tested without a web view";

const FROM_TESTS: Home = Home::Exception(TESTS, "journeys are clients and stand-ins of the product");

/// Libraries that not everybody may name.
pub const ONLY: &[Only] = &[
    Only {
        library: "sqlx",
        homes: &[
            Home::Whole(STORE),
            Home::Exception(TESTS, "its bench asks a store's file the bare question that a search is measured by"),
        ],
        reason: ONE_STORE,
    },
    Only { library: "keyring", homes: &[Home::Whole(STORE)], reason: ONE_KEYCHAIN },
    Only { library: "genai", homes: &[Home::Whole(CONNECTORS)], reason: ONE_CLIENT },
    Only { library: "oauth2", homes: &[Home::Whole(CONNECTORS)], reason: ONE_CLIENT },
    Only {
        library: "reqwest",
        homes: &[
            Home::Whole(CONNECTORS),
            Home::Exception(SERVER, "its command line replays conversations into the running engine, over HTTP"),
            Home::Exception(REMOTE, "it asks an engine of ours in another process, never a CRM"),
            Home::InTests(SANDBOX, "its tests call it as a client would"),
            FROM_TESTS,
        ],
        reason: ONE_CLIENT,
    },
    Only {
        library: "axum",
        homes: &[
            Home::Whole(GATEWAY),
            Home::Exception(SANDBOX, "it stands in for servers that are not ours"),
            FROM_TESTS,
        ],
        reason: ONE_SERVER,
    },
    Only { library: "tauri", homes: &[Home::Whole(SHELL)], reason: ONE_DESKTOP },
    Only { library: "tauri-build", homes: &[Home::Whole(SHELL)], reason: ONE_DESKTOP },
];
