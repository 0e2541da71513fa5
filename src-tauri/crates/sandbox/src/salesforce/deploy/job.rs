//! Deployments: asked for by multipart, done at once inside, shown as done after a few reads.

use std::collections::BTreeMap;

use axum::body::Bytes;
use serde_json::{Map, Value as Json, json};

use super::super::data::{Database, Saver, moment};
use super::super::ids;
use super::super::refusal::Refusal;
use super::{apply, archive};

/// Deployments so far.
#[derive(Default)]
pub(crate) struct Jobs {
    jobs: BTreeMap<String, Job>,
}

struct Job {
    result: Json,
    polls_left: u32,
    options: Json,
    canceled: bool,
}

/// The two parts of a request: what is wanted, and the archive.
async fn parts(content_type: &str, body: Bytes) -> Result<(Json, Bytes), Refusal> {
    let bad = |words: &str| Refusal::new(400, "INVALID_MULTIPART_REQUEST", words);
    let boundary = multer::parse_boundary(content_type).map_err(|_| bad("The request is not multipart/form-data"))?;
    let stream = futures::stream::once(async move { Ok::<_, std::convert::Infallible>(body) });
    let mut multipart = multer::Multipart::new(stream, boundary);
    let (mut wanted, mut file) = (None, None);
    while let Some(part) = multipart.next_field().await.map_err(|_| bad("The parts of the request cannot be read"))? {
        let name = part.name().unwrap_or_default().to_owned();
        let content = part.bytes().await.map_err(|_| bad("A part of the request cannot be read"))?;
        match name.as_str() {
            // The docs' sample calls it `json`, the vendor's own client `entity_content`.
            "json" | "entity_content" => wanted = serde_json::from_slice(&content).ok(),
            "file" => file = Some(content),
            _ => {}
        }
    }
    wanted.zip(file).ok_or_else(|| bad("The request needs a JSON part named json and an archive named file"))
}

/// Takes a deployment in.
pub(crate) async fn start(
    lock: impl FnOnce(&mut dyn FnMut(&mut Database, &mut Jobs, &Saver) -> Result<Json, Refusal>) -> Result<Json, Refusal>,
    content_type: &str,
    body: Bytes,
) -> Result<Json, Refusal> {
    let (wanted, file) = parts(content_type, body).await?;
    let options = wanted["deployOptions"].clone();
    if !options.is_object() {
        return Err(Refusal::malformed_json("deployOptions is missing"));
    }
    lock(&mut |database, jobs, saver| {
        if !database.user(&saver.user).is_some_and(|user| user.modify_metadata || user.modify_all) {
            let message = "You do not have the permission: Modify Metadata Through Metadata API Functions";
            return Err(Refusal::new(403, "INSUFFICIENT_ACCESS", message));
        }
        let id = ids::made(ids::DEPLOY, u64::try_from(jobs.jobs.len()).unwrap_or_default() + 1);
        let result = run(database, saver, &options, &file, &id);
        let polls_left = database.config.deploy_polls;
        jobs.jobs.insert(id.clone(), Job { result, polls_left, options: options.clone(), canceled: false });
        Ok(json!({
            "id": id, "validatedDeployRequestId": null, "deployOptions": options, "deployResult": null,
        }))
    })
}

fn run(database: &mut Database, saver: &Saver, options: &Json, file: &[u8], id: &str) -> Json {
    let flag = |name: &str, default: bool| options[name].as_bool().unwrap_or(default);
    let now = moment(saver.now);
    let check_only = flag("checkOnly", false);
    let mut result = json!({
        "id": id, "checkOnly": check_only, "ignoreWarnings": flag("ignoreWarnings", false),
        "rollbackOnError": flag("rollbackOnError", true), "createdDate": now, "startDate": now, "completedDate": now,
        "lastModifiedDate": now, "createdBy": saver.user, "numberTestsTotal": 0, "numberTestsCompleted": 0,
        "numberTestErrors": 0, "runTestsEnabled": false,
    });
    let archive = match archive::read(file) {
        Ok(archive) => archive,
        Err(problem) => {
            finish(&mut result, &[], &now, false);
            result["errorMessage"] = json!(problem);
            return result;
        }
    };
    // What a deployment changes is small beside the rows, so it is copied and put back.
    let before = (database.objects.clone(), database.rules.clone(), database.metadata.clone());
    let mark = database.begin();
    let mut outcomes = apply::apply(database, saver, &archive);
    tests(database, options, &mut outcomes, &mut result);
    let good = outcomes.iter().all(|outcome| outcome.problem.is_none());
    if check_only || (!good && flag("rollbackOnError", true)) {
        database.roll_back(&mark);
        (database.objects, database.rules, database.metadata) = before;
    }
    finish(&mut result, &outcomes, &now, good);
    if good && check_only {
        result["status"] = json!("Succeeded");
    }
    result
}

