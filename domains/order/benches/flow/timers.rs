//! How late a command is that a policy sends at a time.

use std::time::Duration;

use cim_order::order::{ConfirmOrder, OrderConfirmed, PlaceOrder, RemindOfPayment};
use cim_runtime::Timestamp;
use cim_runtime::prelude::*;
use cim_runtime::store::{JetStreamStore, Store as _};
use cim_test_nats::Server;
use futures::StreamExt as _;
use futures::stream;

use crate::books::id;
use crate::numbers::percentiles;

/// How long each timer runs, in milliseconds.
const DELAY: i64 = 3_000;

/// Who has confirmed is reminded soon.
#[policy]
fn remind_soon(event: &Recorded<OrderConfirmed>) -> To<RemindOfPayment> {
    RemindOfPayment.to(event.id()).after(SignedDuration::from_millis(DELAY))
}

#[system(
    aggregates(cim_order::order::Order, cim_order::item::Item, cim_order::package::Package),
    policies(remind_soon)
)]
struct Soon;

pub async fn run() {
    let server = Server::start();
    let shop = Soon::open(server.url()).await.unwrap();
    let workers = shop.start().await.unwrap();
    let late = one_by_one(&shop, &server, 0..500).await;
    println!("a timer each 10 ms, from its time until another process has the event: {late}");
    let late = at_once(&shop, &server, 500..1_500).await;
    println!("1,000 timers within a moment, the same: {late}");
    workers.stop().await;
}

async fn place(shop: &Handle<Soon>, number: u64) {
    let items = vec!["1".parse().unwrap()];
    shop.send(&id(number), PlaceOrder { items, price_cents: 1 }).await.unwrap();
}

async fn one_by_one(shop: &Handle<Soon>, server: &Server, orders: std::ops::Range<u64>) -> String {
    for number in orders.clone() {
        place(shop, number).await;
    }
    let late = lateness(server, orders.end - orders.start).await;
    let mut ticks = tokio::time::interval(Duration::from_millis(10));
    for number in orders {
        ticks.tick().await;
        shop.send(&id(number), ConfirmOrder).await.unwrap();
    }
    late.await.unwrap()
}

async fn at_once(shop: &Handle<Soon>, server: &Server, orders: std::ops::Range<u64>) -> String {
    for number in orders.clone() {
        place(shop, number).await;
    }
    let late = lateness(server, orders.end - orders.start).await;
    let confirm = |number| async move { shop.send(&id(number), ConfirmOrder).await.unwrap() };
    stream::iter(orders).map(confirm).buffer_unordered(256).for_each(|_| async {}).await;
    late.await.unwrap()
}

/// How late the next so many reminders are.
async fn lateness(server: &Server, count: u64) -> tokio::task::JoinHandle<String> {
    let reader = JetStreamStore::connect(&server.url()).await.unwrap();
    let head = reader.head().await.unwrap().map_or(0, |head| head.number);
    tokio::spawn(async move {
        let mut events = reader.subscribe(head);
        let (mut due, mut late) = (std::collections::HashMap::new(), Vec::new());
        while (late.len() as u64) < count {
            let event = events.next().await.unwrap().unwrap();
            let now = Timestamp::now();
            let envelope = event.envelope().unwrap();
            match envelope.event_type {
                "OrderConfirmed" => {
                    let time = envelope.at + SignedDuration::from_millis(DELAY);
                    due.insert(envelope.id.to_owned(), time);
                }
                "PaymentReminded" => {
                    let due = due.remove(envelope.id).unwrap();
                    late.push(Duration::try_from(now.duration_since(due)).unwrap());
                }
                _ => {}
            }
        }
        percentiles(&late)
    })
}
