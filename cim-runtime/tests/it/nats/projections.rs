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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_event_of_a_newer_version_stops_and_is_not_skipped() {
    let server = Server::start();
    projections::of_a_newer_version(Arc::new(store_on(&server).await)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_event_that_a_program_does_not_know_is_not_passed_over() {
    let server = Server::start();
    crate::any_event::of_an_unknown_type(Arc::new(store_on(&server).await)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_that_both_believe_they_are_the_one_count_each_event_once() {
    let server = Server::start();
    let one = Arc::new(store_on(&server).await);
    projections::both_believe([one, Arc::new(store_on(&server).await)]).await;
}
