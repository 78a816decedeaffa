//! What a file and a store both say about a stream, compared before anything is stored.

use std::collections::HashMap;

use cim_runtime::store::{Store, StoreError};
use cim_runtime::{EventCid, StreamName};

use super::car_file::{BadFile, CarFile};
use super::summary::{Run, Summary};

/// Why a file does not fit a store, or could not be compared.
#[derive(Debug)]
pub(crate) enum Misfit {
    /// The two hold different events.
    Conflict(String),
    Store(StoreError),
    File(BadFile),
}

/// Compares every stream of the file with the store's.
///
/// An event's CID covers the whole history of its stream, so that one event in common is enough.
pub(crate) async fn compare(
    summary: &Summary,
    file: &mut CarFile,
    store: &dyn Store,
) -> Result<(), Misfit> {
    let mut inside = HashMap::new();
    for (stream, run) in &summary.streams {
        if let Some(head) = compare_ends(stream, run, store).await? {
            inside.insert(stream, head);
        }
    }
    if inside.is_empty() { Ok(()) } else { compare_inside(&inside, file) }
}

/// The last event of a store's stream.
struct End {
    version: u64,
    cid: EventCid,
}

/// Compares a stream where its run in the file begins or ends. Where the store's end lies between
/// the two, it is returned: only the file itself can tell what it has there.
async fn compare_ends(
    stream: &StreamName,
    run: &Run,
    store: &dyn Store,
) -> Result<Option<End>, Misfit> {
    // From the event before the run, which must be the one that the run links.
    let after = run.expected.saturating_sub(1);
    let stored = store.read_stream(stream, after).await.map_err(Misfit::Store)?;
    let cid_at = |version: u64| {
        let index = version.checked_sub(after + 1)?;
        stored.get(usize::try_from(index).ok()?).map(|event| event.cid)
    };
    if run.expected > 0 {
        match (cid_at(run.expected), run.prev) {
            (None, _) => {
                return Err(Misfit::Conflict(format!(
                    "the file begins {stream} with event {}, and the store does not have event {}: import what comes before it first",
                    run.expected + 1,
                    run.expected
                )));
            }
            (Some(stored), prev) if Some(stored) != prev => {
                return Err(differ(stream, run.expected, stored, prev));
            }
            _ => {}
        }
    }
    match cid_at(run.version) {
        Some(stored) if stored != run.head => {
            Err(differ(stream, run.version, stored, Some(run.head)))
        }
        Some(_) => Ok(None),
        None => {
            let version = after + stored.len() as u64;
            let end = stored.last().map(|event| End { version, cid: event.cid });
            Ok(end.filter(|end| end.version > run.expected))
        }
    }
}

/// Compares the streams of which the store has a part of what the file has.
fn compare_inside(ends: &HashMap<&StreamName, End>, file: &mut CarFile) -> Result<(), Misfit> {
    file.rewind().map_err(Misfit::File)?;
    while let Some(placed) = file.next().map_err(Misfit::File)? {
        let commit = &placed.commit;
        let Some(end) = ends.get(commit.stream()) else { continue };
        let index = end.version.checked_sub(commit.expected() + 1);
        let event = index.and_then(|index| commit.events().get(usize::try_from(index).ok()?));
        if let Some(event) = event.filter(|event| event.cid != end.cid) {
            return Err(differ(commit.stream(), end.version, end.cid, Some(event.cid)));
        }
    }
    Ok(())
}

fn differ(stream: &StreamName, version: u64, stored: EventCid, file: Option<EventCid>) -> Misfit {
    let file = file.map_or("none".to_owned(), |cid| cid.to_string());
    Misfit::Conflict(format!(
        "the store and the file have different histories of {stream}: event {version} is {stored} in the store, {file} in the file"
    ))
}
