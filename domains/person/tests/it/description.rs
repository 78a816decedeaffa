//! What the domain says of itself.

use cim_person::People;
use cim_person::person::{BirthDateSet, PersonCreated};
use cim_runtime::describe::Description;
use cim_runtime::event::Event as _;

#[test]
fn a_description_tells_what_identifies_a_person() {
    assert_eq!(PersonCreated::PERSONAL, ["name"]);
    assert_eq!(BirthDateSet::ROW.personal, ["date"]);
    let description = Description::of::<People>();
    let text = description.to_string();
    assert!(
        text.contains("  event   EmailVerified 1 {address: text}, personal: address\n"),
        "{text}"
    );
    assert!(text.contains("  event   PersonMerged 1 {into: uuid}\n"), "{text}");

    let json: serde_json::Value = serde_json::from_str(&description.to_json()).unwrap();
    let events = json["aggregates"][0]["events"].as_array().unwrap();
    let event = |name: &str| events.iter().find(|event| event["name"] == name).unwrap();
    assert_eq!(event("SocialProfileAdded")["personal"], serde_json::json!(["url", "about"]));
    assert_eq!(event("SkillClaimed")["personal"], serde_json::json!([]));
}
