//! `composite` and `composite/graph`: parts that may name the answers of parts before them.

use std::collections::BTreeSet;

use serde_json::{Map, Value as Json, json};

use super::super::answer::{Answer, Content};
use super::super::refusal::Refusal;
use super::super::shared::State;
use super::{Call, handle};

const MAX_PARTS: usize = 25;
const MAX_QUERIES: usize = 5;
const MAX_NODES: usize = 500;
const MAX_GRAPHS: usize = 75;
const MAX_KINDS: usize = 15;
const MAX_FAILED: usize = 14;

struct Part {
    method: String,
    url: String,
    reference: String,
    body: Json,
    headers: Map<String, Json>,
}

fn bad(message: impl Into<String>) -> Refusal {
    Refusal::malformed_json(message)
}

/// Reads the parts; what is wrong with the bundle itself refuses all of it.
fn parts(body: &Json, max: usize) -> Result<Vec<Part>, Refusal> {
    let list = body["compositeRequest"].as_array().ok_or_else(|| bad("compositeRequest is missing"))?;
    if list.len() > max {
        let message = format!("The number of subrequests must not exceed {max}");
        return Err(Refusal::new(400, "LIMIT_EXCEEDED", message));
    }
    let mut references = BTreeSet::new();
    list.iter()
        .map(|part| {
            let text =
                |name: &str| part[name].as_str().map(str::to_owned).ok_or_else(|| bad(format!("{name} is missing")));
            let reference = text("referenceId")?;
            if !reference.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
                || !references.insert(reference.clone())
            {
                return Err(bad(format!("Invalid or duplicate referenceId: {reference}")));
            }
            let headers = part["httpHeaders"].as_object().cloned().unwrap_or_default();
            Ok(Part {
                method: text("method")?.to_uppercase(),
                url: text("url")?,
                reference,
                body: part["body"].clone(),
                headers,
            })
        })
        .collect()
}

pub(super) fn composite(state: &mut State, call: &Call) -> Result<Answer, Refusal> {
    let parts = parts(&call.body, MAX_PARTS)?;
    let costly = parts.iter().filter(|part| part.url.contains("/query") || part.url.contains("/composite/")).count();
    if costly > MAX_QUERIES {
        let message = format!("The number of query and collection subrequests must not exceed {MAX_QUERIES}");
        return Err(Refusal::new(400, "LIMIT_EXCEEDED", message));
    }
    let all_or_none = call.body["allOrNone"] == json!(true);
    let (answers, good) = run(state, call, &parts, all_or_none, call.failing_part.clone());
    let mut answer = Answer::json(200, json!({ "compositeResponse": answers }));
    answer.refused_inside = !good;
    Ok(answer)
}

pub(super) fn graph(state: &mut State, call: &Call) -> Result<Answer, Refusal> {
    let graphs = call.body["graphs"].as_array().ok_or_else(|| bad("graphs is missing"))?;
    let nodes = |graph: &Json| graph["compositeRequest"].as_array().map_or(0, Vec::len);
    if graphs.len() > MAX_GRAPHS || graphs.iter().map(nodes).sum::<usize>() > MAX_NODES {
        let message = format!("At most {MAX_GRAPHS} graphs with {MAX_NODES} nodes together are allowed");
        return Err(Refusal::new(400, "LIMIT_EXCEEDED", message));
    }
    let mut failed = 0;
    let mut out = Vec::new();
    for graph in graphs {
        let parts = parts(graph, MAX_NODES)?;
        let kinds: BTreeSet<String> = parts
            .iter()
            .filter_map(|part| part.url.split("/sobjects/").nth(1)?.split('/').next().map(str::to_owned))
            .collect();
        if kinds.len() > MAX_KINDS {
            return Err(Refusal::new(400, "LIMIT_EXCEEDED", format!("At most {MAX_KINDS} kinds of nodes are allowed")));
        }
        let (answers, good) = if failed >= MAX_FAILED {
            (parts.iter().map(|part| shown(part, &Refusal::halted().into())).collect(), false)
        } else {
            run(state, call, &parts, true, call.failing_part.clone())
        };
        failed += usize::from(!good);
        out.push(json!({
            "graphId": graph["graphId"], "isSuccessful": good, "graphResponse": { "compositeResponse": answers },
        }));
    }
    let mut answer = Answer::json(200, json!({ "graphs": out }));
    answer.refused_inside = failed > 0;
    Ok(answer)
}

fn shown(part: &Part, answer: &Answer) -> Json {
    let headers: Map<String, Json> = answer
        .headers
        .iter()
        .map(|(name, value)| (if *name == "location" { "Location" } else { name }.to_owned(), json!(value)))
        .collect();
    json!({
        "body": answer.body(), "httpHeaders": headers, "httpStatusCode": answer.status, "referenceId": part.reference,
    })
}

