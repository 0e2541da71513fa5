//! Which values are written, and when (R26, R27, R37).

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::*;
use crate::analysis::{AnalystKind, Cost, Evidence, Found, TranscriptLine};
use crate::mapping::{Allowed, Column, ColumnKind, Mapping, Overwrite, Source, TextFormat, Unsure};
use crate::plan::fields::{
    Blame, Decision, FieldSources, Handoff, Outcome, Refusal, Said, decide, grounded, outcomes, to_write, unnamed,
};
use crate::plan::rows::{NamedRow, Rows};

fn text(max: u32) -> ColumnKind {
    ColumnKind::Text { max: Some(max), format: TextFormat::Plain }
}

fn area() -> ColumnKind {
    let one = |value: &str, label: &str| Allowed { value: value.into(), label: label.into() };
    ColumnKind::Picklist { values: vec![one("hw", "Hardware"), one("sw", "Software")], restricted: false }
}

fn mapping(id: u128, column: &str, kind: ColumnKind, source: Source) -> Mapping {
    Mapping {
        id: Uuid::from_u128(id),
        column: column.into(),
        title: column.into(),
        kind,
        instruction: String::new(),
        enabled: true,
        unlocked: false,
        source,
        fallback: None,
        threshold: 70,
        unsure: Unsure::LeaveOut,
        overwrite: Overwrite::KeepEdited,
        synonyms: BTreeMap::new(),
    }
}

fn found(id: u128, value: Value, confidence: u8) -> Found {
    Found { id: Uuid::from_u128(id), value: Some(value), confidence, evidence: Vec::new(), note: None }
}

fn analysis(found: Vec<Found>) -> Analysis {
    Analysis {
        by: AnalystKind::BuiltIn,
        model: None,
        summary: Some("The printer burns.".into()),
        language: Some("en".into()),
        sentiment: None,
        topic: None,
        found,
        cost: Cost::default(),
    }
}

struct Case {
    mappings: Vec<Mapping>,
    columns: Vec<Column>,
    said: Said,
    refused: BTreeMap<String, Refusal>,
    rows: Rows,
    session: Session,
}

impl Case {
    fn of(mappings: Vec<Mapping>) -> Self {
        let session = Story::new(Mode::Every, vec![]).session;
        Self {
            mappings,
            columns: Vec::new(),
            said: Said::default(),
            refused: BTreeMap::new(),
            rows: Rows::default(),
            session,
        }
    }

    fn sources(&self) -> FieldSources<'_> {
        FieldSources {
            mappings: &self.mappings,
            columns: &self.columns,
            session: &self.session,
            said: &self.said,
            refused: &self.refused,
            rows: &self.rows,
        }
    }

    fn first(&self) -> (Outcome, Option<Value>) {
        let all = outcomes(self.sources());
        (all[0].outcome, all[0].value.clone())
    }
}

#[test]
fn r26_given_values_come_before_the_analysts_and_those_before_the_fallback() {
    let mut case = Case::of(vec![Mapping { fallback: Some(json!("sw")), ..mapping(1, "UsrArea", area(), Source::Ai) }]);
    assert_eq!(case.first(), (Outcome::Write, Some(json!("sw"))), "nobody knows: the fallback");
    case.said.analysis = Some(analysis(vec![found(1, json!("hw"), 90)]));
    assert_eq!(case.first(), (Outcome::Write, Some(json!("hw"))), "the analyst is sure");
    case.said.analysis = Some(analysis(vec![found(1, json!("hw"), 60)]));
    assert_eq!(case.first(), (Outcome::Write, Some(json!("sw"))), "the analyst is not sure enough: the fallback");
    case.said.analysis = Some(analysis(vec![found(1, json!("Furniture"), 99)]));
    assert_eq!(case.first(), (Outcome::Write, Some(json!("sw"))), "no foreign value is sent, however sure");
    case.said.given = Map::from_iter([("UsrArea".to_owned(), json!("Hardware"))]);
    assert_eq!(case.first(), (Outcome::Write, Some(json!("hw"))), "the source knows best, by label too");
    case.said.decided = [(Uuid::from_u128(1), Some(json!("sw")))].into();
    assert_eq!(case.first(), (Outcome::Write, Some(json!("sw"))), "but for a person");
    case.said.decided = [(Uuid::from_u128(1), None)].into();
    assert_eq!(case.first(), (Outcome::LeftOut, None), "who dismissed it wants it blank");
}

