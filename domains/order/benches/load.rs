//! Loading an aggregate of 1,000 events without a snapshot, every block re-hashed and every link
//! checked, against decoding and re-hashing the same bytes.

#![allow(missing_docs, reason = "a bench has no public items")]
#![allow(clippy::unwrap_used, reason = "a bench that cannot go on should stop")]

use std::hint::black_box;
use std::sync::Arc;

use cim_order::Shop;
use cim_order::order::{ConfirmOrder, Order, OrderEvent, OrderId, PlaceOrder, RemindOfPayment};
use cim_runtime::cbor::Decoder;
use cim_runtime::event::EventSet as _;
use cim_runtime::store::{self, StoredEvent};
use cim_runtime::{Envelope, EventCid, Handle, Options, StreamName};
use criterion::{Criterion, criterion_group, criterion_main};
use tokio::runtime::Runtime;

/// An order with 1,000 events, among others of its kind.
async fn order_of_1000(shop: &Handle<Shop>) -> OrderId {
    let id: OrderId = "990001".parse().unwrap();
    let other: OrderId = "990002".parse().unwrap();
    for id in [&id, &other] {
        let items = vec!["880001".parse().unwrap()];
        shop.send(id, PlaceOrder { items, price_cents: 52_496 }).await.unwrap();
        shop.send(id, ConfirmOrder).await.unwrap();
    }
    for _ in 2..1_000 {
        shop.send(&id, RemindOfPayment).await.unwrap();
        shop.send(&other, RemindOfPayment).await.unwrap();
    }
    id
}

fn load(criterion: &mut Criterion) {
    let runtime = Runtime::new().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let store = store::open(folder.path().to_str().unwrap()).unwrap();
    let options = Options::default().snapshot_every(u64::MAX);
    let shop = Handle::<Shop>::with_options(Arc::clone(&store), options);
    let id = runtime.block_on(order_of_1000(&shop));
    let stream = StreamName::new("shop.order", &id.to_string()).unwrap();
    let events = runtime.block_on(store.read_stream(&stream, 0)).unwrap();
    assert_eq!(events.len(), 1_000);

    let mut group = criterion.benchmark_group("load 1,000 events");
    group.bench_function("cim", |b| {
        b.iter(|| runtime.block_on(shop.load::<Order>(black_box(&id))).unwrap().version());
    });
    group.bench_function("decode and re-hash the same bytes", |b| {
        b.iter(|| black_box(&events).iter().map(decode).filter(|sound| *sound).count());
    });
    group.finish();
}

fn decode(event: &StoredEvent) -> bool {
    let envelope = Envelope::decode(&event.block).unwrap();
    let mut data = Decoder::new(envelope.data);
    let event_data = OrderEvent::decode(envelope.event_type, envelope.schema, &mut data);
    black_box(event_data.unwrap().unwrap());
    EventCid::of(&event.block) == event.cid
}

criterion_group!(benches, load);
criterion_main!(benches);
