//! Commands on the JetStream store, against the client alone publishing messages of the same size
//! with the same expectations to the same server.
//!
//! The two run in turn, so that both see the same machine; the ratios are those of each pair.

#![allow(missing_docs, reason = "a bench has no public items")]
#![allow(clippy::unwrap_used, reason = "a bench that cannot go on should stop")]

use std::time::{Duration, Instant};

use async_nats::jetstream::{self, Context, context::traits::Publisher as _, stream};
use bytes::Bytes;
use cim_order::Shop;
use cim_order::order::{ConfirmOrder, Order, OrderId, PayOrder, PlaceOrder, RemindOfPayment};
use cim_runtime::store::{JetStreamStore, Store as _};
use cim_runtime::{Actor, Handle};
use cim_test_nats::Server;

const CALLERS: usize = 64;
const PAIRS: usize = 9;

/// The commands of one order: one place, one confirmation, six reminders, one payment.
const COMMANDS: usize = 9;

/// How often one caller's command is timed.
const SINGLE: usize = 2_000;

/// How long the stream is that is loaded.
const EVENTS: u64 = 1_000;

#[tokio::main]
async fn main() {
    let orders: usize = std::env::var("ORDERS").ok().and_then(|n| n.parse().ok()).unwrap_or(6_400);
    let server = Server::start();
    let raw = Raw::on(&server).await;
    let shop = Handle::<Shop>::open(server.url()).await.unwrap().acting_as(Actor::new("desk"));
    // What one message of ours takes, so that the other side's are as large.
    let payload = payload(&server, &shop).await;
    println!("messages of {} bytes, {} commands a run", payload.len(), orders * COMMANDS);

    println!("{:>12} {:>12} {:>12}", "client /s", "cim, lives", "cim, live");
    let (mut lives, mut live) = (Vec::new(), Vec::new());
    for pair in 0..PAIRS {
        let floor = raw.rate(pair, orders, &payload).await;
        let (all, known) = (rate(&shop, pair, orders).await, live_rate(&shop, pair, orders).await);
        println!("{floor:>12.0} {all:>12.0} {known:>12.0}");
        lives.push(all / floor);
        live.push(known / floor);
    }
    println!("{CALLERS} callers, whole lives, cim / client: median {:.2}", median(&mut lives));
    println!("{CALLERS} callers, live orders, cim / client: median {:.2}", median(&mut live));

    let mut ratios = Vec::new();
    for pair in 0..PAIRS {
        let (floor, ours) = (raw.p50(pair, &payload).await, p50(&shop, pair).await);
        println!("{floor:>12.1?} {ours:>12.1?}");
        ratios.push(ours.as_secs_f64() / floor.as_secs_f64());
    }
    println!("one caller, p50, cim / client: median {:.2}", median(&mut ratios));

    load(&server, &shop).await;
}

fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn middle(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}

async fn payload(server: &Server, shop: &Handle<Shop>) -> Bytes {
    let id: OrderId = "sample".parse().unwrap();
    life(shop, &id).await;
    let context = jetstream::new(async_nats::connect(server.url()).await.unwrap());
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
async fn live_rate(shop: &Handle<Shop>, run: usize, orders: usize) -> f64 {
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

/// Loads a stream with a store that knows nothing of it, and compares with one round trip.
async fn load(server: &Server, shop: &Handle<Shop>) {
    let id: OrderId = "long".parse().unwrap();
    let items = vec!["880001".parse().unwrap()];
    shop.send(&id, PlaceOrder { items, price_cents: 1 }).await.unwrap();
    shop.send(&id, ConfirmOrder).await.unwrap();
    for _ in 0..EVENTS - 2 {
        shop.send(&id, RemindOfPayment).await.unwrap();
    }
    let stream = shop.load::<Order>(&id).await.unwrap().stream().clone();
    let (mut cold, mut one) = (Vec::new(), Vec::new());
    for _ in 0..50 {
        let store = JetStreamStore::connect(&server.url()).await.unwrap();
        let start = Instant::now();
        // Nothing is behind the last version: one round trip.
        assert!(store.read_stream(&stream, EVENTS).await.unwrap().is_empty());
        one.push(start.elapsed());
        let start = Instant::now();
        assert_eq!(store.read_stream(&stream, 0).await.unwrap().len() as u64, EVENTS);
        cold.push(start.elapsed());
    }
    let (cold, one) = (middle(cold), middle(one));
    println!("load of {EVENTS} events: {cold:.1?}, of none {one:.1?}");
}

/// The client alone.
struct Raw(Context);

impl Raw {
    async fn on(server: &Server) -> Self {
        let context = jetstream::new(async_nats::connect(server.url()).await.unwrap());
        let config = stream::Config {
            name: "RAW".to_owned(),
            subjects: vec!["raw.evt.*.*".to_owned()],
            discard: stream::DiscardPolicy::New,
            duplicate_window: Duration::from_secs(10),
            allow_direct: true,
            ..Default::default()
        };
        context.create_stream(config).await.unwrap();
        Self(context)
    }

    /// Publishes behind `last`, and returns the new last sequence.
    async fn publish(&self, subject: &str, last: u64, payload: &Bytes) -> u64 {
        let message = jetstream::message::PublishMessage::build()
            .payload(payload.clone())
            .expected_last_subject_sequence(last)
            .outbound_message(subject.to_owned());
        self.0.publish_message(message).await.unwrap().await.unwrap().sequence
    }

    async fn rate(&self, run: usize, orders: usize, payload: &Bytes) -> f64 {
        let start = Instant::now();
        let callers = (0..CALLERS).map(|caller| {
            let (raw, payload) = (Self(self.0.clone()), payload.clone());
            tokio::spawn(async move {
                for number in (caller..orders).step_by(CALLERS) {
                    let subject = format!("raw.evt.order.{run}-{number}");
                    let mut last = 0;
                    for _ in 0..COMMANDS {
                        last = raw.publish(&subject, last, &payload).await;
                    }
                }
            })
        });
        for caller in callers.collect::<Vec<_>>() {
            caller.await.unwrap();
        }
        (orders * COMMANDS) as f64 / start.elapsed().as_secs_f64()
    }

    async fn p50(&self, run: usize, payload: &Bytes) -> Duration {
        let subject = format!("raw.evt.order.single-{run}");
        let (mut last, mut times) = (0, Vec::with_capacity(SINGLE));
        for _ in 0..SINGLE {
            let start = Instant::now();
            last = self.publish(&subject, last, payload).await;
            times.push(start.elapsed());
        }
        middle(times)
    }
}
