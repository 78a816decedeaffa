//! What the shop knows, event by event.

use cim_order::item::ItemId;
use cim_order::order::{
    OrderCancelled, OrderConfirmed, OrderId, OrderPaid, OrderPlaced, PaymentReminded,
};
use cim_order::package::{
    DeliveryFailed, PackageCreated, PackageDelivered, PackageId, PackageSent,
};
use cim_order::sales::{
    AllOrders, CustomerSummary, OpenPackage, OrderById, OrderSummary, OrdersOf, Progress, Revenue,
    Sales,
};
use cim_runtime::jiff::civil::{Date, date};
use cim_runtime::prelude::*;
use cim_runtime::testing::Happened;

fn order(number: u32) -> OrderId {
    format!("o{number}").parse().unwrap()
}

fn items() -> Vec<ItemId> {
    vec!["i1".parse().unwrap(), "i2".parse().unwrap()]
}

fn time(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn placed(number: u32, customer: &str) -> Happened<OrderPlaced> {
    OrderPlaced { items: items(), price_cents: 500 }.of(order(number)).acting_as(customer)
}

fn paid(number: u32, at: &str) -> Happened<OrderPaid> {
    OrderPaid { cents: 500 }.of(order(number)).at(time(at))
}

fn alice(orders: u32, paid_cents: u64, open_cents: u64) -> CustomerSummary {
    CustomerSummary { orders, paid_cents, open_cents }
}

#[test]
fn an_order_is_summed_up() {
    let summary = |reminders, progress| OrderSummary {
        customer: "alice".to_owned(),
        items: 2,
        price_cents: 500,
        placed_at: time("2026-01-01T00:00:00Z"),
        reminders,
        progress,
    };
    Sales::given(placed(1, "alice"))
        .then_row(order(1), summary(0, Progress::Placed))
        .when((OrderConfirmed.of(order(1)), PaymentReminded.of(order(1))))
        .then_row(order(1), summary(1, Progress::Confirmed))
        .then_asked(OrderById { id: order(1) }, Some(summary(1, Progress::Confirmed)))
        .then_asked(OrderById { id: order(2) }, None)
        .then_asked(AllOrders, vec![(order(1), summary(1, Progress::Confirmed))]);
}

#[test]
fn a_customer_owes_what_is_not_paid() {
    let customer = || "alice".to_owned();
    let cancelled = OrderCancelled { reason: String::new(), refund_cents: 500, by: "alice".into() };
    Sales::given([placed(1, "alice"), placed(2, "alice"), placed(3, "bob")])
        .then_row(customer(), alice(2, 0, 1000))
        .when(paid(1, "2026-01-02T12:00:00Z"))
        .then_row(customer(), alice(2, 500, 500))
        .when(cancelled.of(order(1)))
        .then_row(customer(), alice(2, 0, 500))
        .then_asked(OrdersOf { customer: "carol".to_owned() }, vec![]);
}

#[test]
fn revenue_is_counted_by_the_day() {
    let (first, second) = (date(2026, 1, 2), date(2026, 1, 3));
    Sales::given([placed(1, "alice"), placed(2, "bob"), placed(3, "carol")])
        .when([paid(1, "2026-01-02T00:00:00Z"), paid(2, "2026-01-02T23:59:59Z")])
        .when(paid(3, "2026-01-03T00:00:00Z"))
        .then_row(first, 1000_u64)
        .then_row(second, 500_u64)
        .then_asked(Revenue { from: first, to: first }, vec![(first, 1000)])
        .then_asked(Revenue { from: second, to: Date::MAX }, vec![(second, 500)]);
}

#[test]
fn a_package_is_open_until_it_is_delivered() {
    let package: PackageId = "of-o1".parse().unwrap();
    let open = |sent, failed_attempts| OpenPackage { items: 2, sent, failed_attempts };
    Sales::given(PackageCreated { items: items() }.of(package.clone()))
        .then_row(package.clone(), open(false, 0))
        .when(PackageSent.of(package.clone()))
        .when(DeliveryFailed { attempt: 1 }.of(package.clone()))
        .then_row(package.clone(), open(true, 1))
        .when(PackageDelivered.of(package.clone()))
        .then_no_row::<_, OpenPackage>(package);
}
