//! Snapshots: an aggregate's data, so that loading it need not start at its first event.
//!
//! A snapshot is a DAG-CBOR array: the shape it was written with, the version, the link to the
//! event of that version, the state's name, and the aggregate's data.

use bytes::Bytes;

use crate::cbor::{DecodeError, Decoder, Encoder, Fingerprint};
use crate::cid::EventCid;
use crate::machine::{Aggregate, MachineState};

const PARTS: usize = 5;

pub(super) struct Snapshot<A: Aggregate> {
    pub(super) version: u64,
    pub(super) head: EventCid,
    pub(super) state: A::State,
    pub(super) data: A,
}

/// `None` if the data has no encoding: then there is no snapshot, and loading takes longer.
pub(super) fn encode<A: Aggregate>(
    data: &A,
    state: A::State,
    version: u64,
    head: EventCid,
) -> Option<Bytes> {
    let mut to = Encoder::default();
    to.array(PARTS);
    to.unsigned(shape::<A>());
    to.unsigned(version);
    to.link(&head);
    to.text(state.name());
    data.encode(&mut to);
    to.finish().ok().map(Bytes::from)
}

/// `None` if the snapshot was written for another shape, or is damaged.
pub(super) fn decode<A: Aggregate>(bytes: &[u8]) -> Option<Snapshot<A>> {
    let mut from = Decoder::new(bytes);
    let snapshot = read(&mut from).ok()??;
    from.finish().ok()?;
    Some(snapshot)
}

fn read<A: Aggregate>(from: &mut Decoder<'_>) -> Result<Option<Snapshot<A>>, DecodeError> {
    from.array(PARTS)?;
    if from.unsigned()? != shape::<A>() {
        return Ok(None);
    }
    let version = from.unsigned()?;
    let head = from.link()?;
    let name = from.text()?;
    let data = A::decode(from)?;
    let state = A::State::ALL.iter().copied().find(|state| state.name() == name);
    Ok(state.map(|state| Snapshot { version, head, state, data }))
}

/// Changes when the data's fields or the machine's graph do: either makes old snapshots wrong.
fn shape<A: Aggregate>() -> u64 {
    let data = Fingerprint::START.mix(A::SHAPE.fingerprint());
    let rows = A::MACHINE.transitions.iter();
    rows.fold(data, |shape, row| shape.name(row.event).name(row.from).name(row.to)).number()
}
