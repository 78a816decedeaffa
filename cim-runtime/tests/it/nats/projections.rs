//! Projections whose rows are in a bucket: what is promised of them anywhere.

use std::sync::Arc;

use cim_test_nats::Server;

use super::store_on;
use crate::projections;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_is_cut_short_counts_each_event_once() {
    let server = Server::start();
    projections::cut_short(Arc::new(store_on(&server).await), 50).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_event_that_cannot_be_taken_is_put_aside_and_the_rest_goes_on() {
    let server = Server::start();
    projections::put_aside(Arc::new(store_on(&server).await)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_projection_that_stops_says_at_which_event_and_can_be_made_anew() {
    let server = Server::start();
    projections::stopped_at("plum", Arc::new(store_on(&server).await)).await;
}
