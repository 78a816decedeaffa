//! What was replaced before it was read.

use bytes::Bytes;
use uuid::Uuid;

use super::super::Change;
use super::super::copy::Copy;
use super::super::message::{Beginning, Entry, State, Subjects, nonce};
use super::super::packed::pack_all;
use crate::rows::{RowChange, RowView as _};

const PLACES: usize = 4;

/// The messages of a space.
struct Messages {
    subjects: Subjects,
    epoch: Uuid,
}

fn row(key: &str, value: Option<&str>) -> RowChange {
    let (key, value) = (key.as_bytes().to_vec(), value.map(|value| value.as_bytes().to_vec()));
    RowChange { table: "goods", key, value }
}

impl Messages {
    fn new() -> Self {
        Self { subjects: Subjects::new("$KV.B", "$KV.B", "s"), epoch: nonce() }
    }

    fn state(&self, position: u64) -> State {
        State { position, epoch: self.epoch, write: nonce(), last: Vec::new() }
    }

    fn beginning(&self, sequence: u64) -> Change {
        let beginning = Beginning { places: PLACES, is_empty: true, state: self.state(0) };
        let value = Some(Bytes::from(beginning.to_text()));
        Change { sequence, subject: self.subjects.beginning(), value }
    }

    /// The transaction of this number, which leads to the position of the same number.
    fn entry(&self, sequence: u64, number: u64, beside: usize, rows: &[RowChange]) -> Change {
        let state = self.state(number);
        let entry = Entry { number, beside, says_again: false, state };
        let value = Some(entry.with(&pack_all(rows, 1000).unwrap()));
        let place = (number % PLACES as u64) as usize;
        Change { sequence, subject: self.subjects.place(place), value }
    }

    fn value(&self, sequence: u64, key: &str, value: &str) -> Change {
        let subject = self.subjects.of_row("goods", key.as_bytes());
        Change { sequence, subject, value: Some(Bytes::copy_from_slice(value.as_bytes())) }
    }

    fn read(&self, copy: &mut Copy, changes: impl IntoIterator<Item = Change>) {
        changes.into_iter().for_each(|change| copy.take(&self.subjects, change).unwrap());
    }
}

fn goods(copy: &Copy) -> Vec<(String, String)> {
    let rows = copy.view().rows("goods", &[], &[], 100).unwrap();
    let text = |bytes: &Bytes| String::from_utf8(bytes.to_vec()).unwrap();
    rows.iter().map(|(key, value)| (text(key), text(value))).collect()
}

fn pairs(rows: &[(&str, &str)]) -> Vec<(String, String)> {
    rows.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
}

#[test]
fn a_transaction_that_is_gone_is_waited_for_until_what_has_replaced_it_is_read() {
    let (messages, mut copy) = (Messages::new(), Copy::default());
    messages
        .read(&mut copy, [messages.beginning(5), messages.entry(6, 1, 0, &[row("a", Some("1"))])]);
    assert!(!copy.has_gap());
    // The second had a row that the fifth has changed since; the sixth has taken its place.
    messages.read(&mut copy, [messages.entry(8, 3, 0, &[]), messages.entry(9, 4, 0, &[])]);
    assert!(copy.has_gap());
    assert!(!copy.is_followed_by(&messages.entry(10, 5, 0, &[]).value.unwrap()));
    copy.replaced_until(11);
    assert!(copy.has_gap());
    messages.read(&mut copy, [messages.entry(10, 5, 0, &[row("b", Some("5"))])]);
    assert!(copy.has_gap(), "the sixth is not read");
    messages.read(&mut copy, [messages.entry(11, 6, 0, &[])]);
    assert!(!copy.has_gap());
    assert_eq!((copy.checkpoint(), goods(&copy)), (6, pairs(&[("a", "1"), ("b", "5")])));
    // Another one, of which it turns out that nobody has written since.
    messages.read(&mut copy, [messages.entry(20, 9, 0, &[])]);
    assert!(copy.has_gap());
    copy.replaced_until(20);
    assert!(!copy.has_gap());
}

#[test]
fn a_gap_behind_a_gap_is_another_one() {
    let (messages, mut copy) = (Messages::new(), Copy::default());
    messages.read(&mut copy, [messages.beginning(5), messages.entry(7, 2, 0, &[])]);
    copy.replaced_until(8);
    // What the next reading finds has a gap before the end of the first.
    messages.read(&mut copy, [messages.entry(9, 4, 0, &[])]);
    assert!(copy.has_gap());
    copy.replaced_until(9);
    assert!(!copy.has_gap());
}

#[test]
fn a_value_that_is_missing_beside_its_transaction_is_a_gap() {
    let (messages, mut copy) = (Messages::new(), Copy::default());
    messages.read(&mut copy, [messages.beginning(5), messages.value(6, "a", "1")]);
    assert_eq!(goods(&copy), pairs(&[]), "it counts with its transaction");
    assert!(!copy.is_followed_by(&messages.entry(7, 1, 0, &[]).value.unwrap()));
    messages.read(&mut copy, [messages.entry(8, 1, 1, &[])]);
    assert!(!copy.has_gap());
    assert_eq!(goods(&copy), pairs(&[("a", "1")]));
    // A batch that is being stored has replaced one of two values, and not yet the transaction.
    messages.read(&mut copy, [messages.value(10, "b", "2"), messages.entry(11, 2, 2, &[])]);
    assert!(copy.has_gap());
    messages.read(&mut copy, [messages.value(12, "a", "3"), messages.entry(13, 3, 1, &[])]);
    copy.replaced_until(13);
    assert!(!copy.has_gap());
    assert_eq!(goods(&copy), pairs(&[("a", "3"), ("b", "2")]));
}

#[test]
fn who_begins_anew_leaves_nothing_of_what_was_read() {
    let (messages, mut copy) = (Messages::new(), Copy::default());
    messages
        .read(&mut copy, [messages.beginning(5), messages.entry(7, 2, 0, &[row("a", Some("1"))])]);
    messages.read(&mut copy, [messages.value(9, "b", "2")]);
    let anew = Messages::new();
    anew.read(&mut copy, [anew.beginning(20)]);
    assert!(!copy.has_gap());
    assert_eq!((copy.checkpoint(), goods(&copy)), (0, pairs(&[])));
    // And nothing of the other is taken for a part of this.
    assert!(!copy.is_followed_by(&messages.entry(21, 1, 0, &[]).value.unwrap()));
    assert!(copy.take(&messages.subjects, messages.entry(21, 1, 0, &[])).is_err());
    anew.read(&mut copy, [anew.entry(21, 1, 0, &[row("c", Some("3")), row("a", None)])]);
    assert_eq!(goods(&copy), pairs(&[("c", "3")]));
}
