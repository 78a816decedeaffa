//! The JetStream store on real servers, and what happens to them.

mod batches;
mod bursts;
mod cluster;
mod configured;
mod contract;
mod credentials;
mod crowd;
mod cuts;
mod dead;
mod following;
mod index;
mod kills;
mod ledger;
mod lost;
mod policies;
mod projections;
mod rows;
mod services;
mod snapshots;
mod start_up;
mod stray;
mod streams;
mod timers;
mod traces;

use cim_runtime::store::JetStreamStore;
use cim_test_nats::Server;

/// A store with nothing in it.
async fn store_on(server: &Server) -> JetStreamStore {
    JetStreamStore::connect(&server.url()).await.unwrap()
}

/// A connection of somebody else.
async fn client_of(server: &Server) -> async_nats::Client {
    async_nats::connect(server.url()).await.unwrap()
}
