//! Snapshots are a shortcut: whatever they are, the aggregate is the one its events make.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use cim_runtime::cbor::{Decoder, Encoder};
use cim_runtime::prelude::*;
use cim_runtime::store::{MemoryStore, Store};
use cim_runtime::{Options, StreamName};

use crate::blocks;

#[derive(DomainId)]
pub struct MeterId(String);

/// One meter in the versions that a program goes through. What is not repeated is the same.
macro_rules! meter {
    (
        $program:ident, [$($states:tt)*], { $($field:ident: $ty:ty),* } $(snapshot $mark:literal)?,
        $($machine:tt)*
    ) => {
        mod $program {
            use super::MeterId;
            use cim_runtime::prelude::*;

            #[aggregate(domain = "it", id = MeterId $(, snapshot = $mark)?)]
            #[derive(Default, Debug)]
            pub struct Meter {
                $(pub $field: $ty),*
            }
            #[command(Meter)]
            pub struct Count {
                pub by: u64,
            }
            #[event(Meter)]
            pub struct Counted {
                pub by: u64,
            }
            #[command(Meter)]
            pub struct Seal;
            #[event(Meter)]
            pub struct Sealed;
            #[state_machine($($states)*)]
            impl Meter {
                #[transition(Open)]
                fn count(&self, cmd: Count) -> Counted {
                    Counted { by: cmd.by }
                }
                $($machine)*
            }
            #[system(aggregates(Meter))]
            pub struct Works;
        }
    };
}

meter!(plain, [initial Open, terminal Shut], { sum: u64 },
    #[transition(Open -> Shut)]
    fn seal(&self, _: Seal) -> Sealed {
        Sealed
    }
    #[apply]
    fn counted(&mut self, event: &Counted) {
        self.sum += event.by;
    }
);

// The data has one field more: what stands in old snapshots is not enough.
meter!(with_times, [initial Open, terminal Shut], { sum: u64, times: u64 },
    #[transition(Open -> Shut)]
    fn seal(&self, _: Seal) -> Sealed {
        Sealed
    }
    #[apply]
    fn counted(&mut self, event: &Counted) {
        self.sum += event.by;
        self.times += 1;
    }
);

// The same data, and a machine in which a seal is no longer the end.
meter!(with_a_seal_that_breaks, [initial Open, Shut], { sum: u64 },
    #[transition(Open -> Shut)]
    fn seal(&self, _: Seal) -> Sealed {
        Sealed
    }
    #[transition(Shut -> Open)]
    fn count_again(&self, cmd: Count) -> Counted {
        Counted { by: cmd.by }
    }
    #[apply]
    fn counted(&mut self, event: &Counted) {
        self.sum += event.by;
    }
);

// The same data and machine, and a sum that is now counted in thousands.
meter!(with_thousands, [initial Open, terminal Shut], { sum: u64 } snapshot 2,
    #[transition(Open -> Shut)]
    fn seal(&self, _: Seal) -> Sealed {
        Sealed
    }
    #[apply]
    fn counted(&mut self, event: &Counted) {
        self.sum += 1000 * event.by;
    }
);

fn id() -> MeterId {
    "m1".parse().unwrap()
}

fn stream() -> StreamName {
    StreamName::new("it.meter", "m1").unwrap()
}

fn every(events: u64) -> Options {
    Options::default().snapshot_every(events)
}

/// Keeping a snapshot is a task of its own: on a runtime with one thread, it is done once every
/// other task has had its turn.
async fn snapshot_of(store: &Arc<dyn Store>, version: u64) -> Bytes {
    let kept = async {
        loop {
            if let Some(bytes) = store.snapshot(&stream()).await.unwrap()
                && version_of(&bytes) == version
            {
                return bytes;
            }
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), kept).await.expect("a snapshot is kept")
}

fn version_of(snapshot: &[u8]) -> u64 {
    let mut from = Decoder::new(snapshot);
    from.array(6).unwrap();
    from.unsigned().unwrap();
    from.unsigned().unwrap()
}

async fn count(works: &Handle<plain::Works>, times: u64) {
    for by in 1..=times {
        works.send(&id(), plain::Count { by }).await.unwrap();
    }
}

