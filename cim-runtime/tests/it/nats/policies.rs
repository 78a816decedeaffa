//! Policies whose rows are in a bucket: what is promised of them anywhere.

use std::sync::Arc;

use cim_test_nats::Server;

use super::store_on;
use crate::policies;

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
