//! Rows in a bucket, on real servers.

mod gaps;
mod history;
mod older;
mod removed;
mod ring;
mod together;

use std::sync::Arc;
use std::time::Duration;

use cim_test_nats::Server;

use super::BucketRows;
use super::ring::PLACES;
use crate::rows::RowBatch;
use crate::store::JetStreamStore;

const SPACE: &str = "s";

/// The rows of a process of its own.
async fn rows_on(server: &Server) -> BucketRows {
    remembering(server, super::REMEMBERED).await
}

async fn remembering(server: &Server, remembered: Duration) -> BucketRows {
    let store = JetStreamStore::connect(&server.url()).await.unwrap();
    BucketRows::remembering(Arc::clone(&store.0.server), 1, remembered).await.unwrap()
}

/// The keys of the rows that a process answers from.
async fn keys(rows: &BucketRows) -> Vec<Vec<u8>> {
    let found = rows.look(SPACE).await.unwrap().rows("goods", &[], &[], 10_000).unwrap();
    found.iter().map(|(key, _)| key.to_vec()).collect()
}

/// Writes one row so often that each place of the ring is taken once, and all other rows that stood
/// there stand elsewhere. Returns the checkpoint.
async fn around(rows: &BucketRows, from: u64) -> u64 {
    let to = from + PLACES as u64;
    for position in from..to {
        let mut batch = RowBatch::new(position, position + 1);
        batch.put("other", b"hot".to_vec(), position.to_be_bytes().to_vec());
        rows.write(SPACE, batch).await.unwrap();
    }
    to
}

/// How many messages there are.
async fn messages(rows: &BucketRows) -> usize {
    rows.bucket.stream().await.info().await.unwrap().state.messages as usize
}
