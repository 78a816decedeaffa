//! What stands in the bucket: subjects, and the text of a checkpoint.

use uuid::Uuid;

use crate::id::{push_token, token_bytes};

/// The table of checkpoints, which no struct has as a field.
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

    /// The checkpoint's.
    pub(super) fn checkpoint(&self) -> String {
        format!("{}.{CHECKPOINT}.{EMPTY}", self.stored)
    }

    /// Where the checkpoint is sent to.
    pub(super) fn to_checkpoint(&self) -> String {
        format!("{}.{CHECKPOINT}.{EMPTY}", self.sent)
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

/// The subjects of the checkpoints of all spaces, where subjects begin with `stored`.
pub(super) fn all_checkpoints(stored: &str) -> String {
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

/// What stands at a checkpoint: the position, who has begun the space, who has written it, and the event
/// at the position. Where nothing else changes it is a message alone: a server makes a folder for each
/// batch of several.
pub(super) fn checkpoint(position: u64, epoch: Uuid, write: Uuid, last: &[u8]) -> String {
    let mut text = format!("{position} {} {} ", epoch.simple(), write.simple());
    push_token(&mut text, last);
    text
}

/// A checkpoint, as it is read.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Checkpoint {
    pub(super) position: u64,
    pub(super) epoch: Uuid,
    /// The event at the position; empty, if there is none.
    pub(super) last: Vec<u8>,
}

pub(super) fn read_checkpoint(payload: &[u8]) -> Option<Checkpoint> {
    let mut words = std::str::from_utf8(payload).ok()?.split(' ');
    let (position, epoch) = (words.next()?.parse().ok()?, words.next()?.parse().ok()?);
    let _write = words.next()?;
    Some(Checkpoint { position, epoch, last: token_bytes(words.next()?)? })
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
        assert_eq!(space("$KV.B", &subjects.checkpoint()).as_deref(), Some("goods.1"));
        assert_eq!(all_checkpoints("$KV.B"), "$KV.B.*.-checkpoint.-");
        assert_eq!(subjects.row(&subjects.checkpoint()).unwrap().0, CHECKPOINT);
        assert_eq!(subjects.row("$KV.B.goods=2E12.lines.x"), None);
        let many = subjects.to_many(7, 0);
        assert!(subjects.is_many(many.strip_prefix("$JS.hub.API.").unwrap()), "{many}");
        assert!(!subjects.is_many("$KV.B.goods=2E12.-many.7-0"));
        assert!(!subjects.is_many(&subjects.checkpoint()));
    }

    #[test]
    fn a_checkpoint_is_read_back() {
        let (epoch, write) = (nonce(), nonce());
        for last in [&b""[..], b"\0. \xffcid"] {
            let text = checkpoint(7, epoch, write, last);
            let expected = Checkpoint { position: 7, epoch, last: last.to_vec() };
            assert_eq!(read_checkpoint(text.as_bytes()), Some(expected));
        }
        assert_eq!(read_checkpoint(b"seven"), None);
    }
}
