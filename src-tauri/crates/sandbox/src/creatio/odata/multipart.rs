//! The older form of a batch: `multipart/mixed` with change sets of `application/http` parts.

use axum::body::Bytes;
use uuid::Uuid;

use super::super::refusal::Refusal;
use super::answer::Answer;
use super::batch::Part;

/// Reads the parts of a multipart batch; those of one change set share a group.
pub(super) fn read(content_type: &str, body: &[u8]) -> Result<Vec<Part>, Refusal> {
    let boundary = boundary(content_type).ok_or_else(|| Refusal::bad_body("item : The boundary is missing."))?;
    let text = String::from_utf8_lossy(body).replace("\r\n", "\n");
    let mut parts = Vec::new();
    for section in sections(&text, &boundary) {
        let (head, content) = section.split_once("\n\n").unwrap_or((section, ""));
        let kind = header(head, "content-type").unwrap_or_default();
        if kind.starts_with("multipart/") {
            let Some(inner) = self::boundary(&kind) else { continue };
            for nested in sections(content, &inner) {
                let (head, content) = nested.split_once("\n\n").unwrap_or((nested, ""));
                parts.push(request(head, content, Some(inner.clone())));
            }
        } else {
            parts.push(request(head, content, None));
        }
    }
    Ok(parts)
}

fn boundary(content_type: &str) -> Option<String> {
    let (_, value) = content_type.split_once("boundary=")?;
    Some(value.split(';').next().unwrap_or(value).trim().trim_matches('"').to_owned())
}

fn sections<'a>(text: &'a str, boundary: &str) -> Vec<&'a str> {
    let mark = format!("--{boundary}");
    let mut sections: Vec<&str> = text.split(mark.as_str()).skip(1).collect();
    sections.retain(|section| !section.starts_with("--"));
    sections.into_iter().map(|section| section.trim_start_matches('\n').trim_end_matches('\n')).collect()
}

fn header(head: &str, name: &str) -> Option<String> {
    head.lines().find_map(|line| {
        let (key, value) = line.split_once(':')?;
        key.trim().eq_ignore_ascii_case(name).then(|| value.trim().to_owned())
    })
}

fn request(head: &str, content: &str, group: Option<String>) -> Part {
    let (lines, body) = content.split_once("\n\n").unwrap_or((content, ""));
    let mut words = lines.lines().next().unwrap_or_default().split_whitespace();
    let method = words.next().unwrap_or_default().to_uppercase();
    let url = words.next().unwrap_or_default().to_owned();
    let id = header(head, "content-id").map(serde_json::Value::String);
    Part { id, group, method, url, body: Bytes::from(body.trim().to_owned()) }
}

/// Writes the answers as `application/http` parts.
pub(super) fn write(answers: Vec<Answer>) -> Answer {
    let boundary = format!("batchresponse_{}", Uuid::new_v4());
    let mut text = String::new();
    for answer in answers {
        text.push_str(&format!(
            "--{boundary}\r\nContent-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n\r\n"
        ));
        text.push_str(&format!("HTTP/1.1 {} {}\r\n", answer.status, reason(answer.status)));
        for (name, value) in &answer.headers {
            text.push_str(&format!("{name}: {value}\r\n"));
        }
        if let Some(content_type) = answer.content_type() {
            text.push_str(&format!("Content-Type: {content_type}\r\n"));
        }
        text.push_str("\r\n");
        text.push_str(&String::from_utf8_lossy(&answer.into_bytes()));
        text.push_str("\r\n");
    }
    text.push_str(&format!("--{boundary}--\r\n"));
    let mut answer = Answer::text("multipart/mixed", text);
    answer.headers.push(("content-type", format!("multipart/mixed; boundary={boundary}")));
    answer
}

fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        201 => "Created",
        204 => "No Content",
        400 => "Bad Request",
        403 => "Forbidden",
        404 => "Not Found",
        424 => "Failed Dependency",
        _ => "Error",
    }
}
