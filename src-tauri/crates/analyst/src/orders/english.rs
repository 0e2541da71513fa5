//! Orders in English.

/// What a record is filled with that customers have no other word for.
const OWN: &str = "(?:priority|severity|urgency|confidence)";
/// What software in general has as well: customers talk about theirs.
const FORM: &str = "(?:fields?|columns?|crm|json|schema)";
/// What would change it.
const SETS: &str = "(?:set|chang(?:e|ing)|update|mark|flag|assign|classify|categori[sz]e|escalate|raise|bump)";
/// The same, of things in general too.
const PUTS: &str =
    "(?:fill|put|write|enter|insert|record|save|output|return|print|emit|make|treat|rate|label|tag|log|move)";
/// Where a sentence that orders begins.
const BEGINS: &str = "(?:^\\W*|:\\s*|\\bplease |\\byou (?:must|should|shall|will|have to) (?:now )?)";
/// The same within a longer sentence.
const GOES_ON: &str =
    "(?:^\\W*|[:,]\\s*|\\b(?:please|and|then|now|to|must|should|shall|can you|could you|just|simply|also) )";
/// The case itself.
const CASE: &str = "(?:(?:this|the|my) (?:case|ticket|conversation|session|issue|record)|this|it|status|records?)";
/// Whoever reads by machine, by names that nothing else has.
const MODEL: &str = "(?:the )?(?:ai|analyst|model|llm|summari[sz]er|extractor|language model)";
/// The same by names that people and things have too.
const READER: &str = "(?:the )?(?:assistant|bot|machine|system)";
/// Whom it is told to be.
const ROLE: &str =
    "(?:\\w+ ){0,2}(?:agent|assistant|ai|model|bot|admin(?:istrator)?|developer|system|machine|mode|classifier)";
/// What it was told, or was taught.
const TOLD: &str = "(?:instructions?|rules?|prompts?|guidelines?|training)";

pub(super) fn patterns() -> Vec<String> {
    [about_the_record(), to_the_model(), about_the_account()].concat()
}

/// "Set the priority", "priority: critical", "mark it as", "fill X into".
fn about_the_record() -> Vec<String> {
    vec![
        format!(r"\b{SETS}\b.*\b{OWN}\b|\b{PUTS}\b[^,]*\b{OWN}\b"),
        // "My priority is to get home" tells of the matter.
        format!(r"\b{OWN}\s*(?:[=:]|(?:to|as|be|should|must|into|up)\b|is\s+(?:to be\b|[^\st]|t[^o]|to\w))"),
        format!(r"\b{OWN}\b.*\b(?:must|should|has to|needs to) be\b"),
        format!(r"\bupgrade (?:{CASE}\b.*\b|the |its ){OWN}\b|\b(?:set|change|update|upgrade) (?:the |this |its )?sla\b"),
        format!(r"{BEGINS}(?:{SETS}|{PUTS})\b.*\b{FORM}\b"),
        format!(r"\b(?:mapping|{FORM})\s*(?:=|(?:must|should|has to|needs to) (?:be|say|read|hold)\b|says? that\b)"),
        format!(r"\b(?:mark|flag|treat|classify|categori[sz]e|label|tag|rate)\b.*\b{CASE}\s+as\b"),
        format!(r"\b(?:assign|move|route|put|send|transfer|escalate)\s+{CASE}\b.*\bqueue\b"),
        r"\b(?:set|change|update|escalate|raise)\s+(?:(?:the|this|its|case|ticket) )*(?:status|record)s?\s*(?:[=:]|(?:to|as)\b)".to_owned(),
        r"\bfill (?:in )?\w+ into\b|\bfill in \w+ in\b|\bnow fill in\b".to_owned(),
    ]
}

/// "Ignore your instructions", "you are now", "note to the AI", "you must output".
fn to_the_model() -> Vec<String> {
    vec![
        format!(r"{GOES_ON}(?:ignore|disregard|override|bypass|overrule)\b.*\b(?:{TOLD}|policy|policies)\b"),
        format!(r"\b(?:forget|skip)\b.*\b(?:your|all|any|every|previous|prior|these|those)\b.*\b{TOLD}\b"),
        r"\b(?:ignore|disregard|forget) (?:all |of |everything |what is )*(?:the |that is )?(?:above|everything (?:you|that|before|so far)|all (?:the )?(?:previous|prior|earlier))\b".to_owned(),
        r"^\W*override\b|\bnew instructions?\s*:|\bbegin (?:system|instructions?)\b".to_owned(),
        r"\b(?:reveal|change|replace) your (?:\w+ )?instructions?\b|\byour (?:new|real|true|only) instructions?\b|\byour instructions? (?:are|is) (?:now|to)\b".to_owned(),
        r"\bsystem (?:prompt|override|instruction)s?\b|^\W*system (?:message|note|update)s?\s*:".to_owned(),
        format!(r"\b(?:you are now|act as) (?:an?|the|in|my) {ROLE}\b|\b(?:developer mode|jailbreak|do anything now|as an ai)\b"),
        format!(r"{GOES_ON}pretend (?:to be|that you|you)\b"),
        r"^\W*end of (?:the )?(?:transcript|conversation|data)\b".to_owned(),
        format!(r"\b(?:note|message|instructions?|memo|attention|hint) (?:to|for) {MODEL}\b"),
        format!(r"^\W*(?:note|message|instructions?|memo|attention|hint) (?:to|for) {READER}\s*[:,;-]"),
        format!(r"\b(?:dear|attention) {MODEL}\b"),
        r"\byou (?:must|should|shall|will|have to) (?:now |only )?(?:output|extract|classify|emit)\b".to_owned(),
        r#"\byou (?:must|should|shall|will|have to) (?:now |only )?(?:return|respond|answer|reply|say|write|report|set|fill|treat)\s+(?:with|only|exactly|["'“‘]|in the (?:summary|value)|the (?:value|summary)|true|false|null)"#.to_owned(),
        r"\b(?:extract|output|emit) (?:the )?(?:value|following|exactly)\b".to_owned(),
    ]
}

/// "Summarise: the refund was approved", "the summary must say", "mention in the summary that".
fn about_the_account() -> Vec<String> {
    vec![
        r"^\W*(?:summari[sz]e|summary|topic|sentiment|mood)\s*[:=]|\bsummari[sz]e (?:this|it|that|the conversation) (?:as|by|like|with)\b".to_owned(),
        r"\b(?:the|your) (?:summary|topic|sentiment) (?:must|should|shall|has to|needs to)\b".to_owned(),
        format!(r#"{GOES_ON}(?:write|put|say|mention|include|state|add|insert)\b.*\b(?:in|into|to) (?:the|your) (?:summary|handoff)(?:\s*[,:"”]|\s*$|\s+that\b)"#),
    ]
}
