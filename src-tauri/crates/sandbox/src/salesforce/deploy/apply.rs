//! Putting an archive into the org, component by component.

use roxmltree::{Document, Node};
use serde_json::{Value as Json, json};

use super::super::data::{Database, Row, Saver};
use super::super::schema::{Field, Kind};
use super::archive::Archive;
use super::field::{child, children};
use super::rule::ValidationRule;

/// One component with what became of it.
pub(super) struct Outcome {
    pub kind: &'static str,
    pub name: String,
    pub file: String,
    pub created: bool,
    pub problem: Option<String>,
}

impl Outcome {
    pub fn json(&self, now: &str) -> Json {
        let mut out = json!({
            "changed": self.problem.is_none(), "created": self.created, "createdDate": now, "deleted": false,
            "componentType": self.kind, "fileName": self.file, "fullName": self.name,
            "success": self.problem.is_none(), "warning": false,
        });
        if let Some(problem) = &self.problem {
            out["problem"] = json!(problem);
            out["problemType"] = json!("Error");
        }
        out
    }
}

/// Folders of other metadata that is taken as it is, with its type.
const OTHERS: [(&str, &str); 5] = [
    ("classes/", "ApexClass"),
    ("triggers/", "ApexTrigger"),
    ("namedCredentials/", "NamedCredential"),
    ("externalCredentials/", "ExternalCredential"),
    ("remoteSiteSettings/", "RemoteSiteSetting"),
];

/// Applies everything that can be applied; what is wrong is in the outcomes.
pub(super) fn apply(database: &mut Database, saver: &Saver, archive: &Archive) -> Vec<Outcome> {
    let mut out = Vec::new();
    for (file, content) in &archive.files {
        let text = String::from_utf8_lossy(content);
        if let Some(object) = file.strip_prefix("objects/").and_then(|name| name.strip_suffix(".object")) {
            object_file(database, archive, object, file, &text, &mut out);
        }
        for (folder, kind) in OTHERS {
            let Some(name) = file.strip_prefix(folder).filter(|name| !name.ends_with("-meta.xml")) else { continue };
            let name = name.rsplit_once('.').map_or(name, |(name, _)| name).to_owned();
            let problem = other(archive, kind, &name, file, &text);
            let created = !database.metadata.contains_key(&(kind.to_owned(), name.clone()));
            if problem.is_none() {
                database.metadata.insert((kind.to_owned(), name.clone()), text.to_string());
            }
            out.push(Outcome { kind, name, file: file.clone(), created, problem });
        }
    }
    // Permission sets name fields, which have to be there first.
    for (file, content) in &archive.files {
        let name = file.strip_prefix("permissionsets/").and_then(|name| name.split_once(".permissionset"));
        if let Some((name, _)) = name {
            let (created, problem) = match permission_set(database, saver, name, &String::from_utf8_lossy(content)) {
                Ok(created) => (created, unless_named(archive, "PermissionSet", name)),
                Err(problem) => (false, Some(problem)),
            };
            out.push(Outcome { kind: "PermissionSet", name: name.to_owned(), file: file.clone(), created, problem });
        }
    }
    destroy(database, archive, &mut out);
    missing(archive, &mut out);
    out
}

/// A file that the manifest does not name.
fn unless_named(archive: &Archive, kind: &str, name: &str) -> Option<String> {
    let named = archive.members.get(kind).is_some_and(|members| members.iter().any(|each| each == name || each == "*"));
    (!named).then(|| format!("The object '{name}' of type {kind} was in the archive but not in package.xml"))
}

fn object_file(
    database: &mut Database,
    archive: &Archive,
    object: &str,
    file: &str,
    text: &str,
    out: &mut Vec<Outcome>,
) {
    let whole = archive.members.get("CustomObject").is_some_and(|members| members.iter().any(|each| each == object));
    let failed = |problem: String| Outcome {
        kind: "CustomObject",
        name: object.to_owned(),
        file: file.to_owned(),
        created: false,
        problem: Some(problem),
    };
    let document = match Document::parse(text) {
        Ok(document) => document,
        Err(error) => return out.push(failed(format!("Error parsing file: {error}"))),
    };
    if database.object(object).is_none() {
        return out.push(failed(format!("Entity {object} does not exist, and this stand-in makes no objects")));
    }
    let root = document.root_element();
    for node in children(root, "fields") {
        let name = format!("{object}.{}", child(node, "fullName").unwrap_or_default());
        let created = database
            .object(object)
            .is_none_or(|shape| shape.field(child(node, "fullName").unwrap_or_default()).is_none());
        let problem = match super::field::read(node) {
            Ok(field) if whole || unless_named(archive, "CustomField", &name).is_none() => put(database, object, field),
            Ok(_) => unless_named(archive, "CustomField", &name),
            Err(problem) => Some(problem),
        };
        out.push(Outcome { kind: "CustomField", name, file: file.to_owned(), created, problem });
    }
    for node in children(root, "validationRules") {
        let name = child(node, "fullName").unwrap_or_default().to_owned();
        let full = format!("{object}.{name}");
        let problem = match rule(database, object, &name, node) {
            _ if !whole && unless_named(archive, "ValidationRule", &full).is_some() => {
                unless_named(archive, "ValidationRule", &full)
            }
            Ok(rule) => {
                database.rules.retain(|each| each.object != rule.object || each.name != rule.name);
                database.rules.push(rule);
                None
            }
            Err(problem) => Some(problem),
        };
        out.push(Outcome { kind: "ValidationRule", name: full, file: file.to_owned(), created: true, problem });
    }
}