#[test]
fn r27_what_is_not_sure_is_left_out_suggested_or_written_as_the_admin_says() {
    let unsure = |unsure: Unsure| {
        let mut case = Case::of(vec![Mapping { unsure, ..mapping(1, "UsrArea", area(), Source::Ai) }]);
        case.said.analysis = Some(analysis(vec![found(1, json!("hw"), 69)]));
        case.first()
    };
    assert_eq!(unsure(Unsure::LeaveOut), (Outcome::Unsure, None));
    assert_eq!(unsure(Unsure::Suggest), (Outcome::Suggest, Some(json!("hw"))));
    assert_eq!(unsure(Unsure::Write), (Outcome::Write, Some(json!("hw"))));
}

#[test]
fn r27_only_quotes_of_the_transcript_are_evidence() {
    let line = TranscriptLine { seq: 3, from: Customer, at: at(3), text: "Größe: order 4711, please".into() };
    let quote = |start: usize, end: usize, quote: &str| Evidence { seq: 3, start, end, quote: quote.into() };
    let answer = |evidence| Found { evidence: vec![evidence], ..found(1, json!("4711"), 95) };
    let confidence =
        |evidence| grounded(analysis(vec![answer(evidence)]), std::slice::from_ref(&line)).found[0].confidence;
    assert_eq!(confidence(quote(13, 17, "4711")), 95, "places are counted in characters");
    assert_eq!(confidence(quote(0, 4, "4711")), 0, "it does not stand there");
    assert_eq!(confidence(Evidence { seq: 4, ..quote(13, 17, "4711") }), 0, "there is no such line");
    assert_eq!(confidence(quote(13, 13, "")), 0, "an empty quote proves nothing");
}

#[test]
fn r26_a_refused_column_is_not_sent_again_and_a_short_one_gets_less() {
    let said = Source::Static { value: json!("a long text") };
    let mut case = Case::of(vec![mapping(1, "UsrNote", text(50), said)]);
    let refusal = |limit| Refusal { words: "no right".into(), hint: String::new(), limit, blame: Blame::default() };
    case.refused = [("UsrNote".to_owned(), refusal(None))].into();
    assert_eq!(case.first().0, Outcome::Refused, "the CRM said no before");
    case.refused = [("UsrNote".to_owned(), refusal(Some(6)))].into();
    assert_eq!(case.first(), (Outcome::Write, Some(json!("a lon…"))), "only its length was wrong");
    let address = ColumnKind::Text { max: Some(50), format: TextFormat::Email };
    case.mappings[0].kind = address.clone();
    case.mappings[0].source = Source::Static { value: json!("ann@acme.example") };
    assert_eq!(case.first().0, Outcome::Refused, "a part of an address leads elsewhere");
    assert!(refusal(Some(6)).only_cuts(&text(50)) && !refusal(Some(6)).only_cuts(&address), "so people are told");
    case.mappings[0].kind = text(50);
    case.refused.clear();
    case.columns = vec![];
    assert_eq!(case.first().0, Outcome::Write, "without metadata it is tried");
    let other = Column {
        name: "Other".into(),
        title: String::new(),
        kind: text(5),
        required: false,
        writable: true,
        locked: false,
    };
    case.columns = vec![other];
    assert_eq!(case.first().0, Outcome::Refused, "the column was removed");
}

#[test]
fn a_row_that_is_named_by_its_label_is_asked_for_where_it_is_to_be_written() {
    let branch = ColumnKind::Lookup { object: "Branch".into(), values: Vec::new() };
    let mut case = Case::of(vec![Mapping { fallback: None, ..mapping(1, "UsrBranchId", branch, Source::Ai) }]);
    assert!(unnamed(case.sources()).is_empty(), "nobody said anything: nothing is asked of the CRM");
    case.said.analysis = Some(analysis(vec![found(1, json!("Lisbon"), 90)]));
    let names = unnamed(case.sources());
    assert_eq!(names.len(), 1, "the analyst is sure of a name that no list holds");
    let row = Allowed { value: "5f1e7a10-2c0b-4a5e-9a51-0a3f6d2b7c01".into(), label: "LISBON".into() };
    let answered = |answer: NamedRow| Rows::from_iter([(names[0].clone(), answer)]);
    case.rows = answered(NamedRow::One(row.clone()));
    assert_eq!(case.first(), (Outcome::Write, Some(json!(row.value))), "the id is what is sent");
    assert_eq!(outcomes(case.sources())[0].shown, "LISBON", "and people read the CRM's own label");
    assert!(unnamed(case.sources()).is_empty(), "the CRM is not asked twice");
    for answer in [NamedRow::Nobody, NamedRow::Several, NamedRow::Unread("403".into())] {
        case.rows = answered(answer);
        let all = outcomes(case.sources());
        assert_eq!((all[0].outcome, &all[0].value), (Outcome::Refused, &None), "a name without a row is never sent");
        let note = all[0].note.clone().unwrap_or_default();
        assert!(!note.contains("Lisbon") && !note.is_empty(), "it says why, and repeats nothing: {note}");
    }
    case.mappings[0].fallback = Some(json!(row.value));
    assert_eq!(case.first().1, Some(json!(row.value)), "what names no row may still have a fallback");
    case.mappings[0].fallback = None;
    case.rows = Rows::default();
    case.said.analysis = Some(analysis(vec![found(1, json!("Lisbon"), 40)]));
    case.mappings[0].unsure = Unsure::Suggest;
    assert_eq!(
        case.first(),
        (Outcome::Suggest, Some(json!("Lisbon"))),
        "a suggestion is read by people, as it was said"
    );
    assert!(unnamed(case.sources()).is_empty(), "and costs no call before somebody takes it");
    case.said.decided = [(Uuid::from_u128(1), Some(json!("Lisbon")))].into();
    assert_eq!(unnamed(case.sources()), names, "somebody took it: now it is asked");
}

