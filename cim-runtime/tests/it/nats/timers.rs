//! Timers whose rows are in a bucket.

use std::sync::Arc;

use cim_test_nats::Server;

use super::store_on;
use crate::timers::cancelled_while_it_fires;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_timer_that_is_cancelled_while_it_fires_does_no_harm() {
    for is_stored in [false, true] {
        let server = Server::start();
        cancelled_while_it_fires(Arc::new(store_on(&server).await), is_stored).await;
    }
}
