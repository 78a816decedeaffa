//! Commands: 64 callers, and one.

use std::time::{Duration, Instant};

use async_nats::jetstream;
use bytes::Bytes;
use cim_order::Shop;
use cim_order::order::{ConfirmOrder, OrderId, PayOrder, PlaceOrder, RemindOfPayment};
use cim_runtime::{Actor, Handle};
use cim_test_nats::Server;

use crate::numbers::{median, middle, processor};
use crate::raw::Raw;
use crate::{CALLERS, COMMANDS, PAIRS, SINGLE};

pub async fn run() {
    let orders = crate::orders(6_400);
    let server = Server::start();
    let raw = Raw::on(&server.url(), 1).await;
    let shop = Handle::<Shop>::open(server.url()).await.unwrap().acting_as(Actor::new("desk"));
    let payload = payload(&server.url(), &shop).await;
    println!("messages of {} bytes, {} commands a run", payload.len(), orders * COMMANDS);

    println!(
        "{:>12} {:>12} {:>12} {:>12}  µs of the processor",
        "client /s", "entities", "cim, lives", "cim, live"
    );
    let (mut lives, mut live, mut peers) = (Vec::new(), Vec::new(), Vec::new());
    let each = |before: f64, after: f64| (after - before) / (orders * COMMANDS) as f64;
    for pair in 0..PAIRS {
        let start = processor();
        let floor = raw.rate(pair, orders, &payload).await;
        let after_floor = processor();
        let all = rate(&shop, pair, orders).await;
        let after_lives = processor();
        let known = live_rate(&shop, pair, orders).await;
        let known_at = processor();
        let entities = raw.entities_rate(pair, orders, &payload).await;
        let times = (each(start, after_floor), each(after_lives, known_at));
        println!(
            "{floor:>12.0} {entities:>12.0} {all:>12.0} {known:>12.0}  {:.1} to {:.1}",
            times.1, times.0
        );
        peers.push(known / entities);
        lives.push(all / floor);
        live.push(known / floor);
    }
    println!("{CALLERS} callers, whole lives, cim / client: median {:.2}", median(&mut lives));
    println!("{CALLERS} callers, live orders, cim / client: median {:.2}", median(&mut live));
    println!("{CALLERS} callers, live orders, cim / entities: median {:.2}", median(&mut peers));
}

pub async fn run_single() {
    let server = Server::start();
    let raw = Raw::on(&server.url(), 1).await;
    let shop = Handle::<Shop>::open(server.url()).await.unwrap().acting_as(Actor::new("desk"));
    let payload = payload(&server.url(), &shop).await;
    let mut ratios = Vec::new();
    for pair in 0..PAIRS {
        let (floor, ours) = (raw.p50(pair, &payload).await, p50(&shop, pair).await);
        println!("{floor:>12.1?} {ours:>12.1?}");
        ratios.push(ours.as_secs_f64() / floor.as_secs_f64());
    }
    println!("one caller, p50, cim / client: median {:.2}", median(&mut ratios));
}

/// What one message of ours takes, so that the other side's are as large.
pub async fn payload(url: &str, shop: &Handle<Shop>) -> Bytes {
    let id: OrderId = "sample".parse().unwrap();
    life(shop, &id).await;
    let context = jetstream::new(crate::connect(url).await);
    let stream = context.get_stream("CIM").await.unwrap();
    stream.get_last_raw_message_by_subject("shop.evt.order.sample").await.unwrap().payload
}

async fn life(shop: &Handle<Shop>, id: &OrderId) {
    let items = vec!["880001".parse().unwrap(), "880002".parse().unwrap()];
    shop.send(id, PlaceOrder { items, price_cents: 52_496 }).await.unwrap();
    shop.send(id, ConfirmOrder).await.unwrap();
    for _ in 0..COMMANDS - 3 {
        shop.send(id, RemindOfPayment).await.unwrap();
    }
    shop.send(id, PayOrder { cents: 52_496 }).await.unwrap();
}

async fn rate(shop: &Handle<Shop>, run: usize, orders: usize) -> f64 {
    let start = Instant::now();
    let callers = (0..CALLERS).map(|caller| {
        let shop = shop.clone();
        tokio::spawn(async move {
            for number in (caller..orders).step_by(CALLERS) {
                life(&shop, &format!("{run}-{number}").parse().unwrap()).await;
            }
        })
    });
    for caller in callers.collect::<Vec<_>>() {
        caller.await.unwrap();
    }
    (orders * COMMANDS) as f64 / start.elapsed().as_secs_f64()
}

/// Only what is sent to orders that are known already: each command is one round trip.
pub async fn live_rate(shop: &Handle<Shop>, run: usize, orders: usize) -> f64 {
    let each = orders * COMMANDS / CALLERS;
    let mut ids = Vec::new();
    for caller in 0..CALLERS {
        let id: OrderId = format!("live-{run}-{caller}").parse().unwrap();
        let items = vec!["880001".parse().unwrap()];
        shop.send(&id, PlaceOrder { items, price_cents: 1 }).await.unwrap();
        shop.send(&id, ConfirmOrder).await.unwrap();
        ids.push(id);
    }
    let start = Instant::now();
    let callers = ids.into_iter().map(|id| {
        let shop = shop.clone();
        tokio::spawn(async move {
            for _ in 0..each {
                shop.send(&id, RemindOfPayment).await.unwrap();
            }
        })
    });
    for caller in callers.collect::<Vec<_>>() {
        caller.await.unwrap();
    }
    (each * CALLERS) as f64 / start.elapsed().as_secs_f64()
}

async fn p50(shop: &Handle<Shop>, run: usize) -> Duration {
    let id: OrderId = format!("single-{run}").parse().unwrap();
    let items = vec!["880001".parse().unwrap()];
    shop.send(&id, PlaceOrder { items, price_cents: 1 }).await.unwrap();
    shop.send(&id, ConfirmOrder).await.unwrap();
    let mut times = Vec::with_capacity(SINGLE);
    for _ in 0..SINGLE {
        let start = Instant::now();
        shop.send(&id, RemindOfPayment).await.unwrap();
        times.push(start.elapsed());
    }
    middle(times)
}
