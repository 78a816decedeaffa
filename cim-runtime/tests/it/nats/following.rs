//! Who follows the stream of all events.

use std::time::Duration;

use cim_runtime::store::Store as _;
use cim_runtime::store::conformance::SampleStream;
use cim_test_nats::Server;
use futures::StreamExt as _;
use tokio::time::timeout;

use super::store_on;

/// More than what a consumer is asked for at once, twice.
const EVENTS: usize = 1_100;

/// A batch that waits for its end takes five seconds.
const SOON: Duration = Duration::from_secs(3);

#[tokio::test(flavor = "multi_thread")]
async fn what_comes_one_by_one_is_given_at_once() {
    let server = Server::start();
    let store = store_on(&server).await;
    let mut stream = SampleStream::new("trickle");
    let mut events = store.subscribe(0);
    for number in 1..=EVENTS {
        let commit = stream.commit(1);
        let cid = commit.head();
        store.commit(commit).await.unwrap();
        let event = timeout(SOON, events.next()).await;
        let event = event.unwrap_or_else(|_| panic!("event {number} has not come")).unwrap();
        assert_eq!(event.unwrap().cid, cid, "event {number}");
    }
}