/// A store with so many events, and a snapshot of the last.
async fn counted(times: u64) -> Arc<dyn Store> {
    let store: Arc<dyn Store> = Arc::new(MemoryStore::new());
    count(&Handle::with_options(Arc::clone(&store), every(times)), times).await;
    snapshot_of(&store, times).await;
    store
}

#[tokio::test]
async fn a_snapshot_is_kept_after_every_so_many_events() {
    let store: Arc<dyn Store> = Arc::new(MemoryStore::new());
    let works = Handle::<plain::Works>::with_options(Arc::clone(&store), every(3));
    for version in 1..=7 {
        works.send(&id(), plain::Count { by: version }).await.unwrap();
        if version >= 3 {
            snapshot_of(&store, version / 3 * 3).await;
        } else {
            tokio::task::yield_now().await;
            assert_eq!(store.snapshot(&stream()).await.unwrap(), None);
        }
    }
}

#[tokio::test]
async fn from_a_snapshot_comes_the_same_aggregate() {
    let store = counted(5).await;
    count(&Handle::over(Arc::clone(&store)), 2).await;
    let without = blocks::store_of(&blocks::all(&store));
    assert_eq!(without.snapshot(&stream()).await.unwrap(), None);

    let load = |store| async move {
        let works = Handle::<plain::Works>::over(store);
        let live = works.load::<plain::Meter>(&id()).await.unwrap();
        format!("{live:?}")
    };
    let from_events = load(without).await;
    assert!(from_events.contains("version: 7"), "{from_events}");
    assert_eq!(load(store).await, from_events);
}

#[tokio::test]
async fn a_snapshot_is_what_is_read_first() {
    let store = counted(5).await;
    let bytes = store.snapshot(&stream()).await.unwrap().unwrap();
    // One that claims another sum: whoever sees the sum has read it.
    let mut from = Decoder::new(&bytes);
    from.array(6).unwrap();
    let (shape, version) = (from.unsigned().unwrap(), from.unsigned().unwrap());
    let head = from.link().unwrap();
    let mut to = Encoder::default();
    to.array(6);
    to.unsigned(shape);
    to.unsigned(version);
    to.link(&head);
    to.array(1);
    to.text("Open");
    to.array(0);
    plain::Meter { sum: 1000 }.encode(&mut to);
    store.keep_snapshot(&stream(), to.finish().unwrap().into()).await.unwrap();
    let works = Handle::<plain::Works>::over(store);
    assert_eq!(works.load::<plain::Meter>(&id()).await.unwrap().sum, 1000);
}

#[tokio::test]
async fn a_changed_field_passes_old_snapshots_over() {
    let works = Handle::<with_times::Works>::over(counted(4).await);
    let meter = works.load::<with_times::Meter>(&id()).await.unwrap();
    assert_eq!((meter.sum, meter.times), (10, 4));
    works.send(&id(), with_times::Count { by: 1 }).await.unwrap();
    assert_eq!(works.load::<with_times::Meter>(&id()).await.unwrap().times, 5);
}

#[tokio::test]
async fn a_changed_machine_passes_old_snapshots_over() {
    let store = counted(4).await;
    let bytes = store.snapshot(&stream()).await.unwrap().unwrap();
    let shape_of = |bytes: &[u8]| {
        let mut from = Decoder::new(bytes);
        from.array(6).unwrap();
        from.unsigned().unwrap()
    };
    let works: Handle<with_a_seal_that_breaks::Works> =
        Handle::with_options(Arc::clone(&store), every(1));
    let meter = works.load::<with_a_seal_that_breaks::Meter>(&id()).await.unwrap();
    assert_eq!((meter.sum, meter.version()), (10, 4));
    works.send(&id(), with_a_seal_that_breaks::Seal).await.unwrap();
    let newer = snapshot_of(&store, 5).await;
    assert_ne!(shape_of(&newer), shape_of(&bytes));
}

#[tokio::test]
async fn another_mark_passes_old_snapshots_over() {
    let works = Handle::<with_thousands::Works>::over(counted(4).await);
    assert_eq!(works.load::<with_thousands::Meter>(&id()).await.unwrap().sum, 10_000);
}

