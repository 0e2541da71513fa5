//! A CRM that answers at once and stores nothing, as the bench uses it.

use casebridge_sandbox::creatio::CreatioConfig;
use casebridge_tests::{World, WorldOptions, seeded};
use serde_json::json;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_crm_that_confirms_everything_costs_one_call_a_conversation() {
    let world = World::with(WorldOptions {
        creatio: CreatioConfig { null_sink: true, ..CreatioConfig::default() },
        settings: json!({ "owner": "410006e1-ca4e-4502-a9ec-e54d922d2c00" }),
        ..WorldOptions::default()
    })
    .await;
    let mut conversations = seeded(20, 50);
    for conversation in &mut conversations {
        conversation.lines.retain(|line| line.kind.name() == "message");
        let id = world.side.session(conversation).await;
        world.engine().append(id, conversation.events()).await.unwrap();
    }
    world.side.settled().await;
    let calls = world.crm().data_calls();
    // One more finds out where OData answers.
    assert!(calls <= 22, "20 conversations that came whole cost {calls} calls: {:#?}", world.crm().requests().last());
}
