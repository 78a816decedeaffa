//! What stands in the bucket: subjects, and the texts of transactions.

use bytes::{Bytes, BytesMut};
use uuid::Uuid;

use crate::id::{push_token, token_bytes};

/// The table of transactions, which no struct has as a field.
const CHECKPOINT: &str = "-checkpoint";

/// The table of many rows in one message, which no struct has as a field either.
const MANY: &str = "-many";

/// What stands for a key without bytes.
const EMPTY: &str = "-";

/// The subjects of one space.
#[derive(Debug, Clone)]
pub(super) struct Subjects {
    /// `$KV.<bucket>.<space>`, as messages are stored.
    stored: String,
    /// The same, as they are sent.
    sent: String,
}

impl Subjects {
    pub(super) fn new(stored: &str, sent: &str, space: &str) -> Self {
        let mut token = String::new();
        push_token(&mut token, space.as_bytes());
        Self { stored: format!("{stored}.{token}"), sent: format!("{sent}.{token}") }
    }

    /// All of them.
    pub(super) fn all(&self) -> String {
        format!("{}.>", self.stored)
    }

    /// How the space has begun.
    pub(super) fn beginning(&self) -> String {
        format!("{}.{CHECKPOINT}.{EMPTY}", self.stored)
    }

    /// Where it is sent to how the space begins.
    pub(super) fn to_beginning(&self) -> String {
        format!("{}.{CHECKPOINT}.{EMPTY}", self.sent)
    }

    /// The transaction at a place.
    pub(super) fn place(&self, place: usize) -> String {
        format!("{}.{CHECKPOINT}.{place}", self.stored)
    }

    /// Where a transaction is sent to.
    pub(super) fn to_place(&self, place: usize) -> String {
        format!("{}.{CHECKPOINT}.{place}", self.sent)
    }

    /// How the space has begun, and all transactions.
    pub(super) fn transactions(&self) -> String {
        format!("{}.{CHECKPOINT}.*", self.stored)
    }

    /// What a stored message is, if it is a transaction, or how the space has begun.
    pub(super) fn transaction(&self, subject: &str) -> Option<Transaction> {
        let rest = subject.strip_prefix(&self.stored)?.strip_prefix('.')?;
        match rest.strip_prefix(CHECKPOINT)?.strip_prefix('.')? {
            EMPTY => Some(Transaction::Beginning),
            place => place.parse().ok().map(Transaction::At),
        }
    }

    /// Where many rows are sent to, the part of this number of those that lead to a position.
    pub(super) fn to_many(&self, position: u64, part: usize) -> String {
        format!("{}.{MANY}.{position}-{part}", self.sent)
    }

    /// Whether a stored message has many rows.
    pub(super) fn is_many(&self, subject: &str) -> bool {
        let table = subject.strip_prefix(&self.stored).and_then(|rest| rest.strip_prefix('.'));
        table.and_then(|table| table.strip_prefix(MANY)).is_some_and(|rest| rest.starts_with('.'))
    }

    /// Where a row is sent to.
    pub(super) fn to_row(&self, table: &str, key: &[u8]) -> String {
        let mut subject = format!("{}.{table}.", self.sent);
        match key {
            [] => subject.push_str(EMPTY),
            key => push_token(&mut subject, key),
        }
        subject
    }

    /// The same, as it is stored.
    pub(super) fn of_row(&self, table: &str, key: &[u8]) -> String {
        let sent = self.to_row(table, key);
        format!("{}{}", self.stored, &sent[self.sent.len()..])
    }

    /// The table and the key of a stored message.
    pub(super) fn row<'a>(&self, subject: &'a str) -> Option<(&'a str, Vec<u8>)> {
        let rest = subject.strip_prefix(&self.stored)?.strip_prefix('.')?;
        let (table, key) = rest.split_once('.')?;
        let key = if key == EMPTY { Vec::new() } else { token_bytes(key)? };
        Some((table, key))
    }
}