#[tokio::test]
async fn garbage_is_passed_over() {
    let store = counted(4).await;
    let sound = store.snapshot(&stream()).await.unwrap().unwrap();
    let mut garbage: Vec<Bytes> = vec![Bytes::new(), "garbage".into(), vec![0xff; 100].into()];
    garbage.extend((0..sound.len()).map(|len| sound.slice(..len)));
    garbage.push([&sound[..], b"\0"].concat().into());
    for bytes in garbage {
        store.keep_snapshot(&stream(), bytes).await.unwrap();
        let works = Handle::<plain::Works>::over(Arc::clone(&store));
        let meter = works.load::<plain::Meter>(&id()).await.unwrap();
        assert_eq!((meter.sum, meter.version()), (10, 4));
    }
    let works = Handle::<plain::Works>::over(Arc::clone(&store));
    assert_eq!(works.send(&id(), plain::Count { by: 1 }).await.unwrap().version(), 5);
}

/// A store that has lost its last events, but not the snapshot that was taken of them.
async fn shortened(lost: usize) -> Arc<dyn Store> {
    let store = counted(5).await;
    let snapshot = store.snapshot(&stream()).await.unwrap().unwrap();
    let events = blocks::all(&store);
    let shorter = blocks::store_of(&events[..events.len() - lost]);
    shorter.keep_snapshot(&stream(), snapshot).await.unwrap();
    shorter
}

#[tokio::test]
async fn a_snapshot_ahead_of_its_stream_is_passed_over() {
    let works = Handle::<plain::Works>::over(shortened(2).await);
    let meter = works.load::<plain::Meter>(&id()).await.unwrap();
    assert_eq!((meter.sum, meter.version()), (6, 3));
    assert_eq!(works.send(&id(), plain::Count { by: 1 }).await.unwrap().version(), 4);
    assert_eq!(works.load::<plain::Meter>(&id()).await.unwrap().sum, 7);
}

#[tokio::test]
async fn a_snapshot_of_a_stream_that_has_vanished_is_passed_over() {
    let works = Handle::<plain::Works>::over(shortened(5).await);
    assert_eq!(works.load::<plain::Meter>(&id()).await.unwrap().version(), 0);
    assert_eq!(works.send(&id(), plain::Count { by: 8 }).await.unwrap().version(), 1);
    assert_eq!(works.load::<plain::Meter>(&id()).await.unwrap().sum, 8);
}

// The stream was cut and has grown again: the snapshot's event is not part of it.
#[tokio::test]
async fn a_snapshot_of_another_history_is_passed_over() {
    for grown in [1, 2, 3, 6] {
        let store = shortened(2).await;
        let snapshot = store.snapshot(&stream()).await.unwrap().unwrap();
        let events = blocks::all(&store);
        let regrown = blocks::store_of(&events);
        count(&Handle::over(Arc::clone(&regrown)), grown).await;
        regrown.keep_snapshot(&stream(), snapshot).await.unwrap();

        let works = Handle::<plain::Works>::over(regrown);
        let sum = 6 + grown * (grown + 1) / 2;
        let meter = works.load::<plain::Meter>(&id()).await.unwrap();
        assert_eq!((meter.sum, meter.version()), (sum, 3 + grown), "grown by {grown}");
        let sent = works.send(&id(), plain::Count { by: 1 }).await.unwrap();
        assert_eq!(sent.version(), 4 + grown);
        assert_eq!(works.load::<plain::Meter>(&id()).await.unwrap().sum, sum + 1);
    }
}

// A decision on a snapshot of what never happened would refuse what it should take.
#[tokio::test]
async fn nothing_is_decided_on_a_snapshot_ahead() {
    let store: Arc<dyn Store> = Arc::new(MemoryStore::new());
    let works = Handle::<plain::Works>::with_options(Arc::clone(&store), every(2));
    works.send(&id(), plain::Count { by: 1 }).await.unwrap();
    works.send(&id(), plain::Seal).await.unwrap();
    let snapshot = snapshot_of(&store, 2).await;
    let shorter = blocks::store_of(&blocks::all(&store)[..1]);
    shorter.keep_snapshot(&stream(), snapshot).await.unwrap();
    let works = Handle::<plain::Works>::over(shorter);
    assert_eq!(works.send(&id(), plain::Seal).await.unwrap().version(), 2);
}
