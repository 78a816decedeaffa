//! The commands that events have caused, as far as a stream has taken them.

use rustc_hash::FxHashMap;
use uuid::Uuid;

use crate::cbor::{DecodeError, Decoder, Encoder};
use crate::envelope::{Causation, Envelope};

/// The ids of the caused commands whose events are in a stream, each with the version of its first
/// event: a reaction that comes twice is known by them, whatever made it come.
#[derive(Debug, Clone, Default)]
pub(super) struct Caused(FxHashMap<Uuid, u64>);

impl Caused {
    /// Remembers the command of an event, if an event has caused it.
    pub(super) fn see(&mut self, envelope: &Envelope<'_>) {
        if matches!(envelope.causation, Causation::Event(_)) {
            self.insert(envelope.command_id, envelope.version);
        }
    }

    pub(super) fn insert(&mut self, command_id: Uuid, version: u64) {
        self.0.entry(command_id).or_insert(version);
    }

    /// At which version its first event stands.
    pub(super) fn version_of(&self, command_id: Uuid) -> Option<u64> {
        self.0.get(&command_id).copied()
    }

    /// Appends an array of ids and versions, in the order of the stream.
    pub(super) fn encode(&self, to: &mut Encoder) {
        let mut entries: Vec<_> = self.0.iter().collect();
        entries.sort_unstable_by_key(|&(_, version)| version);
        to.array(2 * entries.len());
        for (id, version) in entries {
            to.bytes(id.as_bytes());
            to.unsigned(*version);
        }
    }

    pub(super) fn decode(from: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        let len = from.any_array()? / 2;
        let entry = |_| {
            let id =
                Uuid::from_slice(from.bytes()?).map_err(|error| from.error(error.to_string()))?;
            Ok((id, from.unsigned()?))
        };
        (0..len).map(entry).collect::<Result<_, _>>().map(Self)
    }
}
