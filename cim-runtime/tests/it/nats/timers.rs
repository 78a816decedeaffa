//! Timers whose rows are in a bucket.

use std::sync::Arc;

use cim_test_nats::Server;

use super::store_on;
use crate::reactions::due_meanwhile;
use crate::timers::{cancelled_while_it_fires, jumping, put_back};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_timer_that_is_cancelled_while_it_fires_does_no_harm() {
    for is_stored in [false, true] {
        let server = Server::start();
        cancelled_while_it_fires(Arc::new(store_on(&server).await), is_stored).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_became_due_while_nothing_ran_is_sent_once_on_return() {
    let server = Server::start();
    due_meanwhile(Arc::new(store_on(&server).await)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_clock_that_jumps_neither_loses_nor_doubles_a_timer() {
    for is_stored in [false, true] {
        let server = Server::start();
        put_back(Arc::new(store_on(&server).await), is_stored).await;
    }
    let server = Server::start();
    jumping(Arc::new(store_on(&server).await), 20).await;
}
