//! A ready-made kit: the fields and the rule by which a case's transcript is written once. A client may deploy its
//! own instead; names are free.

use super::data::Database;
use super::deploy::ValidationRule;
use super::schema::{Field, Kind};

/// Where the case comes from.
pub const FROM: &str = "Case_From__c";
/// The unique, case-sensitive external id of the case.
pub const KEY: &str = "Casebridge_Id__c";
/// The source's own id of the conversation.
pub const SOURCE: &str = "Casebridge_Source_Id__c";
/// How much of the transcript stands.
pub const SEQ: &str = "Casebridge_Seq__c";
/// The token of the attempt that wrote last.
pub const WRITE: &str = "Casebridge_Write__c";

/// The rule's formula: a save with a new token in which the number did not grow is refused.
pub const FORMULA: &str = "AND(NOT(ISNEW()), ISCHANGED(Casebridge_Write__c), \
    BLANKVALUE(Casebridge_Seq__c, 0) <= BLANKVALUE(PRIORVALUE(Casebridge_Seq__c), 0))";

/// What the rule says.
pub const MESSAGE: &str = "Casebridge: already written";

pub(super) fn install(database: &mut Database) {
    database.put_field("Case", Field::new(FROM, Kind::Text(255)));
    let key = Field { unique: true, external: true, case_sensitive: true, ..Field::new(KEY, Kind::Text(36)) };
    database.put_field("Case", key);
    database.put_field("Case", Field::new(SOURCE, Kind::Text(255)));
    database.put_field("Case", Field::new(SEQ, Kind::Number(18, 0)));
    database.put_field("Case", Field::new(WRITE, Kind::Text(64)));
    match ValidationRule::read("Case", "Casebridge_Write", FORMULA, MESSAGE, None, true, database) {
        Ok(rule) => database.rules.push(rule),
        Err(reason) => tracing::error!(reason, "the kit's own rule was not taken"),
    }
}
