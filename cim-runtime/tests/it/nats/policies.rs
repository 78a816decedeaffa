//! Policies whose rows are in a bucket: what is promised of them anywhere.

use std::sync::Arc;

use cim_runtime::store::Store;
use cim_test_nats::Server;

use super::store_on;
use crate::{policies, reactions};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_event_at_which_a_policy_fails_is_put_aside() {
    let server = Server::start();
    policies::put_aside(Arc::new(store_on(&server).await)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_policy_stops_where_it_fails() {
    let server = Server::start();
    policies::stopped_at_a_failure(Arc::new(store_on(&server).await)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_loop_is_stopped_and_shown() {
    let server = Server::start();
    policies::in_a_loop(Arc::new(store_on(&server).await)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_policy_stops_at_an_event_of_a_newer_version() {
    let server = Server::start();
    policies::of_a_newer_version(Arc::new(store_on(&server).await)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_three_that_all_believe_they_are_the_one_each_reaction_happens_once() {
    let server = Server::start();
    let mut stores = Vec::<Arc<dyn Store>>::new();
    for _ in 0..3 {
        stores.push(Arc::new(store_on(&server).await));
    }
    reactions::all_believe(stores).await;
}