#[test]
fn sessions_contacts_and_templates_fill_columns_too() {
    let session = |attribute: &str| Source::Session { attribute: attribute.into() };
    let template = Source::Template { text: "{contact.name} on {session.channel}: {value.UsrArea}".into() };
    let mut case = Case::of(vec![
        mapping(1, "UsrLine", text(80), template),
        mapping(2, "UsrArea", area(), Source::Static { value: json!("hw") }),
        mapping(3, "UsrSummary", text(80), session("summary")),
        mapping(4, "UsrPlan", text(80), session("plan")),
        mapping(5, "UsrMail", text(80), Source::Contact { attribute: "email".into() }),
    ]);
    case.session.contact.name = Some("Ada".into());
    case.said.analysis = Some(analysis(Vec::new()));
    case.said.given = Map::from_iter([("plan".to_owned(), json!("gold"))]);
    let all = outcomes(case.sources());
    let shown: Vec<&str> = all.iter().map(|one| one.shown.as_str()).collect();
    assert_eq!(shown, ["Ada on web: Hardware", "Hardware", "The printer burns.", "gold", ""], "in the mappings' order");
    assert_eq!(all[4].outcome, Outcome::LeftOut, "no address, no value");
    case.said.handoff = Handoff { summary: Some("By the source.".into()), ..Handoff::default() };
    assert_eq!(outcomes(case.sources())[2].shown, "By the source.", "the source's words come before the analyst's");
}

#[test]
fn r37_three_values_decide_whether_what_stands_is_kept() {
    let case = Case::of(vec![mapping(1, "UsrArea", area(), Source::Static { value: json!("hw") })]);
    let wanted = to_write(&outcomes(case.sources()), &case.mappings, &[]).remove(0);
    let with = |overwrite| crate::effect::FieldValue { overwrite, ..wanted.clone() };
    let (ours, theirs, other) = (json!("sw"), json!("sw"), json!("other"));
    let keep = with(Overwrite::KeepEdited);
    assert_eq!(decide(&keep, None, None), Decision::Write, "empty and never ours");
    assert_eq!(decide(&keep, Some(&ours), Some(&theirs)), Decision::Write, "what stands is what we wrote");
    assert_eq!(decide(&keep, Some(&ours), Some(&other)), Decision::Edited, "a person wrote what stands");
    assert_eq!(decide(&keep, Some(&ours), None), Decision::Edited, "a person cleared it");
    assert_eq!(decide(&keep, None, Some(&other)), Decision::Edited, "it was there before us");
    assert_eq!(decide(&keep, None, Some(&json!("hw"))), Decision::Same);
    assert_eq!(decide(&with(Overwrite::FillIfEmpty), Some(&ours), Some(&theirs)), Decision::Filled);
    assert_eq!(decide(&with(Overwrite::FillIfEmpty), Some(&ours), None), Decision::Write);
    assert_eq!(decide(&with(Overwrite::Always), Some(&ours), Some(&other)), Decision::Write);
}

fn analysed(handoff: i64, found: Vec<Found>) -> EventKind {
    EventKind::Analysed {
        connection: ConnectionId(Uuid::nil()),
        handoff,
        version: 1,
        analysis: Some(Box::new(analysis(found))),
        failure: None,
    }
}