fn run(
    state: &mut State,
    call: &Call,
    parts: &[Part],
    all_or_none: bool,
    failing: Option<(usize, Refusal)>,
) -> (Vec<Json>, bool) {
    let mark = state.database.begin();
    let mut answers: Vec<(usize, Answer)> = Vec::new();
    let mut broken = None;
    for (number, part) in parts.iter().enumerate() {
        let refused = failing.as_ref().filter(|(at, _)| *at == number + 1).map(|(_, refusal)| refusal.clone());
        let answer = match refused {
            Some(refusal) => refusal.into(),
            None => one(state, call, part, parts, &answers, all_or_none).unwrap_or_else(Answer::from),
        };
        let failed = answer.status >= 300 || (all_or_none && answer.refused_inside);
        answers.push((number, answer));
        if failed && all_or_none {
            broken = Some(number);
            break;
        }
    }
    if let Some(at) = broken {
        state.database.roll_back(&mark);
        let found = answers.pop().map(|(_, answer)| answer);
        let list = parts.iter().enumerate().map(|(number, part)| match &found {
            Some(answer) if number == at => shown(part, answer),
            _ => shown(part, &Refusal::halted().into()),
        });
        return (list.collect(), false);
    }
    let good = answers.iter().all(|(_, answer)| answer.is_success());
    (answers.iter().map(|(number, answer)| shown(&parts[*number], answer)).collect(), good)
}

fn one(
    state: &mut State,
    call: &Call,
    part: &Part,
    parts: &[Part],
    before: &[(usize, Answer)],
    all_or_none: bool,
) -> Result<Answer, Refusal> {
    let known = |reference: &str| {
        before.iter().find(|(number, _)| parts[*number].reference == reference).map(|(_, answer)| answer)
    };
    let url = fill(&json!(part.url), &known)?;
    let url = url.as_str().unwrap_or_default();
    let rest = url
        .strip_prefix(&format!("{}/", call.base))
        .ok_or_else(|| Refusal::new(404, "NOT_FOUND", "The requested resource does not exist"))?;
    let auto = part.headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("sforce-auto-assign"));
    let mut inner = Call {
        method: part.method.clone(),
        body: fill(&part.body, &known)?,
        auto_assign: auto
            .map_or(call.auto_assign, |(_, value)| !value.as_str().unwrap_or_default().eq_ignore_ascii_case("false")),
        all_or_none,
        failing_part: None,
        ..call.clone()
    };
    inner.address(rest);
    if inner.path.first().is_some_and(|first| first == "composite")
        && inner.path.get(1).is_none_or(|second| second != "sobjects")
    {
        return Err(Refusal::new(400, "INVALID_FIELD", "A composite cannot hold another one"));
    }
    Ok(handle(state, &inner))
}

/// Puts the answers of earlier parts where `@{part.member}` stands.
fn fill<'a>(value: &Json, known: &dyn Fn(&str) -> Option<&'a Answer>) -> Result<Json, Refusal> {
    Ok(match value {
        Json::Array(list) => Json::Array(list.iter().map(|each| fill(each, known)).collect::<Result<_, _>>()?),
        Json::Object(map) => {
            let pairs = map.iter().map(|(name, each)| Ok((name.clone(), fill(each, known)?)));
            Json::Object(pairs.collect::<Result<Map<String, Json>, Refusal>>()?)
        }
        Json::String(text) if text.contains("@{") => {
            let mut out = String::new();
            let mut rest = text.as_str();
            while let Some((head, tail)) = rest.split_once("@{") {
                let (inside, after) = tail.split_once('}').ok_or_else(|| bad("a reference is not closed"))?;
                out.push_str(head);
                out.push_str(&look_up(inside, known)?);
                rest = after;
            }
            Json::String(out + rest)
        }
        other => other.clone(),
    })
}

fn look_up<'a>(path: &str, known: &dyn Fn(&str) -> Option<&'a Answer>) -> Result<String, Refusal> {
    let missing = || {
        let reference = path.split('.').next().unwrap_or_default();
        let message = format!("Invalid reference specified. No value for {path} found in {reference}");
        Refusal::new(400, "PROCESSING_HALTED", message)
    };
    let (reference, members) = path.split_once('.').ok_or_else(missing)?;
    let answer = known(reference).filter(|answer| answer.status < 300).ok_or_else(missing)?;
    let Content::Json(body) = &answer.content else { return Err(missing()) };
    let pointer: String =
        members.replace('[', ".").replace(']', "").split('.').map(|member| format!("/{member}")).collect();
    match body.pointer(&pointer).ok_or_else(missing)? {
        Json::String(text) => Ok(text.clone()),
        other => Ok(other.to_string()),
    }
}
