//! Reading back what stands of a batch after an unclear answer.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use casebridge_domain::{CallFailure, Effect, FailureClass, FailureScope, StatusWish};
use jiff::Timestamp;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::Salesforce;
use super::apply::{counted, stands};
use super::comment::Marker;
use super::known::Known;
use super::read::{Ask, Page, id, moment};
use super::shape::{SEQ, Shape};
use super::{case, soql};
use crate::port::{Batch, CallLog, CaseReading, CaseStands, Standing};

/// A row that was changed this soon after it was made was changed by the same save.
const SAME_SAVE: Duration = Duration::from_secs(2);

impl Salesforce {
    pub(crate) async fn read_standing(&self, batch: &Batch<'_>, log: &CallLog) -> Result<Standing, CallFailure> {
        let shape = self.shape(log).await?;
        // Without the kit's rule a write that nobody waits for any more still commits: what is read before that is
        // not what stands (R15).
        if self.known.may_commit(batch.case_id) {
            return Err(CallFailure {
                class: FailureClass::Unknown,
                scope: FailureScope::Lane,
                status: None,
                message: "an earlier write may still be under way in Salesforce".into(),
                hint: "nothing: it is read when it must have ended; with the set-up kit there is no need to wait"
                    .into(),
                item: Some(batch.case_id),
            });
        }
        let draft = batch.effects.iter().find_map(|effect| match effect {
            Effect::OpenCase(draft) => Some(draft.as_ref()),
            _ => None,
        });
        let asks = [self.ask_case(batch.case_id, &shape), ask_comments(batch.case_id, &shape)];
        let many = self.many(&asks, log).await?;
        let mut pages = many.pages.into_iter();
        let cases = pages.next().unwrap_or_else(|| Ok(Page::default()))?;
        let comments = pages.next().unwrap_or_else(|| Ok(Page::default()))?;
        let deleted = cases.rows.iter().any(|row| row["IsDeleted"] == true);
        let row = cases.rows.iter().find(|row| row["IsDeleted"] != true);
        let Some((row, case)) = row.and_then(|row| Some((row, id(row, "Id")?))) else {
            // A case in the recycle bin was put there by a person: making it once more would bring it back (R12).
            let case = if deleted && draft.is_some() { CaseReading::Unreadable } else { CaseReading::Absent };
            return Ok(Standing { case, records: Vec::new() });
        };
        self.known.put(batch.case_id, Known { id: case, writes: counted(row, &shape) });
        let written = written(&self.all_of("reading CaseComment", comments, log).await?);
        let closed = row["IsClosed"] == true;
        let there = |effect: &&Effect| match effect {
            Effect::OpenCase(_) => true,
            Effect::AddActivity(draft) => written.contains(&draft.id),
            // A wish is about how the case is: a person who went further has fulfilled it.
            Effect::SetStatus { to: StatusWish::Resolved, .. } => closed,
            Effect::SetStatus { to: StatusWish::Reopened, .. } => !closed,
            // Values have no id: they are read when they are written again.
            Effect::SetFields(_) => false,
        };
        let records = batch.effects.iter().filter(there).map(Effect::record).collect();
        let differs = draft.map_or_else(Vec::new, |draft| differs(row, &case::words(draft, &shape, &self.refused)));
        Ok(Standing { case: CaseReading::Stands(CaseStands { seen_at: many.at, differs, ..stands(row) }), records })
    }

    fn ask_case(&self, case: Uuid, shape: &Shape) -> Ask {
        let seq = if shape.is_fenced() { format!(",{SEQ}") } else { String::new() };
        let soql = format!(
            "SELECT Id,CaseNumber,CreatedDate,CreatedById,LastModifiedDate,LastModifiedById,Status,IsClosed,Subject,\
             Description,IsDeleted{}{seq} FROM Case WHERE {}",
            shape.key_fields(""),
            shape.condition("", &[case])
        );
        Ask::new("reading Case", soql).with_deleted()
    }
}

fn ask_comments(case: Uuid, shape: &Shape) -> Ask {
    let on = shape.condition("Parent.", &[case]);
    let soql = format!("SELECT Id,CommentBody FROM CaseComment WHERE {on} ORDER BY CreatedDate DESC");
    Ask::new("reading CaseComment", soql)
}

/// The events of which every part stands.
fn written(comments: &[Value]) -> HashSet<Uuid> {
    let mut parts: HashMap<Uuid, (HashSet<usize>, usize)> = HashMap::new();
    for marker in comments.iter().filter_map(|row| Marker::of(row["CommentBody"].as_str()?)) {
        let (seen, all) = parts.entry(marker.activity).or_default();
        seen.insert(marker.part);
        *all = marker.parts;
    }
    parts.into_iter().filter(|(_, (seen, all))| seen.len() == *all).map(|(activity, _)| activity).collect()
}

/// What a late creation left different from now's plan, unless somebody saved the case since (R15).
fn differs(row: &Value, words: &Map<String, Value>) -> Vec<String> {
    let (made, changed): (Option<Timestamp>, _) = (moment(row, "CreatedDate"), moment(row, "LastModifiedDate"));
    let untouched = row["CreatedById"] == row["LastModifiedById"]
        && made.zip(changed).is_some_and(|(made, changed)| changed.duration_since(made).unsigned_abs() <= SAME_SAVE);
    if !untouched {
        return Vec::new();
    }
    let text = |value: &Value| value.as_str().unwrap_or_default().trim().to_owned();
    words
        .iter()
        .filter(|(field, wanted)| text(&row[field.as_str()]) != text(wanted))
        .map(|(field, _)| field.clone())
        .collect()
}

/// A condition on the newest change, at or after a mark in the port's words.
pub(crate) fn since(mark: &str) -> Option<String> {
    let at: Timestamp = mark.parse().ok()?;
    Some(format!("SystemModstamp >= {}", soql::moment(at)))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_message_of_which_a_part_is_missing_does_not_stand() {
        let row = |text: &str| json!({ "CommentBody": text });
        let (one, two) = (Uuid::from_u128(1).simple(), Uuid::from_u128(2).simple());
        let rows = [
            row(&format!("a\n[casebridge:{one}:1/2]")),
            row(&format!("b\n[casebridge:{two}:1/1]")),
            row(&format!("b\n[casebridge:{one}:1/2]")),
            row("from Rita"),
        ];
        assert_eq!(written(&rows), HashSet::from([Uuid::from_u128(2)]), "the same part twice is still one part");
    }
}
