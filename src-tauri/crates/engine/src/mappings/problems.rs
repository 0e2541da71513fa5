//! What keeps mappings from being saved: what the domain tells, and what the analyst makes of instructions.

use casebridge_connectors::analyst::pattern_faults;
use casebridge_domain::mapping::{Column, ColumnKind, Mapping, Part, Problem, check};

/// Everything that is wrong with mappings, against the columns that the CRM has.
pub(super) fn of(mappings: &[Mapping], columns: &[Column]) -> Vec<Problem> {
    let mut problems = check(mappings, columns);
    for mapping in mappings.iter().filter(|mapping| mapping.asks()) {
        let column = columns.iter().find(|column| column.name == mapping.column);
        // Patterns say how free text looks; for other kinds they are words like any.
        if column.is_some_and(|column| matches!(column.kind, ColumnKind::Text { .. })) {
            problems.extend(pattern_faults(&mapping.instruction).into_iter().map(|fault| Problem {
                mapping: mapping.id,
                field: Part::Instruction,
                message: fault.to_string(),
            }));
        }
    }
    problems
}

#[cfg(test)]
mod tests {
    use casebridge_domain::mapping::{Overwrite, Source, TextFormat, Unsure};
    use uuid::Uuid;

    use super::*;

    fn text(instruction: &str, enabled: bool) -> (Mapping, Column) {
        let kind = ColumnKind::Text { max: None, format: TextFormat::Plain };
        let name = "UsrOrder".to_owned();
        let column = Column {
            name: name.clone(),
            title: name.clone(),
            kind: kind.clone(),
            required: false,
            writable: true,
            locked: false,
        };
        let mapping = Mapping {
            id: Uuid::from_u128(1),
            column: name.clone(),
            title: name,
            kind,
            instruction: instruction.to_owned(),
            enabled,
            unlocked: false,
            source: Source::Ai,
            fallback: None,
            threshold: 70,
            unsure: Unsure::LeaveOut,
            overwrite: Overwrite::KeepEdited,
            synonyms: [].into(),
        };
        (mapping, column)
    }

    #[test]
    fn a_pattern_that_cannot_be_read_is_told_before_it_is_saved() {
        let told = |instruction: &str, enabled: bool| {
            let (mapping, column) = text(instruction, enabled);
            of(&[mapping], &[column])
        };
        let broken = told(r"Looks like /ORD-(\d{6}/.", true);
        assert!(
            matches!(&broken[..], [one] if one.field == Part::Instruction && one.message.contains("unclosed group")),
            "the field would stay blank, and nobody would know why: {broken:?}"
        );
        assert_eq!(told(r"Looks like /ORD-\d{6}/.", true), [], "a good one is no problem");
        assert_eq!(told(r"Looks like /ORD-(\d{6}/.", false), [], "nor is one that nobody uses");
    }
}