/// Which of a space's transactions a message is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Transaction {
    /// How the space has begun.
    Beginning,
    /// The one at this place, or that none was written there yet.
    At(usize),
}

/// The subjects under which it stands how spaces have begun, where subjects begin with `stored`.
pub(super) fn all_beginnings(stored: &str) -> String {
    format!("{stored}.*.{CHECKPOINT}.{EMPTY}")
}

/// The space that a stored message is in.
pub(super) fn space(stored: &str, subject: &str) -> Option<String> {
    let rest = subject.strip_prefix(stored)?.strip_prefix('.')?;
    String::from_utf8(token_bytes(rest.split('.').next()?)?).ok()
}

/// A number that nobody else has.
pub(super) fn nonce() -> Uuid {
    Uuid::from_u128(rand::random())
}

/// How a space begins, with its places: empty, or as an older program has left it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Beginning {
    /// How many places it has.
    pub(super) places: usize,
    /// Whether there was nothing before.
    pub(super) is_empty: bool,
    pub(super) state: State,
}

/// What each transaction of a space says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct State {
    /// The checkpoint.
    pub(super) position: u64,
    /// Who has begun the space.
    pub(super) epoch: Uuid,
    /// Who has written this.
    pub(super) write: Uuid,
    /// The event at the position; empty, if there is none.
    pub(super) last: Vec<u8>,
}

/// A transaction, without its rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    /// Which one of the space it is, from 1.
    pub(super) number: u64,
    /// How many messages stand before it as a part of it.
    pub(super) beside: usize,
    /// Whether the rows in it are in those as well.
    pub(super) says_again: bool,
    pub(super) state: State,
}

/// What a beginning starts with, so that an older program takes it for no checkpoint of its own: it does
/// not know of what stands at the places.
const PLACES: &str = "places";

impl Beginning {
    pub(super) fn to_text(&self) -> String {
        let mut text = format!("{PLACES} {} {} ", self.places, u8::from(self.is_empty));
        self.state.push(&mut text);
        text
    }

    pub(super) fn read(payload: &[u8]) -> Option<Self> {
        let mut words = std::str::from_utf8(payload).ok()?.split(' ');
        words.next().filter(|word| *word == PLACES)?;
        let places = words.next()?.parse().ok()?;
        let is_empty = words.next()? == "1";
        let state = State::read(words)?;
        Some(Self { places, is_empty, state })
    }
}

impl State {
    /// The only message of its kind in the spaces of an older program.
    pub(super) fn read_alone(payload: &[u8]) -> Option<Self> {
        Self::read(std::str::from_utf8(payload).ok()?.split(' '))
    }

    fn read<'a>(mut words: impl Iterator<Item = &'a str>) -> Option<Self> {
        Some(Self {
            position: words.next()?.parse().ok()?,
            epoch: words.next()?.parse().ok()?,
            write: words.next()?.parse().ok()?,
            last: token_bytes(words.next()?)?,
        })
    }

    fn push(&self, text: &mut String) {
        let Self { position, epoch, write, last } = self;
        text.push_str(&format!("{position} {} {} ", epoch.simple(), write.simple()));
        push_token(text, last);
    }
}

impl Entry {
    /// The message, with rows that are packed.
    pub(super) fn with(&self, rows: &[u8]) -> Bytes {
        let mut text = format!("{} {} {} ", self.number, self.beside, u8::from(self.says_again));
        self.state.push(&mut text);
        text.push('\n');
        let mut bytes = BytesMut::with_capacity(text.len() + rows.len());
        bytes.extend_from_slice(text.as_bytes());
        bytes.extend_from_slice(rows);
        bytes.freeze()
    }

