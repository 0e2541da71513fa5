//! tmp
pub(crate) fn of_mail(body: &str, _html: bool) -> String {
    body.trim().to_owned()
}
pub(crate) fn of_note(body: &str, _html: bool) -> String {
    body.trim().to_owned()
}
