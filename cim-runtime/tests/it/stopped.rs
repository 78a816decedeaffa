//! Workers that were stopped: nothing of them is left.

use cim_runtime::prelude::*;

use crate::chance::Random;
use crate::reactions::{Bell, Ear, Hearing, Ring, Rung, ear};

/// How often each bell was rung.
#[derive(Tables)]
pub struct Rings {
    count: Table<u32, u32>,
}

#[projection]
impl Rings {
    #[on]
    fn rung(&mut self, event: &Recorded<Rung>) {
        *self.count.get_or_default(&event.event.number) += 1;
    }
}

#[system(aggregates(Bell, Ear), policies(Hearing), projections(Rings))]
pub struct Steeple;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_stops_workers_opens_the_store_again_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().display().to_string();
    let mut random = Random::new(3);
    for round in 0..60 {
        let steeple = Steeple::open(&path).await;
        let steeple = steeple.unwrap_or_else(|error| panic!("round {round}: {error}"));
        let workers = steeple.start().await.unwrap();
        for _ in 0..random.below(4) {
            steeple.send(&ear(random.below(3)), Ring { times: random.below(20) }).await.unwrap();
        }
        // In the middle of whatever they do.
        for _ in 0..random.below(40) {
            tokio::task::yield_now().await;
        }
        workers.stop().await;
    }
}
