//! Snapshots: an aggregate's data, so that loading it need not start at its first event.
//!
//! A snapshot is a DAG-CBOR array: the shape it was written with, the version, the link to the
//! event of that version, the names of its state and its regions', the commands that events have
//! caused, and the aggregate's data.

use bytes::Bytes;

use super::caused::Caused;
use crate::cbor::{DecodeError, Decoder, Encoder, Fingerprint};
use crate::cid::EventCid;
use crate::machine::{Aggregate, MachineTable, Standing};

const PARTS: usize = 6;

pub(super) struct Snapshot<A: Aggregate> {
    pub(super) version: u64,
    pub(super) head: EventCid,
    pub(super) standing: A::Standing,
    pub(super) caused: Caused,
    pub(super) data: A,
}

/// `None` if the data has no encoding: then there is no snapshot, and loading takes longer.
pub(super) fn encode<A: Aggregate>(
    data: &A,
    standing: A::Standing,
    caused: &Caused,
    version: u64,
    head: EventCid,
) -> Option<Bytes> {
    let mut to = Encoder::default();
    to.array(PARTS);
    to.unsigned(shape::<A>());
    to.unsigned(version);
    to.link(&head);
    let names = standing.names();
    to.array(names.len());
    names.iter().for_each(|name| to.text(name));
    caused.encode(&mut to);
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
    let names: Vec<&str> = (0..from.any_array()?).map(|_| from.text()).collect::<Result<_, _>>()?;
    let caused = Caused::decode(from)?;
    let data = A::decode(from)?;
    let standing = A::Standing::from_names(&mut names.into_iter());
    Ok(standing.map(|standing| Snapshot { version, head, standing, caused, data }))
}

/// Changes when the data's fields or the machine's graph do, or when the author says that the folds
/// mean something else: each makes old snapshots wrong.
fn shape<A: Aggregate>() -> u64 {
    let data = Fingerprint::START.mix(A::SHAPE.fingerprint()).mix(A::SNAPSHOT.into());
    with_graph(data, A::MACHINE).number()
}

fn with_graph(shape: Fingerprint, table: &MachineTable) -> Fingerprint {
    let rows = table.transitions.iter();
    let shape = rows.fold(shape, |shape, row| shape.name(row.event).name(row.from).name(row.to));
    table.regions.iter().fold(shape, |shape, region| with_graph(shape, region.machine))
}
