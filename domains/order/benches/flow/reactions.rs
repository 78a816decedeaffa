//! How soon what an event calls for is stored, where nothing else happens.

use std::time::Instant;

use cim_order::order::PlaceOrder;
use cim_runtime::prelude::*;
use cim_runtime::store::{JetStreamStore, Store as _, StoredEvent};
use cim_test_nats::Server;
use futures::StreamExt as _;

use crate::books::id;
use crate::numbers::percentiles;

/// How many orders are placed, one after the other.
const ORDERS: u64 = 500;

/// An order, and the policy that asks the warehouse for its items.
#[system(
    aggregates(cim_order::order::Order, cim_order::item::Item, cim_order::package::Package),
    policies(cim_order::policies::request_items)
)]
struct Requests;

pub async fn run() {
    let server = Server::start();
    let shop = Requests::open(server.url()).await.unwrap();
    let workers = shop.start().await.unwrap();
    // Whoever looks is another process, as far as the server can tell.
    let reader = JetStreamStore::connect(&server.url()).await.unwrap();
    let mut events = reader.subscribe(0);
    let (mut seen, mut reacted) = (Vec::new(), Vec::new());
    for number in 0..ORDERS {
        let items = vec![format!("{number}-1").parse().unwrap()];
        shop.send(&id(number), PlaceOrder { items, price_cents: 1 }).await.unwrap();
        let answered = Instant::now();
        assert_type(&events.next().await.unwrap().unwrap(), "OrderPlaced");
        seen.push(answered.elapsed());
        assert_type(&events.next().await.unwrap().unwrap(), "ItemRequested");
        reacted.push(answered.elapsed());
        // Until all is quiet again.
        workers.settled().await.unwrap();
    }
    println!("from an event's answer until another process has it: {}", percentiles(&seen));
    println!("until it has what a policy's command has brought about: {}", percentiles(&reacted));
    workers.stop().await;
}

fn assert_type(event: &StoredEvent, name: &str) {
    assert_eq!(event.envelope().unwrap().event_type, name);
}
