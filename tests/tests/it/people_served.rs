//! The people as a process that serves them, and what their program says of itself.

use cim_test_nats::Server;
use cim_tests::programs::program;
use serde_json::{Value as Json, json};

use crate::serving::{Serving, asked};

const ADA: &str = "00000000-0000-4000-8000-00000000000a";

#[tokio::test(flavor = "multi_thread")]
async fn any_language_takes_somebody_in_and_finds_them() {
    let server = Server::start();
    let store = format!("{}/PEOPLE", server.url());
    let serving = Serving::start("cim-person", &["--store", &store]);
    for subject in ["people.cmd.person.CreatePerson\n", "people.qry.search_view.Search\n"] {
        assert!(serving.greeting.contains(subject), "{}", serving.greeting);
    }
    let nats = async_nats::connect(server.url()).await.unwrap();
    let create = json!({"id": ADA, "actor": "registry", "command": {
        "name": {"given": "Ada", "family": "Lovelace", "others": [], "order": "GivenFirst"},
        "source": "registry",
    }});
    let created = asked(&nats, "people.cmd.person.CreatePerson", create).await;
    assert_eq!(created["outcome"], "stored", "{created}");
    let add = json!({"id": ADA, "command": {
        "address": "ada@example.org",
        "usage": {"kind": "Personal", "notifications": true, "marketing": false},
    }});
    let added = asked(&nats, "people.cmd.person.AddEmail", add.clone()).await;
    assert_eq!(added["outcome"], "stored", "{added}");
    let again = asked(&nats, "people.cmd.person.AddEmail", add).await;
    assert_eq!((&again["outcome"], &again["refusal"]), (&json!("refused"), &json!("Twice")));
    let search = json!({"question": {"text": "lovelac", "limit": 5}, "after": added["position"]});
    let found = asked(&nats, "people.qry.search_view.Search", search).await;
    assert_eq!(found["answer"][0]["name"]["given"], "Ada", "{found}");
    assert_eq!(serving.terminate(), "stopped: what had come is answered\n");
}

fn described(arguments: &[&str]) -> String {
    let output = program("cim-person").arg("describe").args(arguments).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn the_program_describes_its_domain() {
    let text = described(&[]);
    assert!(
        text.contains("  event   EmailVerified 1 {address: text}, personal: address\n"),
        "{text}"
    );
    let json: Json = serde_json::from_str(&described(&["--json"])).unwrap();
    let policies = json["policies"].as_array().unwrap();
    let cascade = policies.iter().find(|policy| policy["name"] == "cascade").unwrap();
    let ended = cascade["routes"].as_array().unwrap().iter();
    let ended = ended.filter(|route| !route["ends"].is_null()).count();
    assert_eq!(ended, 2, "{cascade}");
    let map = described(&["--map"]);
    assert!(map.starts_with("flowchart") && map.contains("EndRelationship"), "{map}");
}
