//! Durable commands from 64 callers on the embedded store, against a loop written by hand: state in
//! memory, decide, encode, hash, append to a file, one fdatasync for each group of 64.
//!
//! The two run in turn, so that both see the same disk; the ratios are those of each pair.

#![allow(missing_docs, reason = "a bench has no public items")]
#![allow(clippy::unwrap_used, reason = "a bench that cannot go on should stop")]

mod floor;

use std::collections::HashMap;
use std::fs::File;
use std::io::Write as _;
use std::path::Path;
use std::time::Instant;

use cim_order::Shop;
use cim_order::item::ItemId;
use cim_order::order::{ConfirmOrder, OrderId, PayOrder, PlaceOrder, RemindOfPayment};
use cim_runtime::{Actor, Handle, store};
use floor::block::{Placed, by_hand};
use floor::machine::{Command, Event, Order, State};

const CALLERS: usize = 64;
const PAIRS: usize = 9;

/// The commands of one order: one place, one confirmation, six reminders, one payment.
const COMMANDS: usize = 9;

fn main() {
    let orders: usize = std::env::var("ORDERS").ok().and_then(|n| n.parse().ok()).unwrap_or(51_200);
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let commands = orders * COMMANDS;
    println!("{commands} commands a run, {CALLERS} callers, {PAIRS} pairs");
    println!(
        "{:>12} {:>12} {:>12} {:>8} {:>10}",
        "by hand /s", "cim /s", "reopened /s", "ratio", "reopened"
    );
    let mut ratios = Vec::new();
    let mut reopened_ratios = Vec::new();
    for _ in 0..PAIRS {
        let folder = tempfile::tempdir().expect("a folder");
        let hand = rate(commands, || by_hand_loop(&folder.path().join("floor"), orders));
        let path = folder.path().join("store");
        let cim = rate(commands, || runtime.block_on(cim(&path, "a", orders)));
        let reopened = rate(commands, || runtime.block_on(cim_reopened(&path, orders)));
        let (ratio, reopened_ratio) = (cim / hand, reopened / cim);
        println!("{hand:>12.0} {cim:>12.0} {reopened:>12.0} {ratio:>8.2} {reopened_ratio:>10.2}");
        ratios.push(ratio);
        reopened_ratios.push(reopened_ratio);
    }
    println!("cim / by hand: median {:.2}", median(&mut ratios));
    println!("reopened / before: median {:.2}", median(&mut reopened_ratios));
}

fn rate(commands: usize, run: impl FnOnce() -> f64) -> f64 {
    commands as f64 / run()
}

fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

async fn cim(path: &Path, prefix: &str, orders: usize) -> f64 {
    let store = store::open(path.to_str().expect("UTF-8")).expect("a store");
    let shop = Handle::<Shop>::over(store);
    let start = Instant::now();
    drive(&shop, prefix, orders).await;
    start.elapsed().as_secs_f64()
}

/// Opening is measured elsewhere: here it is the rate afterwards.
async fn cim_reopened(path: &Path, orders: usize) -> f64 {
    cim(path, "b", orders).await
}

async fn drive(shop: &Handle<Shop>, prefix: &str, orders: usize) {
    let callers = (0..CALLERS).map(|caller| {
        let shop = shop.acting_as(Actor::new("front desk"));
        let prefix = prefix.to_owned();
        tokio::spawn(async move {
            for number in (caller..orders).step_by(CALLERS) {
                let id: OrderId = format!("{prefix}{number}").parse().expect("an id");
                shop.send(&id, PlaceOrder { items: items(), price_cents: 52_496 })
                    .await
                    .expect("placed");
                shop.send(&id, ConfirmOrder).await.expect("confirmed");
                for _ in 0..6 {
                    shop.send(&id, RemindOfPayment).await.expect("reminded");
                }
                shop.send(&id, PayOrder { cents: 52_496 }).await.expect("paid");
            }
        })
    });
    for caller in callers.collect::<Vec<_>>() {
        caller.await.expect("a caller");
    }
}

fn items() -> Vec<ItemId> {
    vec!["880001".parse().expect("an id"), "880002".parse().expect("an id")]
}

/// What the hand-written loop remembers of an order.
struct Live {
    order: Order,
    state: State,
    version: u64,
    head: Option<[u8; 36]>,
}

fn by_hand_loop(path: &Path, orders: usize) -> f64 {
    let mut file = File::create(path).expect("a file");
    let mut live: HashMap<String, Live> = HashMap::new();
    let actor = Actor::new("front desk");
    let start = Instant::now();
    let mut number = 0u64;
    for first in (0..orders).step_by(CALLERS) {
        for step in 0..COMMANDS {
            let mut group = Vec::with_capacity(CALLERS * 512);
            for order in first..(first + CALLERS).min(orders) {
                number += 1;
                let id = format!("a{order}");
                let command = command(step);
                let order = live.entry(id.clone()).or_insert_with(|| Live {
                    order: Order::default(),
                    state: State::Draft,
                    version: 0,
                    head: None,
                });
                let event = order.order.decide(order.state, command, &actor).expect("legal");
                order.state = order.order.evolve(order.state, &event).expect("legal");
                order.version += 1;
                append(&mut group, order, &id, &event, &actor, number);
            }
            file.write_all(&group).expect("appended");
            file.sync_data().expect("synced");
        }
    }
    start.elapsed().as_secs_f64()
}

fn command(step: usize) -> Command {
    match step {
        0 => Command::Place { items: items(), price_cents: 52_496 },
        1 => Command::Confirm,
        8 => Command::Pay { cents: 52_496 },
        _ => Command::Remind,
    }
}

/// Appends the event's section: length, CID, block.
fn append(
    group: &mut Vec<u8>,
    live: &mut Live,
    id: &str,
    event: &Event,
    actor: &Actor,
    number: u64,
) {
    let (items, price_cents) = match event {
        Event::Placed { items, price_cents } => (items.as_slice(), *price_cents),
        Event::Paid { cents } => (&[][..], *cents),
        _ => (&[][..], 0),
    };
    let items: Vec<String> = items.iter().map(ToString::to_string).collect();
    let mut ids = [0; 16];
    ids[8..].copy_from_slice(&number.to_be_bytes());
    let placed = Placed {
        at: std::time::SystemTime::now()
            .duration_since(std::time::UNIX_EPOCH)
            .expect("after 1970")
            .as_micros() as i64,
        id,
        items: &items,
        price_cents,
        prev: live.head,
        actor: actor.as_str(),
        event: ids,
        command: ids,
        version: live.version,
    };
    let mut block = Vec::with_capacity(512);
    by_hand(&placed, &mut block);
    let mut cid = [0; 36];
    cid[..4].copy_from_slice(&[1, 0x71, 0x1e, 32]);
    cid[4..].copy_from_slice(blake3::hash(&block).as_bytes());
    let len = cid.len() + block.len();
    group.extend_from_slice(&[len as u8 | 0x80, (len >> 7) as u8]);
    group.extend_from_slice(&cid);
    group.extend_from_slice(&block);
    live.head = Some(cid);
}
