//! The shop as a whole: what it does by itself, and what it knows of its orders.

use std::collections::BTreeMap;

use cim_order::Shop;
use cim_order::item::{Item, ItemId, ItemState, PickItem};
use cim_order::order::{
    CancelOrder, ConfirmOrder, Order, OrderEvent, OrderId, PayOrder, PlaceOrder,
};
use cim_order::package::{DeliverPackage, PackageId, PackageState, ReportFailedDelivery};
use cim_order::policies::ReminderSettings;
use cim_order::sales::{
    CustomerByName, CustomerSummary, OpenPackage, OpenPackages, OrderById, OrdersOf, Progress,
    Revenue,
};
use cim_runtime::Options;
use cim_runtime::causes::CauseMap;
use cim_runtime::describe::Description;
use cim_runtime::jiff::civil::Date;
use cim_runtime::prelude::*;
use cim_runtime::testing::Simulation;

fn order(number: u32) -> OrderId {
    format!("o{number}").parse().unwrap()
}

fn items(number: u32) -> Vec<ItemId> {
    (1..=2).map(|item| format!("o{number}-i{item}").parse().unwrap()).collect()
}

async fn shop() -> Simulation<Shop> {
    Simulation::start().await.unwrap()
}

/// An order of two items that its customer has placed and the shop has confirmed.
async fn confirmed(shop: &Simulation<Shop>, number: u32, customer: &str) {
    let place = PlaceOrder { items: items(number), price_cents: 100 * u64::from(number) };
    shop.acting_as(customer).send(&order(number), place).await.unwrap();
    shop.send(&order(number), ConfirmOrder).await.unwrap();
    shop.settled().await.unwrap();
}

async fn reminders(shop: &Simulation<Shop>, number: u32) -> u32 {
    shop.ask(OrderById { id: order(number) }).await.unwrap().unwrap().reminders
}

#[tokio::test]
async fn each_item_of_an_order_is_requested() {
    let shop = shop().await;
    confirmed(&shop, 1, "alice").await;
    for item in items(1) {
        assert_eq!(shop.load::<Item>(&item).await.unwrap().state(), ItemState::Requested);
    }
}

#[tokio::test]
async fn the_last_item_that_is_picked_makes_a_package_which_is_sent() {
    let shop = shop().await;
    confirmed(&shop, 1, "alice").await;
    let [first, last] = items(1).try_into().unwrap();
    shop.send(&last, PickItem).await.unwrap();
    shop.settled().await.unwrap();
    assert_eq!(shop.ask(OpenPackages).await.unwrap(), []);
    shop.send(&first, PickItem).await.unwrap();
    shop.settled().await.unwrap();

    let package: PackageId = "of-o1".parse().unwrap();
    let open = OpenPackage { items: 2, sent: true, failed_attempts: 0 };
    assert_eq!(shop.ask(OpenPackages).await.unwrap(), [(package.clone(), open.clone())]);
    for item in items(1) {
        assert_eq!(shop.load::<Item>(&item).await.unwrap().state(), ItemState::Packed);
    }
    let sent = shop.send(&package, ReportFailedDelivery).await.unwrap();
    let failed = OpenPackage { failed_attempts: 1, ..open };
    assert_eq!(shop.ask(OpenPackages).after(&sent).await.unwrap()[0].1, failed);
    let sent = shop.send(&package, DeliverPackage).await.unwrap();
    assert_eq!(shop.ask(OpenPackages).after(&sent).await.unwrap(), []);
    let package = shop.load::<cim_order::package::Package>(&package).await.unwrap();
    assert_eq!(package.state(), PackageState::Delivered);
}

#[tokio::test]
async fn who_does_not_pay_is_reminded_each_two_weeks() {
    let shop = shop().await;
    confirmed(&shop, 1, "alice").await;
    shop.advance(13.days()).await.unwrap();
    assert_eq!(reminders(&shop, 1).await, 0);
    shop.advance(1.day()).await.unwrap();
    assert_eq!(reminders(&shop, 1).await, 1);
    shop.advance(8.weeks()).await.unwrap();
    assert_eq!(reminders(&shop, 1).await, 5);
    shop.send(&order(1), PayOrder { cents: 100 }).await.unwrap();
    shop.advance(52.weeks()).await.unwrap();
    assert_eq!(reminders(&shop, 1).await, 5);
    // Nothing waits for ever, and nothing was refused on the way.
    assert_eq!(shop.workers().next_due(), None);
    let dead = shop.workers().dead_letters("reminders").unwrap().list().await.unwrap();
    assert_eq!(dead, []);
}

#[tokio::test]
async fn the_shop_is_as_patient_as_it_is_told() {
    let settings = ReminderSettings { weeks: 1, times: Some(3) };
    let shop = Simulation::start_with(Options::default().settings(settings)).await.unwrap();
    confirmed(&shop, 1, "alice").await;
    shop.advance(8.days()).await.unwrap();
    assert_eq!(reminders(&shop, 1).await, 1);
    shop.advance(365.days()).await.unwrap();
    assert_eq!(reminders(&shop, 1).await, 3);
}

#[tokio::test]
async fn who_cancels_is_not_reminded() {
    let shop = shop().await;
    confirmed(&shop, 1, "alice").await;
    let cancel = CancelOrder { reason: "too late".to_owned() };
    shop.send(&order(1), cancel).await.unwrap();
    shop.advance(52.weeks()).await.unwrap();
    assert_eq!(reminders(&shop, 1).await, 0);
}

