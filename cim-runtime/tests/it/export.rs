//! What other tools read of a machine whose commands bring about several events at once, or one of
//! several.

use std::collections::BTreeMap;

use cim_runtime::prelude::*;
use roxmltree::{Document, Node};
use serde_json::Value;

#[derive(DomainId)]
pub struct ParcelId(String);

#[aggregate(domain = "export", id = ParcelId)]
#[derive(Default)]
pub struct Parcel {
    pub seal: Seal,
}

#[value]
#[derive(Default)]
pub struct Seal {}

#[command(Parcel)]
pub struct Pack;

#[command(Parcel)]
pub struct Deliver;

#[command(Seal)]
pub struct Check;

#[event(Parcel)]
pub struct Wrapped;

#[event(Parcel)]
pub struct Labelled;

#[event(Parcel)]
pub struct Weighed;

#[event(Parcel)]
pub struct Delivered;

#[event(Parcel)]
pub struct Returned;

#[event(Parcel)]
pub struct Lost;

/// Happened once; nothing brings it about any more.
#[event(Parcel)]
pub struct Burnt;

#[event(Seal)]
pub struct Intact;

#[event(Seal)]
pub struct Broken;

#[state_machine(initial New, Packed, terminal Gone, region seal: Seal in New | Packed)]
impl Parcel {
    #[transition(New -> Packed on Weighed)]
    fn pack(&self, _: Pack) -> (Wrapped, Labelled, Weighed) {
        (Wrapped, Labelled, Weighed)
    }

    #[transition(Packed -> Gone on Delivered, New on Returned, Packed on Lost)]
    fn deliver(&self, _: Deliver) -> OneOf<Delivered, Returned, Lost> {
        one_of(Delivered)
    }

    // Starts where the commit above ends, and is no part of it.
    #[apply(Packed -> Gone)]
    fn burnt(&mut self, _: &Burnt) {}
}

#[state_machine(initial Whole, Torn)]
impl Seal {
    #[transition(Whole -> Whole on Intact, Torn on Broken)]
    #[transition(Torn -> Torn on Intact, Torn on Broken)]
    fn check(&self, _: Check) -> OneOf<Intact, Broken> {
        one_of(Intact)
    }
}

/// Where each command leads from where, with the condition and the events: as a tool reads it.
type Arrows = BTreeMap<(String, String), Vec<(String, Option<String>, Vec<String>)>>;

fn attribute(node: Node<'_, '_>, name: &str) -> String {
    node.attribute(name).unwrap().to_owned()
}

fn scxml_arrows(text: &str) -> Arrows {
    let document = Document::parse(text).unwrap();
    assert_eq!(document.root_element().attribute("datamodel"), Some("ecmascript"));
    let mut arrows = Arrows::new();
    for node in document.descendants().filter(|node| node.has_tag_name("transition")) {
        let raised = node.children().filter(|child| child.has_tag_name("raise"));
        let raised = raised.map(|child| attribute(child, "event")).collect();
        let key = (attribute(node.parent().unwrap(), "id"), attribute(node, "event"));
        let condition = node.attribute("cond").map(str::to_owned);
        arrows.entry(key).or_default().push((attribute(node, "target"), condition, raised));
    }
    arrows
}

fn texts(value: &Value) -> Vec<String> {
    serde_json::from_value(value.clone()).unwrap()
}

fn xstate_arrows(text: &str) -> Arrows {
    let config: Value = serde_json::from_str(text).unwrap();
    let mut arrows = Arrows::new();
    for region in config["states"].as_object().unwrap().values() {
        for (from, state) in region["states"].as_object().unwrap() {
            for (command, targets) in state["on"].as_object().into_iter().flatten() {
                let targets = match targets {
                    Value::Array(targets) => targets.clone(),
                    target => vec![target.clone()],
                };
                let targets = targets.iter().map(|target| {
                    let guard = target["guard"].as_str().map(str::to_owned);
                    (
                        target["target"].as_str().unwrap().to_owned(),
                        guard,
                        texts(&target["actions"]),
                    )
                });
                arrows.insert((from.clone(), command.clone()), targets.collect());
            }
        }
    }
    arrows
}

fn arrow(
    target: &str,
    condition: Option<&str>,
    events: &[&str],
) -> (String, Option<String>, Vec<String>) {
    let events = events.iter().map(|&event| event.to_owned()).collect();
    (target.to_owned(), condition.map(str::to_owned), events)
}

#[test]
fn scxml_has_every_event_and_every_alternative() {
    let arrows = scxml_arrows(&Parcel::MACHINE.to_scxml());
    let at = |from: &str, command: &str| arrows[&(from.to_owned(), command.to_owned())].clone();
    assert_eq!(at("New", "Pack"), [arrow("Packed", None, &["Wrapped", "Labelled", "Weighed"])]);
    // Of a state's transitions the first whose condition holds is taken: these exclude each other.
    assert_eq!(
        at("Packed", "Deliver"),
        [
            arrow("Gone", Some("_event.data == 'Delivered'"), &["Delivered"]),
            arrow("New", Some("_event.data == 'Returned'"), &["Returned"]),
            arrow("Packed", Some("_event.data == 'Lost'"), &["Lost"]),
        ]
    );
    let open = "(In('New') || In('Packed')) && _event.data ==";
    for (from, broken) in [("seal.Whole", "seal.Torn"), ("seal.Torn", "seal.Torn")] {
        assert_eq!(
            at(from, "Check"),
            [
                arrow(from, Some(&format!("{open} 'Intact'")), &["Intact"]),
                arrow(broken, Some(&format!("{open} 'Broken'")), &["Broken"]),
            ]
        );
    }
    assert_eq!(arrows.len(), 4);
}

#[test]
fn xstate_has_every_event_and_every_alternative() {
    let arrows = xstate_arrows(&Parcel::MACHINE.to_xstate());
    let at = |from: &str, command: &str| arrows[&(from.to_owned(), command.to_owned())].clone();
    assert_eq!(at("New", "Pack"), [arrow("Packed", None, &["Wrapped", "Labelled", "Weighed"])]);
    assert_eq!(
        at("Packed", "Deliver"),
        [
            arrow("Gone", Some("Delivered"), &["Delivered"]),
            arrow("New", Some("Returned"), &["Returned"]),
            arrow("Packed", Some("Lost"), &["Lost"]),
        ]
    );
    for (from, broken) in [("Whole", "Torn"), ("Torn", "Torn")] {
        assert_eq!(
            at(from, "Check"),
            [
                arrow(from, Some("in New | Packed, Intact"), &["Intact"]),
                arrow(broken, Some("in New | Packed, Broken"), &["Broken"]),
            ]
        );
    }
    assert_eq!(arrows.len(), 4);
}
