//! The address at which people open a case (R28): Freedom UI and classic pages differ, and tenants make their own.

use url::Url;

/// Stands in the place of the case's id.
const ID: &str = "{id}";

/// Refuses a template that would not lead to a case of this instance.
pub(super) fn check(template: &str, instance: &Url) -> Result<(), String> {
    if template.matches(ID).count() != 1 {
        return Err("the address of the case page must hold `{id}` once, in the place of the case's id".into());
    }
    // A made-up id, so that braces do not decide whether it is an address.
    let address = Url::parse(&template.replace(ID, "00000000-0000-0000-0000-000000000000"))
        .map_err(|error| format!("the address of the case page is no web address: {error}"))?;
    let same = address.scheme() == instance.scheme()
        && address.host_str() == instance.host_str()
        && address.port_or_known_default() == instance.port_or_known_default();
    if !same || !address.username().is_empty() || address.password().is_some() {
        return Err(format!("the address of the case page is not at {}", instance.host_str().unwrap_or_default()));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r28_pages_of_this_instance_only_and_with_one_place_for_the_id() {
        let instance = Url::parse("https://acme.creatio.com/").unwrap();
        for good in [
            "https://acme.creatio.com/0/Shell/#Card/Cases_FormPage/edit/{id}",
            "https://acme.creatio.com/0/Nui/ViewModule.aspx#CardModuleV2/CasePage/edit/{id}",
            "https://acme.creatio.com/Navigation/Navigation.aspx?schemaName=Case&recordId={id}",
        ] {
            assert_eq!(check(good, &instance), Ok(()), "{good}");
        }
        for (bad, why) in [
            ("https://acme.creatio.com/0/Shell/", "every case would open the same page"),
            ("https://acme.creatio.com/{id}/{id}", "which of the two is the id"),
            ("https://acme.creatio.com.evil.example/{id}", "links lead to the CRM and nowhere else"),
            ("https://evil@acme.creatio.com/{id}", "nobody's name belongs there"),
            ("http://acme.creatio.com/{id}", "the session cookie would travel in the clear"),
            ("javascript:alert('{id}')", "it is opened by a click"),
            ("{id}", "no address"),
        ] {
            assert!(check(bad, &instance).is_err(), "{why}: {bad}");
        }
    }
}
