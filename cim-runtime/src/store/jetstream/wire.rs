//! What stands in messages: the names of headers, the codes of answers, and how positions follow
//! from sequences.

/// The sequence of the stream's last message, 0 for none. A commit is never sent without it.
pub(super) const EXPECTED_SEQUENCE: &str = "Nats-Expected-Last-Subject-Sequence";
/// The JetStream stream the commit is meant for.
pub(super) const EXPECTED_STREAM: &str = "Nats-Expected-Stream";
/// The CID again, where there are replicas: it lets them recognise a message within
/// [`DUPLICATE_WINDOW`]. That is only a shortcut, for the expectation alone settles every retry; a
/// single server looks at the expectation first, and would keep the ids for nothing.
pub(super) const MESSAGE_ID: &str = "Nats-Msg-Id";
/// The CID of the commit's last event, which is that of the commit: it links all before it.
pub(super) const CID: &str = "Cim-Cid";
/// The number of the commit in its stream and where commits before it are: see `back.rs`.
pub(super) const BACK: &str = "Cim-Back";
/// The types of the commit's events, in order, with commas: for tools that read headers alone.
pub(super) const TYPES: &str = "Cim-Types";

/// Which batch a message is part of.
pub(super) const BATCH_ID: &str = "Nats-Batch-Id";
/// The message's number in its batch, from 1.
pub(super) const BATCH_SEQUENCE: &str = "Nats-Batch-Sequence";
/// Says that the message is its batch's last, and that the batch is to be stored now.
pub(super) const BATCH_COMMIT: &str = "Nats-Batch-Commit";

/// How long the server keeps the message, in seconds.
pub(super) const KEPT_FOR: &str = "Nats-TTL";

/// How long the server remembers message ids, which cost it 250 bytes each.
pub(super) const DUPLICATE_WINDOW: std::time::Duration = std::time::Duration::from_secs(10);

/// The codes by which the server's answers are told apart.
pub(super) mod code {
    /// No code of a server's: the message was not passed on, for want of a permission.
    pub(in super::super) const DENIED: u64 = 0;
    /// JetStream has no leader to answer: ask again.
    pub(in super::super) const NOT_AVAILABLE: u64 = 10008;
    /// The account's or the server's storage is used up.
    pub(in super::super) const INSUFFICIENT_RESOURCES: u64 = 10023;
    /// There is no message as asked for.
    pub(in super::super) const NO_MESSAGE: u64 = 10037;
    /// The account's storage is used up.
    pub(in super::super) const STORAGE_EXCEEDED: u64 = 10047;
    /// The message is larger than the stream takes.
    pub(in super::super) const MESSAGE_TOO_LARGE: u64 = 10054;
    /// There is no such stream.
    pub(in super::super) const NO_STREAM: u64 = 10059;
    /// Another stream has the subject.
    pub(in super::super) const OTHER_STREAM: u64 = 10060;
    /// Another stream has some of the subjects.
    pub(in super::super) const SUBJECTS_OVERLAP: u64 = 10065;
    /// The stream's last message is another one; the text says which.
    pub(in super::super) const WRONG_LAST: u64 = 10071;
    /// The stream is full.
    pub(in super::super) const STORE_FAILED: u64 = 10077;
    /// A message with this id is under way: it may be ours.
    pub(in super::super) const IN_FLIGHT: u64 = 10158;
    /// The expectation cannot be checked yet: send again.
    pub(in super::super) const NOT_READY: u64 = 10163;
    /// Something else for this subject is under way; no conflict is proven by it. Send again.
    pub(in super::super) const BUSY: u64 = 10164;
    /// Too much is under way: send again.
    pub(in super::super) const TOO_MANY: u64 = 10167;
}

/// A message has one commit, so its sequence gives the upper bits of a position, and the event's
/// part of the commit the lower 16.
const PART_BITS: u32 = 16;

/// How many positions a message has.
pub(super) const POSITIONS: u64 = 1 << PART_BITS;

/// How many events a commit may have here.
pub(super) const MAX_PARTS: usize = (1 << PART_BITS) - 1;

/// The position of event `part`, from 1, of the commit at `sequence`.
pub(super) fn position(sequence: u64, part: u64) -> u64 {
    (sequence.saturating_sub(1) << PART_BITS) + part
}

/// The sequence at which the events after a position begin, and how many of that commit's events
/// are not after it.
pub(super) fn place(position: u64) -> (u64, u64) {
    ((position >> PART_BITS) + 1, position & MAX_PARTS as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_rise_with_sequences_and_parts() {
        assert_eq!(position(1, 1), 1);
        for (sequence, part) in [(1, 1), (1, MAX_PARTS as u64), (2, 1), (1 << 40, 7)] {
            assert_eq!(place(position(sequence, part)), (sequence, part));
        }
        assert!(position(1, MAX_PARTS as u64) < position(2, 1));
        assert_eq!(place(0), (1, 0));
    }
}
