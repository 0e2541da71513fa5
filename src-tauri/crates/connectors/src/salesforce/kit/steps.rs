//! What an admin does by hand so that the org's triggers may call.

use serde::Serialize;

/// What is shown in the place of an address that there is none of yet.
pub const ADDRESS_TO_COME: &str = "the webhook address of this connection";

/// One step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct KitStep {
    /// Where in Setup.
    pub place: &'static str,
    /// What to do there.
    pub action: String,
    /// Values to copy, by the name of their field there.
    pub values: Vec<(&'static str, String)>,
}

/// The External Credential, the Named Credential and who may use them. Legacy ones go on working, but new orgs should not
/// begin with them.
#[must_use]
pub fn named_credential_steps(webhook_url: Option<&str>) -> Vec<KitStep> {
    let address = webhook_url.unwrap_or(ADDRESS_TO_COME).to_owned();
    let step = |place, action: &str, values| KitStep { place, action: action.to_owned(), values };
    vec![
        step(
            "Setup > Named Credentials > External Credentials > New",
            "Make the External Credential, then add a principal to it: even calls without authentication need one.",
            vec![
                ("Label and name", "Casebridge".to_owned()),
                ("Authentication Protocol", "No Authentication".to_owned()),
                ("Principal", "Casebridge".to_owned()),
            ],
        ),
        step(
            "Setup > Named Credentials > New",
            "Make the Named Credential. The token in the address is the key to the door: keep it to yourselves.",
            vec![
                ("Label and name", "Casebridge".to_owned()),
                ("URL", address),
                ("Enabled for Callouts", "on".to_owned()),
                ("External Credential", "Casebridge".to_owned()),
                ("Generate Authorization Header", "off".to_owned()),
            ],
        ),
        step(
            "Setup > Permission Sets",
            "Give External Credential Principal Access to everybody who works on cases: a call is made as the person who \
             saved. What others save is found by polling.",
            vec![("Principal", "Casebridge - Casebridge".to_owned())],
        ),
        step(
            "Terminal, in the folder of the kit",
            "Deploy the triggers. Production orgs take Apex with its tests only.",
            vec![(
                "Command",
                "sf project deploy start --metadata-dir apex --single-package --test-level RunSpecifiedTests --tests \
                 CasebridgeNoticeTest --tests CasebridgeMailTest"
                    .to_owned(),
            )],
        ),
    ]
}
