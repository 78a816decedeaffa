//! What the shop does by itself, event by event.

use cim_order::item::{ItemId, ItemPicked, PackItem, RequestItem};
use cim_order::order::{
    OrderCancelled, OrderConfirmed, OrderId, OrderPaid, OrderPlaced, PaymentReminded,
    RemindOfPayment,
};
use cim_order::package::{CreatePackage, PackageCreated, PackageId, SendPackage};
use cim_order::policies::{Packing, Reminders, request_items};
use cim_runtime::prelude::*;

fn order() -> OrderId {
    "o1".parse().unwrap()
}

fn item(number: u32) -> ItemId {
    format!("i{number}").parse().unwrap()
}

fn package() -> PackageId {
    "of-o1".parse().unwrap()
}

fn placed() -> OrderPlaced {
    OrderPlaced { items: vec![item(1), item(2)], price_cents: 500 }
}

#[test]
fn the_warehouse_is_asked_for_each_item() {
    let ask = |number| RequestItem { order: order() }.to(item(number));
    request_items::given(()).when(placed().of(order())).then_sends((ask(1), ask(2)));
}

#[test]
fn who_does_not_pay_is_reminded_each_two_weeks() {
    let remind = || RemindOfPayment.to(order()).after(2.weeks());
    let later: Timestamp = "2026-01-15T00:00:00Z".parse().unwrap();
    Reminders::given(placed().of(order()))
        .when(OrderConfirmed.of(order()))
        .then_sends(remind())
        .when(PaymentReminded.of(order()).at(later))
        .then_sends(RemindOfPayment.to(order()).at("2026-01-29T00:00:00Z".parse().unwrap()));
}

#[test]
fn who_pays_or_cancels_is_not_reminded() {
    let cancelled =
        || OrderCancelled { reason: String::new(), refund_cents: 0, by: Actor::default() };
    Reminders::given(OrderConfirmed.of(order()))
        .when(OrderPaid { cents: 500 }.of(order()))
        .then_sends(RemindOfPayment::cancel(order()));
    Reminders::given(OrderConfirmed.of(order()))
        .when(cancelled().of(order()))
        .then_sends(RemindOfPayment::cancel(order()));
}

#[test]
fn the_last_item_makes_a_package() {
    Packing::given(())
        .when(placed().of(order()))
        .then_sends_nothing()
        .when(ItemPicked.of(item(2)))
        .then_sends_nothing()
        .when(ItemPicked.of(item(1)))
        .then_sends(CreatePackage { items: vec![item(1), item(2)] }.to(package()));
}

#[test]
fn an_item_that_nobody_has_ordered_makes_none() {
    Packing::given(placed().of(order())).when(ItemPicked.of(item(3))).then_sends_nothing();
}

#[test]
fn a_package_is_packed_and_sent() {
    let pack = |number| PackItem { package: package() }.to(item(number));
    Packing::given(())
        .when(PackageCreated { items: vec![item(1), item(2)] }.of(package()))
        .then_sends((vec![pack(1), pack(2)], SendPackage.to(package())));
}
