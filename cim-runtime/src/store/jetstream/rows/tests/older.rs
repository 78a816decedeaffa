//! A bucket in which a program has written that knew of no places.

use bytes::Bytes;
use cim_test_nats::Server;

use super::super::bucket::Written;
use super::super::message;
use super::{BucketRows, SPACE, keys, rows_on};
use crate::rows::{RowBatch, RowStore as _};

/// Writes as that program did; returns the sequence of the checkpoint.
async fn write(rows: &BucketRows, batch: RowBatch, epoch: uuid::Uuid, expected: u64) -> Written {
    let subjects = rows.bucket.subjects(SPACE);
    let values = batch.rows.iter().map(|change| {
        let key = crate::rows::medium_key(change.table, &change.key).into();
        rows.bucket.row(&subjects, &(key, change.value.clone().map(Bytes::from)), true)
    });
    let (epoch, write) = (epoch.simple(), message::nonce().simple());
    let checkpoint = format!("{} {epoch} {write} cid", batch.to);
    let to = subjects.to_beginning();
    rows.bucket.write(values.collect(), to, checkpoint.into(), expected).await
}

fn batch(from: u64, keys: std::ops::Range<u8>) -> RowBatch {
    let mut batch = RowBatch::new(from, from + 1);
    keys.for_each(|key| batch.put("goods", vec![key], vec![key]));
    batch
}

#[tokio::test]
async fn its_rows_are_read_and_it_writes_no_more_once_there_are_places() {
    let server = Server::start();
    let older = rows_on(&server).await;
    let (before, reader, writer) =
        (rows_on(&server).await, rows_on(&server).await, rows_on(&server).await);
    assert_eq!(before.look(SPACE).await.unwrap().checkpoint().unwrap(), 0);
    let epoch = message::nonce();
    let Written::At(first) = write(&older, batch(0, 0..100), epoch, 0).await else { panic!() };
    let mut second = batch(1, 5..6);
    second.remove("goods", vec![3]);
    let Written::At(second) = write(&older, second, epoch, first).await else { panic!() };
    for rows in [&before, &reader, &writer] {
        let view = rows.look(SPACE).await.unwrap();
        assert_eq!(view.checkpoint().unwrap(), 2);
        assert_eq!(view.row(crate::rows::LAST, &[]).unwrap().unwrap(), "cid");
        assert_eq!(keys(rows).await.len(), 99);
    }
    let Written::At(third) = write(&older, batch(2, 150..151), epoch, second).await else {
        panic!()
    };
    assert_eq!(keys(&reader).await.len(), 100);

    let mut next = batch(3, 200..201);
    next.remove("goods", vec![4]);
    // Its copy is older than what is there.
    assert!(writer.write(SPACE, batch(2, 0..1)).await.unwrap_err().is_conflict());
    writer.write(SPACE, next).await.unwrap();
    assert_eq!(write(&older, batch(3, 0..1), epoch, third).await, Written::Overtaken);
    for rows in [before, reader, writer.clone(), rows_on(&server).await] {
        let view = rows.look(SPACE).await.unwrap();
        assert_eq!(view.checkpoint().unwrap(), 4);
        assert_eq!(keys(&rows).await.len(), 100);
    }
    let spaces = tokio::task::spawn_blocking(move || writer.spaces()).await.unwrap().unwrap();
    assert_eq!(spaces, [SPACE]);
}