    /// A message, and its packed rows.
    pub(super) fn read(payload: &Bytes) -> Option<(Self, Bytes)> {
        let end = payload.iter().position(|byte| *byte == b'\n')?;
        let mut words = std::str::from_utf8(&payload[..end]).ok()?.split(' ');
        let number = words.next()?.parse().ok()?;
        let beside = words.next()?.parse().ok()?;
        let says_again = words.next()? == "1";
        let state = State::read(words)?;
        Some((Self { number, beside, says_again, state }, payload.slice(end + 1..)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subject_says_which_row_it_is() {
        let subjects = Subjects::new("$KV.B", "$JS.hub.API.$KV.B", "goods.1");
        assert_eq!(subjects.all(), "$KV.B.goods=2E1.>");
        for key in [&b"apple\0"[..], b"", b"-x", b"a.b>*\xff"] {
            let sent = subjects.to_row("lines", key);
            let stored = sent.strip_prefix("$JS.hub.API.").unwrap();
            assert_eq!(subjects.row(stored), Some(("lines", key.to_vec())), "{sent}");
            assert_eq!(space("$KV.B", stored).as_deref(), Some("goods.1"));
        }
        assert_eq!(space("$KV.B", &subjects.beginning()).as_deref(), Some("goods.1"));
        assert_eq!(all_beginnings("$KV.B"), "$KV.B.*.-checkpoint.-");
        assert_eq!(subjects.row(&subjects.beginning()).unwrap().0, CHECKPOINT);
        assert_eq!(subjects.row("$KV.B.goods=2E12.lines.x"), None);
        let many = subjects.to_many(7, 0);
        assert!(subjects.is_many(many.strip_prefix("$JS.hub.API.").unwrap()), "{many}");
        assert!(!subjects.is_many("$KV.B.goods=2E12.-many.7-0"));
        assert!(!subjects.is_many(&subjects.beginning()));
    }

    #[test]
    fn a_place_is_no_beginning_and_no_row() {
        let subjects = Subjects::new("$KV.B", "$JS.hub.API.$KV.B", "goods");
        let read = |subject: &str| subjects.transaction(subject);
        assert_eq!(read(&subjects.beginning()), Some(Transaction::Beginning));
        assert_eq!(read(&subjects.place(7)), Some(Transaction::At(7)));
        let sent = subjects.to_place(255);
        assert_eq!(read(sent.strip_prefix("$JS.hub.API.").unwrap()), Some(Transaction::At(255)));
        assert_eq!(subjects.transactions(), "$KV.B.goods.-checkpoint.*");
        for other in ["$KV.B.goods.lines.-", "$KV.B.goods2.-checkpoint.1", "$KV.B.goods.-many.7-0"]
        {
            assert_eq!(read(other), None, "{other}");
        }
    }

    fn state(last: &[u8]) -> State {
        State { position: 7, epoch: nonce(), write: nonce(), last: last.to_vec() }
    }

    #[test]
    fn texts_are_read_back() {
        for last in [&b""[..], b"\0. \xff\ncid"] {
            let beginning = Beginning { places: 256, is_empty: false, state: state(last) };
            assert_eq!(Beginning::read(beginning.to_text().as_bytes()), Some(beginning.clone()));
            assert_eq!(State::read_alone(beginning.to_text().as_bytes()), None);
            let entry = Entry { number: 300, beside: 9, says_again: true, state: state(last) };
            for rows in [&b""[..], b"\n\n\0rows"] {
                let (read, packed) = Entry::read(&entry.with(rows)).unwrap();
                assert_eq!((read, &*packed), (entry.clone(), rows));
            }
        }
        assert_eq!(Beginning::read(b"seven"), None);
        assert_eq!(Entry::read(&Bytes::from_static(b"1 2 3")), None);
    }

    #[test]
    fn the_checkpoint_of_an_older_program_is_read() {
        let epoch = "67e5504410b1426f9247bb680e5fe0c8";
        let text = format!("7 {epoch} {epoch} =00x");
        let read = State::read_alone(text.as_bytes()).unwrap();
        assert_eq!((read.position, read.epoch), (7, epoch.parse().unwrap()));
        assert_eq!((read.write, read.last), (epoch.parse().unwrap(), b"\0x".to_vec()));
        assert_eq!(Beginning::read(text.as_bytes()), None);
    }
}
