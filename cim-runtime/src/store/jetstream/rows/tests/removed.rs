//! What becomes of the rows that were removed.

use std::time::Duration;

use cim_test_nats::Server;

use super::super::ring::PLACES;
use super::{around, keys, messages, remembering};
use crate::rows::RowBatch;

/// Long enough that the server takes it, and that it has not passed before it is looked at.
const REMEMBERED: Duration = Duration::from_secs(2);

#[tokio::test]
async fn the_server_drops_what_says_that_a_row_was_removed() {
    let server = Server::start();
    let writer = remembering(&server, REMEMBERED).await;
    let reader = remembering(&server, REMEMBERED).await;
    let mut batch = RowBatch::new(0, 1);
    for key in [b"a", b"b", b"c"] {
        batch.put("goods", key.to_vec(), b"row".to_vec());
    }
    writer.write("s", batch).await.unwrap();
    let position = around(&writer, 1).await;
    assert_eq!(keys(&reader).await, [b"a", b"b", b"c"]);
    let mut batch = RowBatch::new(position, position + 1);
    batch.remove("goods", b"a".to_vec());
    batch.remove("goods", b"b".to_vec());
    writer.write("s", batch).await.unwrap();
    around(&writer, position + 1).await;

    let subjects = writer.bucket.subjects("s");
    let stored = |key: &[u8]| subjects.of_row("goods", key);
    assert!(writer.bucket.last(&stored(b"a")).await.unwrap().is_some(), "it is still known");
    while writer.bucket.last(&stored(b"a")).await.unwrap().is_some()
        || writer.bucket.last(&stored(b"b")).await.unwrap().is_some()
    {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert!(writer.bucket.last(&stored(b"c")).await.unwrap().is_some());
    // Whoever has not looked meanwhile cannot be told, and finds out all the same.
    assert_eq!(keys(&reader).await, [b"c"]);
    assert_eq!(keys(&writer).await, [b"c"]);
}

#[tokio::test]
async fn whoever_was_cut_off_reads_all_rows_anew() {
    let server = Server::start();
    let writer = remembering(&server, REMEMBERED).await;
    let reader = remembering(&server, REMEMBERED).await;
    for position in 0..2 {
        let mut batch = RowBatch::new(position, position + 1);
        batch.put("goods", vec![position as u8], b"row".to_vec());
        writer.write("s", batch).await.unwrap();
        assert_eq!(keys(&reader).await.len(), position as usize + 1);
    }
    let space = reader.space("s");
    let is_outdated =
        space.copy.lock().await.is_outdated(Duration::MAX, reader.bucket.connection() + 1);
    assert!(is_outdated);
    let is_outdated =
        space.copy.lock().await.is_outdated(Duration::MAX, reader.bucket.connection());
    assert!(!is_outdated);
}

#[tokio::test]
async fn what_was_written_as_many_in_one_message_is_changed_and_removed_like_any_row() {
    let server = Server::start();
    let writer = remembering(&server, REMEMBERED).await;
    let key = |number: u32| number.to_be_bytes().to_vec();
    let mut batch = RowBatch { bulk: true, ..RowBatch::new(0, 1) };
    (0..5000).for_each(|number| batch.put("goods", key(number), vec![1; 100]));
    writer.write("s", batch).await.unwrap();
    // How the space begins, its places, and three of rows.
    assert_eq!(messages(&writer).await, 1 + PLACES + 3);

    let mut batch = RowBatch::new(1, 2);
    batch.put("goods", key(1), b"changed".to_vec());
    batch.remove("goods", key(2));
    batch.put("goods", key(6000), b"new".to_vec());
    writer.write("s", batch).await.unwrap();
    let position = around(&writer, 2).await;
    let mut batch = RowBatch::new(position, position + 1);
    batch.remove("goods", key(6000));
    writer.write("s", batch).await.unwrap();
    let position = around(&writer, position + 1).await;
    // One that was never packed leaves nothing, and one that was could come back.
    let stored = |number| writer.bucket.subjects("s").of_row("goods", &key(number));
    while writer.bucket.last(&stored(6000)).await.unwrap().is_some() {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert!(writer.bucket.last(&stored(2)).await.unwrap().is_some());
    for rows in [writer, remembering(&server, REMEMBERED).await] {
        let view = rows.look("s").await.unwrap();
        assert_eq!(view.checkpoint().unwrap(), position);
        assert_eq!(view.row("goods", &key(1)).unwrap().unwrap(), "changed");
        assert_eq!(view.row("goods", &key(2)).unwrap(), None);
        assert_eq!(view.row("goods", &key(3)).unwrap().unwrap(), vec![1; 100]);
        assert_eq!(view.rows("goods", &[], &[], 10_000).unwrap().len(), 4999);
    }
}

// What a place still has of a row must not outlive the word that it was removed.
#[tokio::test]
async fn a_row_of_the_ring_that_is_removed_with_many_others_does_not_come_back() {
    let server = Server::start();
    let writer = remembering(&server, REMEMBERED).await;
    let mut batch = RowBatch::new(0, 1);
    batch.put("goods", b"a".to_vec(), b"row".to_vec());
    writer.write("s", batch).await.unwrap();
    let mut batch = RowBatch::new(1, 2);
    batch.remove("goods", b"a".to_vec());
    (0..600_u32).for_each(|other| batch.put("others", other.to_be_bytes().to_vec(), vec![1]));
    writer.write("s", batch).await.unwrap();
    let stored = writer.bucket.subjects("s").of_row("goods", b"a");
    assert!(writer.bucket.last(&stored).await.unwrap().is_some(), "it is still known");
    while writer.bucket.last(&stored).await.unwrap().is_some() {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(keys(&remembering(&server, REMEMBERED).await).await, [b""; 0]);
    // Nor is it written again, when its place is taken.
    around(&writer, 2).await;
    assert!(writer.bucket.last(&stored).await.unwrap().is_none());
    assert_eq!(keys(&remembering(&server, REMEMBERED).await).await, [b""; 0]);
}
