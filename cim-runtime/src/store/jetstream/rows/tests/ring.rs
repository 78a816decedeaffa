//! Transactions at their places.

use cim_test_nats::Server;

use super::super::ring::PLACES;
use super::{SPACE, around, keys, messages, rows_on};
use crate::rows::{RowBatch, RowStore as _};

fn batch(from: u64, to: u64, keys: impl IntoIterator<Item = u32>) -> RowBatch {
    let mut batch = RowBatch::new(from, to);
    for key in keys {
        batch.put("goods", key.to_be_bytes().to_vec(), to.to_be_bytes().to_vec());
    }
    batch
}

#[tokio::test]
async fn a_row_that_changes_often_is_never_a_value_of_its_own() {
    let server = Server::start();
    let writer = rows_on(&server).await;
    let position = around(&writer, 0).await;
    around(&writer, position).await;
    assert_eq!(messages(&writer).await, 1 + PLACES);
    let hot = writer.bucket.subjects(SPACE).of_row("other", b"hot");
    assert!(writer.bucket.last(&hot).await.unwrap().is_none());
    let view = rows_on(&server).await.look(SPACE).await.unwrap();
    let last = (2 * PLACES as u64 - 1).to_be_bytes();
    assert_eq!(view.row("other", b"hot").unwrap().unwrap(), last.as_slice());
}

#[tokio::test]
async fn rows_that_would_be_gone_are_written_again_many_at_once() {
    let server = Server::start();
    let writer = rows_on(&server).await;
    for position in 0..PLACES as u64 {
        let keys = [position as u32];
        writer.write(SPACE, batch(position, position + 1, keys)).await.unwrap();
    }
    assert_eq!(messages(&writer).await, 1 + PLACES);
    let position = PLACES as u64;
    writer.write(SPACE, batch(position, position + 1, [PLACES as u32])).await.unwrap();
    // All but the one that comes now.
    let count = PLACES;
    assert_eq!(messages(&writer).await, 1 + PLACES + count);
    around(&writer, position + 1).await;
    assert_eq!(messages(&writer).await, 1 + PLACES + count + 1);
    assert_eq!(keys(&rows_on(&server).await).await.len(), count + 1);
}

// Each place is full of rows that stand nowhere else, and the next transaction is too large for a message.
#[tokio::test]
async fn what_has_no_room_for_what_it_replaces_is_written_behind_it() {
    let server = Server::start();
    let writer = rows_on(&server).await;
    let mut position = 0;
    for number in 0..PLACES as u32 + 5 {
        let keys = number * 499..number * 499 + 499;
        writer.write(SPACE, batch(position, position + 1, keys)).await.unwrap();
        position += 1;
    }
    let large = PLACES as u32 * 1000;
    writer.write(SPACE, batch(position, position + 1, large..large + 999)).await.unwrap();
    let view = rows_on(&server).await.look(SPACE).await.unwrap();
    let rows = view.rows("goods", &[], &[], usize::MAX).unwrap();
    assert_eq!(rows.len(), (PLACES + 5) * 499 + 999);
    assert_eq!(view.checkpoint().unwrap(), position + 1);
}

#[tokio::test]
async fn a_row_too_large_for_a_place_is_a_value_of_its_own() {
    let server = Server::start();
    let (writer, reader) = (rows_on(&server).await, rows_on(&server).await);
    for (from, size) in [(0, 300 << 10), (1, 10)] {
        let mut batch = RowBatch::new(from, from + 1);
        batch.put("goods", b"large".to_vec(), vec![7; size]);
        writer.write(SPACE, batch).await.unwrap();
        assert_eq!(messages(&writer).await, 1 + PLACES + 1);
        let view = reader.look(SPACE).await.unwrap();
        assert_eq!(view.row("goods", b"large").unwrap().unwrap(), vec![7; size]);
    }
}

#[tokio::test]
async fn a_row_with_a_long_key_is_a_value_of_its_own() {
    let server = Server::start();
    let writer = rows_on(&server).await;
    let mut batch = RowBatch::new(0, 1);
    batch.put("goods", vec![b'k'; 1025], vec![7]);
    writer.write(SPACE, batch).await.unwrap();
    assert_eq!(messages(&writer).await, 1 + PLACES + 1);
    let position = around(&writer, 1).await;
    // One that the server does not take is refused, and nothing else with it.
    let mut batch = RowBatch::new(position, position + 1);
    batch.put("goods", vec![b'k'; 5000], vec![7]);
    writer.write(SPACE, batch).await.unwrap_err();
    around(&writer, position).await;
    assert_eq!(keys(&rows_on(&server).await).await, [vec![b'k'; 1025]]);
}