#[tokio::test]
async fn the_rows_are_what_a_plain_recomputation_comes_to() {
    let shop = shop().await;
    for number in 1..=30 {
        confirmed(&shop, number, ["alice", "bob", "carol"][number as usize % 3]).await;
        if number % 2 == 0 {
            shop.advance(20.hours()).await.unwrap();
            let cents = 100 * u64::from(number);
            shop.send(&order(number), PayOrder { cents }).await.unwrap();
        }
        if number % 5 == 0 {
            let cancel = CancelOrder { reason: "changed my mind".to_owned() };
            shop.send(&order(number), cancel).await.unwrap();
        }
    }
    shop.advance(3.weeks()).await.unwrap();

    let mut customers = BTreeMap::<String, CustomerSummary>::new();
    let mut revenue = BTreeMap::<Date, u64>::new();
    for number in 1..=30 {
        let (mut progress, mut reminders) = (None, 0);
        let history = shop.history::<Order>(&order(number), 0).await.unwrap();
        let customer = history[0].actor.as_str().to_owned();
        let summary = customers.entry(customer.clone()).or_default();
        let price = 100 * u64::from(number);
        for event in history {
            match event.event {
                OrderEvent::OrderPlaced(_) => {
                    summary.orders += 1;
                    summary.open_cents += price;
                    progress = Some(Progress::Placed);
                }
                OrderEvent::OrderConfirmed(_) => progress = Some(Progress::Confirmed),
                OrderEvent::PaymentReminded(_) => reminders += 1,
                OrderEvent::OrderPaid(paid) => {
                    summary.open_cents -= paid.cents;
                    summary.paid_cents += paid.cents;
                    let day = event.at.to_zoned(cim_runtime::jiff::tz::TimeZone::UTC).date();
                    *revenue.entry(day).or_default() += paid.cents;
                    progress = Some(Progress::Paid);
                }
                OrderEvent::OrderCancelled(cancelled) => {
                    match cancelled.refund_cents {
                        0 => summary.open_cents -= price,
                        refund => summary.paid_cents -= refund,
                    }
                    progress = Some(Progress::Cancelled);
                }
                other => panic!("nobody ships: {other:?}"),
            }
        }
        let row = shop.ask(OrderById { id: order(number) }).await.unwrap().unwrap();
        assert_eq!((Some(row.progress), row.reminders), (progress, reminders), "order {number}");
        assert_eq!((row.customer, row.items, row.price_cents), (customer, 2, price));
    }
    for (name, expected) in customers {
        let row = shop.ask(CustomerByName { name: name.clone() }).await.unwrap();
        assert_eq!(row, Some(expected), "{name}");
        assert_eq!(shop.ask(OrdersOf { customer: name }).await.unwrap().len(), 10);
    }
    let days = shop.ask(Revenue { from: Date::MIN, to: Date::MAX }).await.unwrap();
    assert_eq!(days, revenue.into_iter().collect::<Vec<_>>());
    let (from, to) = (days[2].0, days[5].0);
    assert_eq!(shop.ask(Revenue { from, to }).await.unwrap(), days[2..=5]);
}

#[test]
fn the_map_shows_what_brings_what_about() {
    let map = CauseMap::of::<Shop>();
    let arrows: Vec<_> = map.arrows().iter().map(|(from, to)| format!("{from} → {to}")).collect();
    for arrow in [
        "PlaceOrder → OrderPlaced",
        "OrderPlaced → request_items",
        "request_items → RequestItem",
        "RequestItem → ItemRequested",
        "ItemPicked → packing",
        "packing → CreatePackage",
        "PaymentReminded → reminders",
        "reminders → RemindOfPayment",
        "OrderPaid → sales",
    ] {
        assert!(arrows.iter().any(|found| found == arrow), "{arrow}");
    }
    // Cancelling is no sending, and nobody brings about what the log alone has.
    assert!(!arrows.contains(&"packing → RemindOfPayment".to_owned()));

    let mermaid = map.to_mermaid();
    assert!(mermaid.starts_with("flowchart LR\n"), "{mermaid}");
    assert_eq!(mermaid.matches(" --> ").count(), arrows.len());
    for part in ["[\"PlaceOrder\"]", "([\"OrderPlaced\"])", "{{\"packing\"}}", "[(\"sales\")]"] {
        assert_eq!(mermaid.matches(part).count(), 1, "{part}");
    }
    let json: serde_json::Value = serde_json::from_str(&map.to_json()).unwrap();
    let json = json.as_array().unwrap();
    assert_eq!(json.len(), arrows.len());
    let placed = serde_json::json!({
        "from": {"kind": "command", "aggregate": "shop.order", "name": "PlaceOrder"},
        "to": {"kind": "event", "aggregate": "shop.order", "name": "OrderPlaced"},
    });
    assert!(json.contains(&placed));
}

#[test]
fn the_description_names_all_parts() {
    let description = Description::of::<Shop>();
    let json: serde_json::Value = serde_json::from_str(&description.to_json()).unwrap();
    let names = |list: &str| -> Vec<String> {
        let parts = json[list].as_array().unwrap().iter();
        parts.map(|part| part["name"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(names("aggregates"), ["shop.order", "shop.item", "shop.package"]);
    assert_eq!(names("policies"), ["request_items", "reminders", "packing"]);
    assert_eq!(names("projections"), ["sales"]);
    let order = &json["aggregates"][0];
    let pay = order["commands"].as_array().unwrap().iter().find(|one| one["name"] == "PayOrder");
    assert_eq!(pay.unwrap()["shape"], "{cents: u64}");
    let text = description.to_string();
    for line in [
        "aggregate shop.package: Empty, Created, Sent, Delivered",
        "  command PayOrder {cents: u64}",
        "  event   OrderPaid 1 {cents: u64}",
        "  on OrderPlaced: RequestItem",
    ] {
        assert!(text.contains(line), "{line} in\n{text}");
    }
}