/// Apex in a production org needs tests; fields alone need none.
fn tests(database: &Database, options: &Json, outcomes: &mut Vec<apply::Outcome>, result: &mut Json) {
    let apex = outcomes.iter().any(|outcome| outcome.kind.starts_with("Apex"));
    let level = options["testLevel"].as_str().unwrap_or(if apex { "RunLocalTests" } else { "NoTestRun" });
    if !apex || !database.config.is_production {
        return;
    }
    let named: Vec<&str> = options["runTests"].as_array().into_iter().flatten().filter_map(Json::as_str).collect();
    let is_test =
        |(key, text): &(&(String, String), &String)| key.0 == "ApexClass" && text.to_lowercase().contains("@istest");
    let found = database
        .metadata
        .iter()
        .filter(is_test)
        .filter(|(key, _)| level != "RunSpecifiedTests" || named.contains(&key.1.as_str()))
        .count();
    result["runTestsEnabled"] = json!(true);
    result["numberTestsTotal"] = json!(found);
    result["numberTestsCompleted"] = json!(found);
    if level == "NoTestRun" || found == 0 {
        let problem = Some(
            "Average test coverage across all Apex Classes and Triggers is 0%, at least 75% test coverage is required."
                .to_owned(),
        );
        outcomes.push(apply::Outcome { kind: "", name: String::new(), file: String::new(), created: false, problem });
    }
}

fn finish(result: &mut Json, outcomes: &[apply::Outcome], now: &str, good: bool) {
    let (done, failed): (Vec<_>, Vec<_>) = outcomes.iter().partition(|outcome| outcome.problem.is_none());
    result["status"] = json!(if good { "Succeeded" } else { "Failed" });
    result["success"] = json!(good);
    result["done"] = json!(true);
    result["numberComponentsTotal"] = json!(outcomes.len());
    result["numberComponentsDeployed"] = json!(done.len());
    result["numberComponentErrors"] = json!(failed.len());
    let list =
        |outcomes: Vec<&apply::Outcome>| outcomes.into_iter().map(|outcome| outcome.json(now)).collect::<Vec<Json>>();
    result["details"] = json!({
        "allComponentMessages": [], "componentSuccesses": list(done), "componentFailures": list(failed),
        "runTestResult": { "numTestsRun": result["numberTestsTotal"], "numFailures": 0, "codeCoverageWarnings": [] },
    });
}

/// How a deployment stands; each read brings it on.
pub(crate) fn status(jobs: &mut Jobs, id: &str, details: bool) -> Result<Json, Refusal> {
    let job = jobs.jobs.get_mut(&ids::to_18(id)).ok_or_else(Refusal::not_found)?;
    let total = job.result["numberComponentsTotal"].clone();
    let mut result = job.result.clone();
    if job.canceled {
        result["status"] = json!("Canceled");
    } else if job.polls_left > 0 {
        job.polls_left -= 1;
        let pending = job.polls_left > 0;
        result = json!({
            "id": id, "status": if pending { "Pending" } else { "InProgress" }, "done": false, "success": false,
            "checkOnly": result["checkOnly"], "numberComponentsTotal": if pending { json!(0) } else { total },
            "numberComponentsDeployed": 0, "numberComponentErrors": 0, "numberTestsTotal": 0, "details": {},
        });
    }
    if !details {
        result.as_object_mut().map(|result: &mut Map<String, Json>| result.shift_remove("details"));
    }
    Ok(json!({ "id": id, "deployOptions": job.options, "deployResult": result }))
}

/// Ends a deployment that has not been seen to be done.
pub(crate) fn cancel(jobs: &mut Jobs, id: &str) -> Result<Json, Refusal> {
    let job = jobs.jobs.get_mut(&ids::to_18(id)).ok_or_else(Refusal::not_found)?;
    if job.polls_left == 0 {
        return Err(Refusal::new(400, "INVALID_ID_FIELD", "Deployment already completed"));
    }
    job.canceled = true;
    Ok(json!({ "id": id, "deployResult": { "id": id, "status": "Canceling", "done": false } }))
}