fn put(database: &mut Database, object: &str, mut field: Field) -> Option<String> {
    let Some(shape) = database.object(object) else { return Some(format!("Entity {object} does not exist")) };
    if let Some(old) = shape.field(&field.name) {
        if std::mem::discriminant(&old.kind) != std::mem::discriminant(&field.kind) {
            return Some(format!("Cannot change the type of {} by a deployment that holds data", field.name));
        }
        if let (Kind::Text(old), Kind::Text(new)) = (&old.kind, &field.kind)
            && new < old
        {
            return Some(format!("Cannot shorten {} from {old} to {new}", field.name));
        }
        field.granted.clone_from(&old.granted);
    }
    database.put_field(object, field);
    None
}

fn rule(database: &Database, object: &str, name: &str, node: Node) -> Result<ValidationRule, String> {
    let formula = child(node, "errorConditionFormula").ok_or("Required field is missing: errorConditionFormula")?;
    let message = child(node, "errorMessage").unwrap_or_default();
    let field = child(node, "errorDisplayField").map(str::to_owned);
    ValidationRule::read(object, name, formula, message, field, child(node, "active") == Some("true"), database)
}

fn permission_set(database: &mut Database, saver: &Saver, name: &str, text: &str) -> Result<bool, String> {
    let document = Document::parse(text).map_err(|error| format!("Error parsing file: {error}"))?;
    let root = document.root_element();
    let label = child(root, "label").ok_or("Required field is missing: label")?;
    let mut grants = Vec::new();
    for node in children(root, "fieldPermissions") {
        let path = child(node, "field").unwrap_or_default();
        let (object, field) = path.split_once('.').ok_or(format!("Invalid field {path}"))?;
        let found = database.object(object).and_then(|object| object.field(field));
        let Some(found) = found else {
            return Err(format!("In field: field - no CustomField named {path} found"));
        };
        if found.required {
            return Err(format!("You cannot deploy to a required field: {path}"));
        }
        if child(node, "readable") == Some("true") {
            grants.push((object.to_owned(), found.clone()));
        }
    }
    for (object, mut field) in grants {
        if let Some(sets) = &mut field.granted {
            sets.insert(name.to_owned());
        }
        database.put_field(&object, field);
    }
    let shape = database.object("PermissionSet").and_then(|object| object.at("Name"));
    let named = |row: &&Row| shape.is_some_and(|at| row.get(at).as_str() == Some(name));
    let known = database.table("PermissionSet").rows.iter().find(named).map(|row| row.id.clone());
    let description = child(root, "description").unwrap_or_default();
    let body = json!({ "Name": name, "Label": label, "Description": description });
    let body = body.as_object().cloned().unwrap_or_default();
    let saver = Saver { system: true, ..saver.clone() };
    let saved = match &known {
        Some(id) => database.update(&saver, "PermissionSet", id, &body),
        None => database.insert(&saver, "PermissionSet", &body).map(drop),
    };
    saved.map_err(|refusal| refusal.message)?;
    Ok(known.is_none())
}

/// Metadata that is stored and not run; Apex has to come with its description.
fn other(archive: &Archive, kind: &str, name: &str, file: &str, text: &str) -> Option<String> {
    if kind.starts_with("Apex") {
        if !archive.files.contains_key(&format!("{file}-meta.xml")) {
            return Some(format!("{file}-meta.xml is missing: a {kind} needs its apiVersion and status"));
        }
        let word = if kind == "ApexClass" { "class" } else { "trigger" };
        if !text.to_lowercase().contains(&format!("{word} {}", name.to_lowercase())) {
            return Some(format!("No {word} named {name} found in {file}"));
        }
    } else if let Err(error) = Document::parse(text) {
        return Some(format!("Error parsing file: {error}"));
    }
    unless_named(archive, kind, name)
}

fn destroy(database: &mut Database, archive: &Archive, out: &mut Vec<Outcome>) {
    let file = "destructiveChanges.xml";
    for (kind, members) in &archive.destroy {
        for name in members {
            let (object, part) = name.split_once('.').unwrap_or(("", name));
            let known: &'static str = match kind.as_str() {
                "CustomField" => "CustomField",
                "ValidationRule" => "ValidationRule",
                _ => "Unknown",
            };
            let used = database.rules.iter().any(|rule| rule.object == object && rule.fields().contains(&part));
            let problem = match known {
                "ValidationRule" => {
                    let before = database.rules.len();
                    database.rules.retain(|rule| rule.object != object || rule.name != part);
                    (database.rules.len() == before).then(|| format!("No ValidationRule named: {name} found"))
                }
                "CustomField" if used => Some(format!("{name} is referenced by a validation rule")),
                "CustomField" => {
                    let gone =
                        part.ends_with("__c") && database.object_mut(object).is_some_and(|object| object.remove(part));
                    (!gone).then(|| format!("No CustomField named: {name} found"))
                }
                _ => database
                    .metadata
                    .remove(&(kind.clone(), name.clone()))
                    .is_none()
                    .then(|| format!("No {kind} named: {name} found")),
            };
            out.push(Outcome { kind: known, name: name.clone(), file: file.to_owned(), created: false, problem });
        }
    }
}

/// Members of the manifest without a file.
fn missing(archive: &Archive, out: &mut Vec<Outcome>) {
    for (kind, members) in &archive.members {
        for name in members.iter().filter(|name| *name != "*") {
            let done = out.iter().any(|outcome| {
                outcome.name == *name || (kind == "CustomObject" && outcome.name.starts_with(&format!("{name}.")))
            });
            if !done {
                let problem = Some(format!(
                    "An object '{name}' of type {kind} was named in package.xml, but was not found in zipped directory"
                ));
                out.push(Outcome {
                    kind: "",
                    name: name.clone(),
                    file: "package.xml".to_owned(),
                    created: false,
                    problem,
                });
            }
        }
    }
}
