//! 64 callers where each server syncs before it answers: one server, and three.

use cim_order::Shop;
use cim_runtime::config::Config;
use cim_runtime::{Actor, Handle};
use cim_test_nats::{Cluster, Server, ServerOptions};

use crate::commands::{live_rate, payload};
use crate::numbers::median;
use crate::raw::Raw;
use crate::{CALLERS, COMMANDS, PAIRS};

pub async fn run() {
    let syncing = |options: ServerOptions| options.jetstream("sync_interval: always");
    let server = syncing(Server::options()).start();
    compare("R1", &server.url(), 1).await;
    drop(server);
    let cluster = Cluster::start_with(syncing);
    compare("R3", &cluster.url(), 3).await;
}

async fn compare(name: &str, url: &str, replicas: usize) {
    let orders = crate::orders(1_280);
    let shop = open(url, replicas, true).await;
    let alone = open(url, replicas, false).await;
    let raw = Raw::on(url, replicas).await;
    let payload = payload(url, &shop).await;
    println!("{name}, sync_interval: always, {} commands a run", orders * COMMANDS);
    println!("{:>12} {:>12} {:>12}", "client /s", "cim", "no batches");
    let (mut batched, mut single) = (Vec::new(), Vec::new());
    for pair in 0..PAIRS {
        let floor = raw.rate(pair, orders, &payload).await;
        let ours = live_rate(&shop, pair, orders).await;
        let plain = live_rate(&alone, PAIRS + pair, orders).await;
        println!("{floor:>12.0} {ours:>12.0} {plain:>12.0}");
        batched.push(ours / floor);
        single.push(plain / floor);
    }
    println!("{name}, {CALLERS} callers, cim / client: median {:.2}", median(&mut batched));
    println!("{name}, without batches: median {:.2}", median(&mut single));
}

/// A cluster takes a moment to choose who leads.
async fn open(url: &str, replicas: usize, syncs: bool) -> Handle<Shop> {
    let config = format!(
        "[nats]\nurl = \"{url}\"\n[jetstream]\nreplicas = {replicas}\n[event_store]\nsync_always = {syncs}"
    );
    let config = Config::parse(&config).unwrap();
    loop {
        if let Ok(shop) = Handle::<Shop>::configured(&config).await {
            return shop.acting_as(Actor::new("desk"));
        }
    }
}
