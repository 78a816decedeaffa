//! One life of an order, decided and evolved step by step: instructions, counted by callgrind.

#![allow(missing_docs, reason = "a bench has no public items")]
#![allow(clippy::unwrap_used, reason = "a bench that cannot go on should stop")]

mod floor;

use std::hint::black_box;

use cim_order::item::ItemId;
use cim_order::order::{
    ConfirmOrder, DeliverOrder, Order, OrderState, PayOrder, PlaceOrder, RemindOfPayment, ShipOrder,
};
use cim_runtime::Actor;
use cim_runtime::decision::Events;
use cim_runtime::machine::{Handles, Machine};
use cim_runtime::prelude::{Context, Given as _};
use floor::machine as hand;
use gungraun::{library_benchmark, library_benchmark_group, main};

fn items() -> Vec<ItemId> {
    vec!["880001".parse().unwrap()]
}

/// The contexts of one life: what the engine hands to each decision.
fn contexts() -> (Order, [Context<Order>; 6], Vec<ItemId>) {
    use cim_order::order::{OrderConfirmed, OrderPaid, OrderPlaced, OrderShipped, PaymentReminded};

    let placed = || OrderPlaced { items: items(), price_cents: 52_496 };
    let paid = || OrderPaid { cents: 52_496 };
    let contexts = [
        Order::given(()).context(),
        Order::given(placed()).context(),
        Order::given((placed(), OrderConfirmed)).context(),
        Order::given((placed(), OrderConfirmed, PaymentReminded)).context(),
        Order::given((placed(), OrderConfirmed, paid())).context(),
        Order::given((placed(), OrderConfirmed, paid(), OrderShipped)).context(),
    ];
    (Order::default(), contexts, items())
}

#[inline]
fn step<C>(order: &mut Order, command: C, cx: &Context<Order>) -> OrderState
where
    Order: Handles<C>,
{
    let command = Order::COMMAND(command);
    let Ok(Events::One(event)) = order.decide(command, cx) else { unreachable!("legal steps") };
    let Some(state) = Order::next(cx.state(), &event) else { unreachable!("legal steps") };
    order.apply(&event);
    state
}

#[library_benchmark]
#[bench::life(contexts())]
fn cim(given: (Order, [Context<Order>; 6], Vec<ItemId>)) -> (OrderState, [Context<Order>; 6]) {
    let (mut order, cx, items) = given;
    step(&mut order, black_box(PlaceOrder { items, price_cents: 52_496 }), &cx[0]);
    step(&mut order, black_box(ConfirmOrder), &cx[1]);
    step(&mut order, black_box(RemindOfPayment), &cx[2]);
    step(&mut order, black_box(PayOrder { cents: 52_496 }), &cx[3]);
    step(&mut order, black_box(ShipOrder), &cx[4]);
    // The contexts go back, or their end would be counted.
    (step(&mut order, black_box(DeliverOrder), &cx[5]), cx)
}

fn start() -> (hand::Order, Actor, Vec<ItemId>) {
    (hand::Order::default(), Actor::new("front desk"), items())
}

#[inline]
fn hand_step(
    order: &mut hand::Order,
    state: hand::State,
    command: hand::Command,
    actor: &Actor,
) -> hand::State {
    let Ok(event) = order.decide(state, command, actor) else { unreachable!("legal steps") };
    let Some(state) = order.evolve(state, &event) else { unreachable!("legal steps") };
    state
}

#[library_benchmark]
#[bench::life(start())]
fn by_hand(given: (hand::Order, Actor, Vec<ItemId>)) -> (hand::State, Actor) {
    use hand::{Command, State};

    let (mut order, actor, items) = given;
    let place = Command::Place { items, price_cents: 52_496 };
    hand_step(&mut order, black_box(State::Draft), black_box(place), &actor);
    hand_step(&mut order, black_box(State::Placed), black_box(Command::Confirm), &actor);
    hand_step(&mut order, black_box(State::Confirmed), black_box(Command::Remind), &actor);
    let pay = Command::Pay { cents: 52_496 };
    hand_step(&mut order, black_box(State::Confirmed), black_box(pay), &actor);
    hand_step(&mut order, black_box(State::Paid), black_box(Command::Ship), &actor);
    let state =
        hand_step(&mut order, black_box(State::Shipped), black_box(Command::Deliver), &actor);
    (state, actor)
}

library_benchmark_group!(name = lives, benchmarks = [cim, by_hand]);
main!(library_benchmark_groups = lives);
