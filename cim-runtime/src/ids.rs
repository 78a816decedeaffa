//! Ids that follow from a command: the same command always brings the same ones.

use jiff::Timestamp;
use uuid::Uuid;

/// The UUIDv7s that belong to one command.
///
/// Their time is the command's. Their random part is that of the command's id, moved on by an odd
/// constant each time: within one command no two can be equal, and between commands they differ as
/// the commands' own ids do.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct IdSequence {
    milliseconds: u64,
    seed: u64,
    low: u64,
}

impl IdSequence {
    pub(crate) fn new(command_id: Uuid, now: Timestamp) -> Self {
        let (high, low) = command_id.as_u64_pair();
        Self { milliseconds: now.as_millisecond().max(0) as u64, seed: scramble(high ^ low), low }
    }

    /// The id of the command's event with this index.
    pub(crate) fn event(self, index: u32) -> Uuid {
        self.nth(2 * u64::from(index) + 1)
    }

    /// The id that a decision takes with this index.
    pub(crate) fn given_out(self, index: u32) -> Uuid {
        self.nth(2 * u64::from(index) + 2)
    }

    fn nth(self, n: u64) -> Uuid {
        // RFC 9562, 5.7: 48 bits of milliseconds, version, 12 bits, variant, 62 bits.
        let high = (self.milliseconds << 16) | 0x7000 | (self.seed & 0x0fff);
        let low = self.low.wrapping_add(n.wrapping_mul(ODD)) & (u64::MAX >> 2);
        Uuid::from_u64_pair(high, 1 << 63 | low)
    }
}

/// 2^64 divided by the golden ratio: its multiples are spread evenly.
const ODD: u64 = 0x9e37_79b9_7f4a_7c15;

fn scramble(bits: u64) -> u64 {
    let bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits ^ (bits >> 27)
}
