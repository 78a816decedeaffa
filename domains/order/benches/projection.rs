//! A projection on the embedded store: catching up, against reading and decoding the same events;
//! a question for one row; and how soon an event is in the rows while events come at a steady rate.
//!
//! `cargo bench -p cim-order --bench projection [-- EVENTS]`

#![allow(missing_docs, reason = "a bench has no public items")]
#![allow(clippy::unwrap_used, reason = "a bench that cannot go on should stop")]

use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};

use cim_order::order::{ConfirmOrder, OrderEvent, OrderId, PayOrder, PlaceOrder};
use cim_order::sales::{OrderById, Sales};
use cim_runtime::cbor::Decoder;
use cim_runtime::event::EventSet as _;
use cim_runtime::prelude::*;
use cim_runtime::store::{EmbeddedStore, Store, StoredEvent};
use futures::future::join_all;

/// The orders and what is known of them, without what the shop does by itself.
#[system(
    aggregates(cim_order::order::Order, cim_order::item::Item, cim_order::package::Package),
    projections(Sales)
)]
struct Books;

/// How many commands are on their way at once while the store is filled.
const AT_ONCE: u64 = 512;

fn id(number: u64) -> OrderId {
    format!("{number:08}").parse().unwrap()
}

/// The three events of an order.
async fn live(shop: &Handle<Books>, number: u64) {
    let id = id(number);
    let items =
        vec![format!("{number}-1").parse().unwrap(), format!("{number}-2").parse().unwrap()];
    let shop = shop.acting_as(format!("customer-{}", number % 1000));
    shop.send(&id, PlaceOrder { items, price_cents: 52_496 }).await.unwrap();
    shop.send(&id, ConfirmOrder).await.unwrap();
    shop.send(&id, PayOrder { cents: 52_496 }).await.unwrap();
}

fn main() {
    let events: u64 =
        std::env::args().filter_map(|argument| argument.parse().ok()).next().unwrap_or(300_000);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let folder = tempfile::tempdir().unwrap();
        let store: Arc<dyn Store> = Arc::new(EmbeddedStore::open(folder.path()).unwrap());
        let shop = Handle::<Books>::over(Arc::clone(&store));
        for first in (0..events / 3).step_by(AT_ONCE as usize) {
            let last = (first + AT_ONCE).min(events / 3);
            join_all((first..last).map(|number| live(&shop, number))).await;
        }
        catching_up(&shop, &store).await;
        one_row(&shop, events / 3).await;
        lag(&shop, events / 3).await;
    });
}

async fn catching_up(shop: &Handle<Books>, store: &Arc<dyn Store>) {
    for round in 1..=5 {
        let begun = Instant::now();
        let count = read_and_decode(store).await;
        let floor = begun.elapsed();

        let begun = Instant::now();
        let workers = shop.start().await.unwrap();
        workers.settled().await.unwrap();
        // The first start makes the rows; the others make them anew beside those that answer.
        let begun = match round {
            1 => begun,
            _ => {
                let begun = Instant::now();
                shop.projection::<Sales>().unwrap().rebuild().await.unwrap();
                begun
            }
        };
        let took = begun.elapsed();
        workers.stop().await;
        let rate = |time: Duration| count as f64 / time.as_secs_f64();
        println!(
            "catching up on {count} events: {:.0}/s, reading and decoding them {:.0}/s: {:.2}×",
            rate(took),
            rate(floor),
            floor.as_secs_f64() / took.as_secs_f64()
        );
    }
}

async fn read_and_decode(store: &Arc<dyn Store>) -> u64 {
    let (mut after, mut count) = (0, 0);
    loop {
        let page = store.read_all(after, 1024).await.unwrap();
        let Some(last) = page.last() else { return count };
        after = last.position;
        count += page.iter().filter(|event| decodes(event)).count() as u64;
    }
}

fn decodes(event: &StoredEvent) -> bool {
    event.verify().unwrap();
    let envelope = event.envelope().unwrap();
    let mut data = Decoder::new(envelope.data);
    let decoded = OrderEvent::decode(envelope.event_type, envelope.schema, &mut data);
    black_box(decoded).is_some()
}

async fn one_row(shop: &Handle<Books>, orders: u64) {
    let workers = shop.start().await.unwrap();
    workers.settled().await.unwrap();
    let mut times = Vec::new();
    for number in 0..20_000 {
        let id = id(number * 7919 % orders);
        let begun = Instant::now();
        assert!(shop.ask(OrderById { id }).await.unwrap().is_some());
        times.push(begun.elapsed());
    }
    println!("a question for one row: {}", percentiles(times));
    workers.stop().await;
}

/// Events at a steady 10,000/s: from the moment a command is answered to the one when the rows know.
async fn lag(shop: &Handle<Books>, first: u64) {
    let workers = shop.start().await.unwrap();
    workers.settled().await.unwrap();
    let (begun, per_second, seconds) = (tokio::time::Instant::now(), 10_000, 5);
    let mut sends = Vec::new();
    for number in 0..per_second * seconds {
        tokio::time::sleep_until(
            begun + Duration::from_secs(1) * number as u32 / per_second as u32,
        )
        .await;
        let shop = shop.clone();
        sends.push(tokio::spawn(async move {
            let items = vec!["1".parse().unwrap()];
            let place = PlaceOrder { items, price_cents: 1 };
            let sent = shop.send(&id(first + number), place).await.unwrap();
            let answered = Instant::now();
            let position = sent.receipt().unwrap().position;
            shop.projection::<Sales>().unwrap().reached(position).await.unwrap();
            answered.elapsed()
        }));
    }
    let mut times = Vec::new();
    for send in sends {
        times.push(send.await.unwrap());
    }
    let rate = times.len() as f64 / begun.elapsed().as_secs_f64();
    println!("until an event is in the rows, at {rate:.0} events/s: {}", percentiles(times));
    workers.stop().await;
}

fn percentiles(mut times: Vec<Duration>) -> String {
    times.sort_unstable();
    let at = |percent: usize| times[(times.len() - 1) * percent / 100];
    format!("p50 {:.1?}, p95 {:.1?}, p99 {:.1?}", at(50), at(95), at(99))
}