#[tokio::test]
async fn large_rows_are_written_again_a_few_at_a_time() {
    let server = Server::start();
    let writer = rows_on(&server).await;
    for position in 0..PLACES as u64 + 2 {
        let mut batch = RowBatch::new(position, position + 1);
        batch.put("goods", vec![position as u8, (position >> 8) as u8], vec![7; 100 << 10]);
        writer.write(SPACE, batch).await.unwrap();
    }
    let values = messages(&writer).await - 1 - PLACES;
    assert!((2..60).contains(&values), "{values}");
    assert_eq!(keys(&rows_on(&server).await).await.len(), PLACES + 2);
}

#[tokio::test]
async fn the_last_transaction_is_found_whatever_its_place() {
    let server = Server::start();
    let writer = rows_on(&server).await;
    around(&writer, 0).await;
    for position in PLACES as u64..PLACES as u64 + 3 {
        writer.write(SPACE, batch(position, position + 1, [1])).await.unwrap();
        let last = writer.bucket.last(&writer.bucket.subjects(SPACE).transactions()).await;
        let state = writer.bucket.stream().await.info().await.unwrap().state.clone();
        assert_eq!(last.unwrap().unwrap().sequence, state.last_sequence);
    }
}

#[tokio::test]
async fn a_message_is_no_larger_than_the_server_takes() {
    let server = Server::options().setting("max_payload: 65536").start();
    let writer = rows_on(&server).await;
    let mut batch = RowBatch::new(0, 1);
    (0..40).for_each(|key| batch.put("goods", vec![key], vec![7; 2000]));
    writer.write(SPACE, batch).await.unwrap();
    assert_eq!(messages(&writer).await, 1 + PLACES + 40);
    assert_eq!(keys(&rows_on(&server).await).await.len(), 40);
}

#[tokio::test]
async fn whoever_writes_in_a_space_that_was_cleared_is_refused() {
    let server = Server::start();
    let (late, other, reader) =
        (rows_on(&server).await, rows_on(&server).await, rows_on(&server).await);
    for position in 0..3 {
        late.write(SPACE, batch(position, position + 1, [1])).await.unwrap();
    }
    assert_eq!(keys(&reader).await.len(), 1);
    let clear = |rows: super::BucketRows| async move {
        tokio::task::spawn_blocking(move || rows.clear(SPACE)).await.unwrap().unwrap();
    };
    clear(other.clone()).await;
    // The next place was taken by nobody.
    let error = late.write(SPACE, batch(3, 4, [2])).await.unwrap_err();
    assert!(error.is_conflict(), "{error}");
    assert_eq!((messages(&other).await, keys(&reader).await.len()), (0, 0));

    other.write(SPACE, batch(0, 9, [3, 4])).await.unwrap();
    let error = late.write(SPACE, batch(3, 4, [2])).await.unwrap_err();
    assert!(error.is_conflict(), "{error}");
    for rows in [late, other.clone(), reader, rows_on(&server).await] {
        assert_eq!(rows.look(SPACE).await.unwrap().checkpoint().unwrap(), 9);
        assert_eq!(keys(&rows).await.len(), 2);
    }
    other.write("t", batch(0, 1, [1])).await.unwrap();
    let spaces = tokio::task::spawn_blocking(move || other.spaces()).await.unwrap().unwrap();
    assert_eq!(spaces, [SPACE, "t"]);
}

// The space has begun, or rows were written again, and then the process ended.
#[tokio::test]
async fn whoever_takes_over_goes_on_from_whatever_was_written_last() {
    let server = Server::start();
    let one = rows_on(&server).await;
    let subjects = one.bucket.subjects(SPACE);
    let mut copy = Default::default();
    one.begin(&mut copy, SPACE, &subjects).await.unwrap();
    let late = rows_on(&server).await;
    let other = rows_on(&server).await;
    other.refresh(&subjects, &mut *other.space(SPACE).copy.lock().await).await.unwrap();
    for position in 0..PLACES as u64 - 1 {
        other.write(SPACE, batch(position, position + 1, [position as u32])).await.unwrap();
    }
    // Those that are in the way of the one behind the next.
    let space = other.space(SPACE);
    let copy = &mut *space.copy.lock().await;
    for _ in 0..2 {
        other.write_again(copy, SPACE, &subjects).await.unwrap();
    }
    assert_eq!(messages(&other).await, 1 + PLACES + PLACES - 1);

    let next = rows_on(&server).await;
    let position = PLACES as u64 - 1;
    next.look(SPACE).await.unwrap();
    next.write(SPACE, batch(position, position + 1, [7])).await.unwrap();
    assert!(late.write(SPACE, batch(0, 1, [7])).await.unwrap_err().is_conflict());
    for rows in [next, late, rows_on(&server).await] {
        assert_eq!(rows.look(SPACE).await.unwrap().checkpoint().unwrap(), position + 1);
        assert_eq!(keys(&rows).await.len(), PLACES - 1);
    }
}
