//! The TypeScript that the console is written against: written on demand, compared otherwise.
#![allow(clippy::unwrap_used, missing_docs, reason = "a test that cannot go on should stop where it is")]

use std::collections::BTreeMap;
use std::path::PathBuf;

use casebridge_api::dto::{
    connections::*, conversation::*, deliveries::*, kit::*, links::*, logging::*, mappings::*, people::*, sessions::*,
    sign_in::*,
};
use casebridge_domain::analysis::{AnalystKind, Cost as AnalysisCost, Evidence as FieldEvidence};
use casebridge_domain::mapping::{
    Alarm as MappingAlarm, AlarmKind, Allowed, Column, ColumnKind, Mapping, MappingSet, Overwrite, Part as MappingPart,
    Problem as MappingProblem, Source, TextFormat, Unsure,
};
use casebridge_domain::plan::fields::{FieldOutcome, Outcome as FieldOutcomeKind};
use ts_rs::{Config, TS};

fn generated() -> BTreeMap<String, String> {
    let config = Config::new().with_large_int("number");
    let mut all = BTreeMap::new();
    macro_rules! types {
        ($($name:ident),* $(,)?) => {
            $(all.insert(format!("{}.ts", stringify!($name)), $name::export_to_string(&config).unwrap());)*
        };
    }
    types!(
        Me,
        SandboxPage,
        ProfileView,
        SavedFilterView,
        CaseEffect,
        Role,
        Holder,
        SyncState,
        CaseChip,
        SessionRow,
        View,
        SessionPage,
        ViewCounts,
        EventView,
        EventPage,
        ArrivalView,
        ReplyView,
        Answer,
        Explanation,
        VerifiedValue,
        ContactView,
        SessionDetail,
        AnalysisView,
        CaseLink,
        DriftView,
        CaseLinkPage,
        LaneView,
        LaneGroup,
        Deliveries,
        RefusedField,
        LastWithout,
        TraceEntry,
        TraceCase,
        TraceView,
        Failure,
        Pause,
        LaneCounts,
        AccessView,
        ConnectionHealth,
        ConnectionView,
        TestCheck,
        TestFailure,
        TestResult,
        TestReport,
        AddReport,
        SetReport,
        SignInWay,
        SignInWays,
        ReturnAddresses,
        SignInFlow,
        SignInState,
        Right,
        Footprint,
        Week,
        PublicAddress,
        SelfTest,
        WebhookCallView,
        Choice,
        WebhookView,
        WebhookUrl,
        Finding,
        Doctor,
        LogArea,
        KitView,
        KitFieldView,
        KitPartView,
        KitDeployView,
        KitProgressView,
        KitErrorView,
        KitFilesView,
        KitFileView,
        KitStepView,
        LogView,
        TextFormat,
        Allowed,
        ColumnKind,
        Column,
        ColumnList,
        Source,
        Unsure,
        Overwrite,
        Mapping,
        MappingSet,
        AlarmKind,
        MappingAlarm,
        MappingPart,
        MappingProblem,
        MappingsView,
        MappingsSaved,
        MappingDraft,
        MappingVersionLine,
        FieldOutcomeKind,
        FieldEvidence,
        FieldOutcome,
        TranscriptLineView,
        AnalystKind,
        AnalysisCost,
        DryRun,
        SuggestionView,
        AnalystView,
        AnalystAnswer,
    );
    let index = all.keys().map(|file| file.trim_end_matches(".ts"));
    let index: String = index.map(|name| format!("export type {{ {name} }} from \"./{name}\";\n")).collect();
    all.insert("index.ts".to_owned(), index);
    all
}

#[test]
fn the_consoles_types_are_those_of_the_engine() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../ui/src/generated");
    let all = generated();
    if std::env::var_os("CASEBRIDGE_WRITE_TYPES").is_some() {
        std::fs::create_dir_all(&folder).unwrap();
        for (name, text) in &all {
            std::fs::write(folder.join(name), text).unwrap();
        }
        return;
    }
    if !folder.exists() {
        return;
    }
    for (name, text) in &all {
        let there = std::fs::read_to_string(folder.join(name)).unwrap_or_default();
        assert_eq!(
            &there, text,
            "ui/src/generated/{name} is old: CASEBRIDGE_WRITE_TYPES=1 cargo test -p casebridge-api"
        );
    }
}

#[test]
fn what_is_generated_says_what_the_contract_says() {
    let all = generated();
    let row = &all["SessionRow.ts"];
    for member in
        ["holder: Holder", "case: CaseChip | null", "last_at: string", "held_replies: number", "sync: SyncState"]
    {
        assert!(row.contains(member), "`{member}` is missing in {row}");
    }
    let connection = &all["ConnectionView.ts"];
    assert!(connection.contains("lanes: LaneCounts") && connection.contains("settings"), "one object: {connection}");
}
