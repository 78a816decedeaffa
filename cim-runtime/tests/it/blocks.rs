//! Stores whose content a test has made by hand: blocks rewritten, streams cut short.

use std::sync::Arc;

use bytes::Bytes;
use cim_runtime::car::write_section;
use cim_runtime::store::{MemoryStore, Store, StoredEvent};
use cim_runtime::{Commit, EventCid};
use futures::executor::block_on;
use ipld_core::ipld::Ipld;

/// A block with one entry of its envelope replaced, encoded by somebody else's library.
pub(crate) fn with(event: &StoredEvent, key: &str, value: Ipld) -> StoredEvent {
    let Ipld::Map(mut map) = serde_ipld_dagcbor::from_slice(&event.block).unwrap() else {
        panic!("a block is a map")
    };
    map.insert(key.to_owned(), value).expect("the key was there");
    let block = Bytes::from(serde_ipld_dagcbor::to_vec(&Ipld::Map(map)).unwrap());
    StoredEvent { position: event.position, cid: EventCid::of(&block), block }
}

/// A link, as it stands in a block.
pub(crate) fn link(cid: EventCid) -> Ipld {
    Ipld::Link(cid.into())
}

/// Every event of a store.
pub(crate) fn all(store: &Arc<dyn Store>) -> Vec<StoredEvent> {
    block_on(store.read_all(0, 10_000)).unwrap()
}

/// A new store with these commits' events, in this order.
pub(crate) fn store_of(events: &[StoredEvent]) -> Arc<dyn Store> {
    let store = MemoryStore::new();
    let mut bytes = Vec::new();
    for event in events {
        write_section(&mut bytes, &event.cid, &event.block);
    }
    let mut rest = Bytes::from(bytes);
    while !rest.is_empty() {
        let commit = Commit::read(&rest, 0).unwrap();
        rest = rest.slice(commit.sections().len()..);
        block_on(store.commit(commit)).unwrap();
    }
    Arc::new(store)
}
