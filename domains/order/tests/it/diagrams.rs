//! The order's machine in the formats of other tools.

use cim_order::order::Order;
use cim_order::package::Package;
use cim_runtime::prelude::*;

#[test]
fn mermaid_draws_every_transition() {
    let expected = "\
stateDiagram-v2
    [*] --> Empty
    Empty --> Created: CreatePackage / PackageCreated
    Created --> Sent: SendPackage / PackageSent
    Sent --> Sent: ReportFailedDelivery / DeliveryFailed
    Sent --> Delivered: DeliverPackage / PackageDelivered
    Delivered --> [*]
";
    assert_eq!(Package::MACHINE.to_mermaid(), expected);
}

#[test]
fn dot_marks_terminal_states() {
    let dot = Package::MACHINE.to_dot();
    assert!(dot.starts_with("digraph \"Package\" {\n"), "{dot}");
    assert!(dot.contains("    \"Delivered\" [shape=doublecircle];\n"), "{dot}");
    assert!(dot.contains("    \"\" -> \"Empty\";\n"), "{dot}");
}

#[test]
fn xstate_is_json_with_every_command() {
    let config: serde_json::Value = serde_json::from_str(&Order::MACHINE.to_xstate()).unwrap();
    assert_eq!(config["initial"], "Draft");
    assert_eq!(config["states"]["Delivered"]["type"], "final");
    let pay = &config["states"]["Confirmed"]["on"]["PayOrder"];
    assert_eq!(pay, &serde_json::json!({ "target": "Paid", "actions": ["OrderPaid"] }));
}

#[test]
fn scxml_raises_the_events() {
    let scxml = Order::MACHINE.to_scxml();
    assert!(scxml.contains("name=\"Order\" initial=\"Draft\""), "{scxml}");
    assert!(scxml.contains("<final id=\"Cancelled\"/>"), "{scxml}");
    let confirm = "<transition event=\"ConfirmOrder\" target=\"Confirmed\"><raise event=\"OrderConfirmed\"/></transition>";
    assert!(scxml.contains(confirm), "{scxml}");
}

#[test]
fn a_state_says_what_it_takes() {
    use cim_order::order::{CancelOrder, OrderState, ShipOrder};

    assert_eq!(OrderState::Placed.allowed(), ["ConfirmOrder", "CancelOrder"]);
    assert!(OrderState::Paid.can::<ShipOrder>());
    assert!(!OrderState::Shipped.can::<CancelOrder>());
    assert_eq!(OrderState::Delivered.allowed(), [""; 0]);
}
