//! Several rows in one message: a transaction with few is one, and what is made from many events at once
//! is written as few messages.
//!
//! A row that changes later is written behind them, and wins as it comes later. That one of many was
//! removed has to be kept for as long as they are.

use bytes::{Buf as _, BufMut as _, Bytes, BytesMut};

use crate::rows::{RowChange, medium_key};

/// From so many rows on they are packed.
pub(super) const MANY: usize = 256;

/// How many bytes a message has, a little more or less.
const SIZE: usize = 256 << 10;

/// What stands for the length of a row that is removed.
const REMOVED: u32 = u32::MAX;

/// A row of the space by its [`medium_key`], or that there is none.
type Row = (Bytes, Option<Bytes>);

/// The rows as few messages, in order, each of so many bytes at most, unless a single row has more.
pub(super) fn pack(rows: &[&RowChange], most: usize) -> Vec<Bytes> {
    let most = most.min(SIZE);
    let (mut packed, mut bytes) = (Vec::new(), BytesMut::new());
    for change in rows {
        let key = medium_key(change.table, &change.key);
        let value = change.value.as_deref();
        if !bytes.is_empty() && bytes.len() + key.len() + value.map_or(0, <[u8]>::len) > most {
            packed.push(bytes.split().freeze());
        }
        put(&mut bytes, &key, value);
    }
    packed.push(bytes.freeze());
    packed
}

/// The rows as a part of one message that has so many bytes at most; `None` if they are more.
pub(super) fn pack_all<'a>(
    rows: impl IntoIterator<Item = &'a RowChange>,
    most: usize,
) -> Option<Bytes> {
    let mut bytes = BytesMut::new();
    for change in rows {
        put(&mut bytes, &medium_key(change.table, &change.key), change.value.as_deref());
        if bytes.len() > most {
            return None;
        }
    }
    Some(bytes.freeze())
}

fn put(bytes: &mut BytesMut, key: &[u8], value: Option<&[u8]>) {
    bytes.put_u32(key.len() as u32);
    bytes.put_slice(key);
    bytes.put_u32(value.map_or(REMOVED, |value| value.len() as u32));
    bytes.put_slice(value.unwrap_or_default());
}

/// The rows of a message; `None` if it is none of these.
pub(super) fn unpack(mut bytes: Bytes) -> Option<Vec<Row>> {
    let mut rows = Vec::new();
    while !bytes.is_empty() {
        let len = bytes.try_get_u32().ok()?;
        let key = take(&mut bytes, len)?;
        let value = match bytes.try_get_u32().ok()? {
            REMOVED => None,
            len => Some(take(&mut bytes, len)?),
        };
        rows.push((key, value));
    }
    Some(rows)
}

fn take(bytes: &mut Bytes, len: u32) -> Option<Bytes> {
    let len = len as usize;
    (len <= bytes.len()).then(|| bytes.split_to(len))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(number: u32) -> RowChange {
        let value = (!number.is_multiple_of(3)).then(|| vec![number as u8; number as usize % 500]);
        RowChange { table: "goods", key: number.to_be_bytes().to_vec(), value }
    }

    #[test]
    fn rows_are_read_back_in_order() {
        let rows: Vec<_> = (0..5000).map(change).collect();
        let packed = pack(&rows.iter().collect::<Vec<_>>(), 100_000);
        assert!(packed.len() > 3 && packed.iter().all(|bytes| bytes.len() < 101_000));
        let read: Vec<_> = packed.into_iter().flat_map(|bytes| unpack(bytes).unwrap()).collect();
        let expected = rows.iter().map(|change| {
            let key = Bytes::from(medium_key(change.table, &change.key));
            (key, change.value.clone().map(Bytes::from))
        });
        assert_eq!(read, expected.collect::<Vec<_>>());
    }

    #[test]
    fn all_of_them_are_one_message_or_none() {
        let rows: Vec<_> = (0..100).map(change).collect();
        let packed = pack_all(&rows, SIZE).unwrap();
        assert_eq!(unpack(packed.clone()).unwrap().len(), 100);
        assert_eq!(pack_all(&rows, packed.len()), Some(packed.clone()));
        assert_eq!(pack_all(&rows, packed.len() - 1), None);
        assert_eq!(pack_all(&[], 0), Some(Bytes::new()));
    }

    #[test]
    fn half_a_message_is_none() {
        let whole = pack(&[&change(1)], SIZE).remove(0);
        for len in 1..whole.len() {
            assert_eq!(unpack(whole.slice(..len)), None, "{len}");
        }
        assert_eq!(unpack(Bytes::new()), Some(Vec::new()));
    }
}
