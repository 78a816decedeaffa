//! What an order takes and refuses, state by state.

use cim_order::item::ItemId;
use cim_order::order::*;
use cim_runtime::prelude::*;

fn items() -> Vec<ItemId> {
    ["880001", "880002"].map(|id| id.parse().unwrap()).to_vec()
}

fn placed() -> OrderPlaced {
    OrderPlaced { items: items(), price_cents: 52_496 }
}

fn paid() -> OrderPaid {
    OrderPaid { cents: 52_496 }
}

fn cancelled(refund_cents: u64) -> OrderCancelled {
    OrderCancelled { reason: "too late".into(), refund_cents, by: Actor::new("alice") }
}

#[test]
fn a_basket_is_placed() {
    Order::given(()).when(PlaceOrder { items: items(), price_cents: 52_496 }).then(placed());
}

#[test]
fn an_empty_basket_is_refused() {
    Order::given(())
        .when(PlaceOrder { items: vec![], price_cents: 0 })
        .then_refused(OrderRefused::Empty);
}

#[test]
fn an_order_is_placed_once() {
    Order::given(placed()).when(PlaceOrder { items: items(), price_cents: 1 }).then_not_now();
}

#[test]
fn payment_waits_for_the_confirmation() {
    Order::given(placed()).when(PayOrder { cents: 52_496 }).then_not_now();
    Order::given((placed(), OrderConfirmed)).when(PayOrder { cents: 52_496 }).then(paid());
}

#[test]
fn another_amount_is_refused() {
    Order::given((placed(), OrderConfirmed))
        .when(PayOrder { cents: 1 })
        .then_refused(OrderRefused::WrongAmount { due_cents: 52_496 });
}

#[test]
fn the_customer_is_reminded_until_the_payment() {
    Order::given((placed(), OrderConfirmed, PaymentReminded))
        .when(RemindOfPayment)
        .then(PaymentReminded);
    Order::given((placed(), OrderConfirmed, paid())).when(RemindOfPayment).then_not_now();
}

#[test]
fn cancelling_gives_back_what_was_paid() {
    let cancel = CancelOrder { reason: "too late".into() };
    Order::given((placed(), OrderConfirmed))
        .acting_as("alice")
        .when(cancel.clone())
        .then(cancelled(0));
    Order::given((placed(), OrderConfirmed, paid()))
        .acting_as("alice")
        .when(cancel)
        .then(cancelled(52_496));
}

#[test]
fn what_has_left_cannot_be_cancelled() {
    Order::given((placed(), OrderConfirmed, paid(), OrderShipped))
        .when(CancelOrder { reason: "too late".into() })
        .then_not_now();
}

#[test]
fn an_order_ends_on_the_doorstep() {
    Order::given((placed(), OrderConfirmed, paid(), OrderShipped))
        .when(DeliverOrder)
        .then(OrderDelivered);
    Order::given((placed(), OrderConfirmed, paid(), OrderShipped, OrderDelivered))
        .then_state(OrderState::Delivered);
}
