//! The reader of webhook calls: no bytes may break it, and what it takes has one of the three events.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|body: &[u8]| {
    match casebridge_gateway::read_webhook_call(body) {
        Ok(call) => assert!(["new_activity", "case_closed", "case_updated"].contains(&call.event_type.as_str())),
        Err((status, detail)) => {
            assert_eq!(status, 400, "a body that was read whole is refused as a bad request");
            assert!(detail.chars().count() < 220, "a refusal must not repeat what was sent");
        }
    }
    // The other CRM's door reads the same bytes, as body and as query.
    let query = String::from_utf8_lossy(body);
    if let Err((status, detail)) = casebridge_gateway::read_salesforce_call(&query, body) {
        assert_eq!(status, 400, "a body that was read whole is refused as a bad request");
        assert!(detail.chars().count() < 300, "a refusal must not repeat what was sent");
    }
});
