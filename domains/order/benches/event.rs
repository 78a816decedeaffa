//! Creating an event, whole: build, encode, hash, CID, link.

#![allow(missing_docs, reason = "a bench has no public items")]
#![allow(clippy::unwrap_used, reason = "a bench that cannot go on should stop")]

mod floor;

use std::hint::black_box;

use cim_order::order::{Order, OrderEvent, OrderId, OrderPlaced};
use cim_runtime::engine::{Live, Message};
use cim_runtime::{Actor, Envelope, Timestamp, Uuid, car};
use criterion::{Criterion, criterion_group, criterion_main};
use floor::block::{Block, Placed, by_hand};

fn create(criterion: &mut Criterion) {
    let id: OrderId = "990001".parse().unwrap();
    let mut live = Live::<Order>::new(&id).unwrap();
    let message = Message {
        command_id: Uuid::from_u128(0x0198_0000_0000_7000_8000_0000_0000_0001),
        repeatable: false,
        actor: Actor::new("front desk"),
        now: Timestamp::constant(1_767_225_600, 0),
        cause: None,
    };
    let items = ["880001", "880002"];
    let place = || {
        let items = items.map(|item| item.parse().unwrap()).to_vec();
        cim_order::order::PlaceOrder { items, price_cents: 52_496 }
    };
    let decided = live.decide(place(), &message).unwrap();
    let events: Vec<OrderEvent> = decided.as_slice().to_vec();
    assert!(matches!(&events[0], OrderEvent::OrderPlaced(OrderPlaced { .. })));

    // The same bytes, by hand and through serde.
    let commit = live.commit(&events, &message).unwrap();
    let (_, block) = car::Sections::new(commit.sections().clone()).next().unwrap().unwrap();
    let envelope = Envelope::decode(&block).unwrap();
    let items = items.map(str::to_owned);
    let placed = Placed {
        at: envelope.at.as_microsecond(),
        id: envelope.id,
        items: &items,
        price_cents: 52_496,
        prev: None,
        actor: envelope.actor,
        event: envelope.event_id.into_bytes(),
        command: envelope.command_id.into_bytes(),
        version: 1,
    };
    let mut bytes = Vec::new();
    by_hand(&placed, &mut bytes);
    assert_eq!(bytes, block, "by hand");
    assert_eq!(serde_ipld_dagcbor::to_vec(&Block::from(&placed)).unwrap(), block, "through serde");

    let mut group = criterion.benchmark_group(format!("create an event of {} bytes", block.len()));
    group.bench_function("cim", |b| {
        b.iter(|| live.commit(black_box(&events), black_box(&message)).unwrap());
    });
    group.bench_function("by hand + blake3", |b| {
        b.iter(|| {
            let mut bytes = Vec::with_capacity(512);
            by_hand(black_box(&placed), &mut bytes);
            (blake3::hash(&bytes), bytes)
        });
    });
    group.bench_function("serde_ipld_dagcbor + blake3", |b| {
        b.iter(|| {
            let bytes = serde_ipld_dagcbor::to_vec(&Block::from(black_box(&placed))).unwrap();
            (blake3::hash(&bytes), bytes)
        });
    });
    group.finish();
}

criterion_group!(benches, create);
criterion_main!(benches);