fn planned(story: &Story, case: &Case) -> Vec<Effect> {
    let from = usize::try_from(story.written).unwrap_or(0);
    let planned = plan(Snapshot {
        session: &story.session,
        events: &story.events[from..],
        written_seq: story.written,
        case: story.case.as_ref(),
        modes: &story.modes,
        namespace: namespace(),
        batch_limit: story.limit,
        skipped: &story.skipped,
        connection: ConnectionId(Uuid::nil()),
        reopen: story.reopen,
        fields: Some(Fields { version: 1, sources: case.sources() }),
    });
    match planned {
        Plan::Write { effects, .. } => effects,
        other => panic!("expected something to write, got {other:?}"),
    }
}

#[test]
fn r26_fields_are_the_last_part_of_the_batch_and_follow_what_made_them_known() {
    let mut case = Case::of(vec![mapping(1, "UsrArea", area(), Source::Ai)]);
    case.said.analysis = Some(analysis(vec![found(1, json!("hw"), 90)]));
    let bare = EventKind::HandedOff { reason: None, summary: None, language: None, sentiment: None };
    let log = || vec![said(Customer, "it burns"), bare.clone(), analysed(2, vec![]), resolved()];
    let story = Story::new(Mode::Handoff, log());
    let effects = planned(&story, &case);
    let names: Vec<String> = effects.iter().map(|effect| format!("{effect:?}")).collect();
    assert_eq!(names, ["open_case@2", "add_message@1", "resolve_case@4", "set_fields@3"], "last, as a part of its own");
    let Some(Effect::OpenCase(draft)) = effects.first() else { panic!("the case comes first") };
    assert_eq!(draft.summary.as_deref(), Some("The printer burns."), "what the source did not say");
    let Some(Effect::SetFields(fields)) = effects.last() else { panic!("the fields come last") };
    assert_eq!(fields.values.len(), 1);

    let later = Story::new(Mode::Every, log()).with_case(CaseState::Open, 1, 2);
    let names: Vec<String> = planned(&later, &case).iter().map(|effect| format!("{effect:?}")).collect();
    assert_eq!(names, ["resolve_case@4", "set_fields@3"], "the analysis came after the case: one update follows");

    let chat = vec![said(Customer, "it burns"), said(Ai, "really?")];
    let story = Story::new(Mode::Every, chat).with_case(CaseState::Open, 1, 1);
    let names: Vec<String> = planned(&story, &case).iter().map(|effect| format!("{effect:?}")).collect();
    assert_eq!(names, ["add_message@2"], "talk alone makes no values known");
}

#[test]
fn r26_a_refused_value_is_not_sent_again_and_others_are() {
    let mut case = Case::of(vec![mapping(1, "UsrArea", area(), Source::Static { value: json!("hw") })]);
    let refused = |blame| Refusal { words: "not in this list".into(), hint: String::new(), limit: None, blame };
    case.refused = [("UsrArea".to_owned(), refused(Blame::Values(vec![json!("hw")])))].into();
    assert_eq!(case.first().0, Outcome::Refused, "the CRM refused this value before");
    case.mappings[0].source = Source::Static { value: json!("Software") };
    assert_eq!(case.first(), (Outcome::Write, Some(json!("sw"))), "and takes another");
    let both = Blame::Values(vec![json!("sw")]).and(&Blame::Values(vec![json!("hw"), json!("sw")]));
    assert_eq!(both, Blame::Values(vec![json!("sw"), json!("hw")]), "what was refused before is refused still");
    assert_eq!(Blame::Column.and(&both), Blame::Column, "a column that is gone takes nothing");
}

#[test]
fn r37_our_own_zero_is_not_taken_for_a_persons_edit() {
    let wanted = |kind: ColumnKind, value: Value| crate::effect::FieldValue {
        mapping: Uuid::from_u128(1),
        column: "UsrSeats".into(),
        kind,
        value,
        overwrite: Overwrite::KeepEdited,
    };
    let (five, zero) = (wanted(ColumnKind::Integer, json!(5)), wanted(ColumnKind::Integer, json!(0)));
    assert_eq!(decide(&five, Some(&json!(0)), None), Decision::Write, "a CRM that shows nothing and 0 alike");
    assert_eq!(decide(&five, Some(&json!(3)), None), Decision::Edited, "a person emptied it");
    assert_eq!(decide(&zero, None, None), Decision::Write, "0 is a number where the CRM can tell");
    let (no, yes) = (wanted(ColumnKind::Boolean, json!(false)), wanted(ColumnKind::Boolean, json!(true)));
    assert_eq!(decide(&no, Some(&json!(false)), None), Decision::Same, "a box that is not ticked");
    assert_eq!(decide(&yes, Some(&json!(false)), None), Decision::Write, "we left it unticked");
    assert_eq!(decide(&no, Some(&json!(false)), Some(&json!(true))), Decision::Edited, "a person ticked it");
}
