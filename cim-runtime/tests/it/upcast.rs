//! Events that older and newer programs have written.

use std::sync::Arc;

use cim_runtime::prelude::*;
use cim_runtime::store::{MemoryStore, Store};

#[derive(DomainId)]
pub struct ParcelId(u64);

/// The first program knew grams.
mod first {
    use super::ParcelId;
    use cim_runtime::prelude::*;

    #[aggregate(domain = "it", id = ParcelId)]
    #[derive(Default)]
    pub struct Parcel {}
    #[command(Parcel)]
    pub struct Weigh {
        pub grams: u32,
    }
    #[event(Parcel, unread)]
    pub struct Weighed {
        pub grams: u32,
    }
    #[state_machine(initial Open)]
    impl Parcel {
        #[transition(Open)]
        fn weigh(&self, cmd: Weigh) -> Weighed {
            Weighed { grams: cmd.grams }
        }
    }
    #[system(aggregates(Parcel))]
    pub struct Post;
}

/// The second program measured milligrams.
mod second {
    use super::{ParcelId, first};
    use cim_runtime::prelude::*;

    #[aggregate(domain = "it", id = ParcelId)]
    #[derive(Default)]
    pub struct Parcel {}
    #[command(Parcel)]
    pub struct Weigh {
        pub milligrams: u64,
    }
    #[event(Parcel, version = 2, upcast = first::Weighed, unread)]
    pub struct Weighed {
        pub milligrams: u64,
    }
    impl From<first::Weighed> for Weighed {
        fn from(old: first::Weighed) -> Self {
            Self { milligrams: u64::from(old.grams) * 1000 }
        }
    }
    #[state_machine(initial Open)]
    impl Parcel {
        #[transition(Open)]
        fn weigh(&self, cmd: Weigh) -> Weighed {
            Weighed { milligrams: cmd.milligrams }
        }
    }
    #[system(aggregates(Parcel))]
    pub struct Post;
}

/// The third program also says with which scale.
mod third {
    use super::{ParcelId, second};
    use cim_runtime::prelude::*;

    #[aggregate(domain = "it", id = ParcelId)]
    #[derive(Default)]
    pub struct Parcel {
        pub weights: Vec<(u64, Option<String>)>,
    }
    #[command(Parcel)]
    pub struct Weigh {
        pub milligrams: u64,
        pub scale: String,
    }
    #[event(Parcel, version = 3, upcast = second::Weighed)]
    pub struct Weighed {
        pub milligrams: u64,
        pub scale: Option<String>,
    }
    impl From<second::Weighed> for Weighed {
        fn from(old: second::Weighed) -> Self {
            Self { milligrams: old.milligrams, scale: None }
        }
    }
    #[state_machine(initial Open)]
    impl Parcel {
        #[transition(Open)]
        fn weigh(&self, cmd: Weigh) -> Weighed {
            Weighed { milligrams: cmd.milligrams, scale: Some(cmd.scale) }
        }
        #[apply]
        fn weighed(&mut self, event: &Weighed) {
            self.weights.push((event.milligrams, event.scale.clone()));
        }
    }
    #[system(aggregates(Parcel))]
    pub struct Post;
}

fn id() -> ParcelId {
    "7".parse().unwrap()
}

/// A parcel that was weighed once by each program.
async fn weighed_by_all() -> Arc<dyn Store> {
    let store: Arc<dyn Store> = Arc::new(MemoryStore::new());
    let first = Handle::<first::Post>::over(Arc::clone(&store));
    first.send(&id(), first::Weigh { grams: 1 }).await.unwrap();
    let second = Handle::<second::Post>::over(Arc::clone(&store));
    second.send(&id(), second::Weigh { milligrams: 20 }).await.unwrap();
    let third = Handle::<third::Post>::over(Arc::clone(&store));
    let weigh = third::Weigh { milligrams: 300, scale: "A".into() };
    third.send(&id(), weigh).await.unwrap();
    store
}

#[tokio::test]
async fn the_newest_program_reads_every_version() {
    let store = weighed_by_all().await;
    let post = Handle::<third::Post>::over(store);
    let parcel = post.load::<third::Parcel>(&id()).await.unwrap();
    assert_eq!(parcel.weights, [(1000, None), (20, None), (300, Some("A".into()))]);
}

#[tokio::test]
async fn stored_events_keep_the_version_they_were_written_with() {
    let store = weighed_by_all().await;
    let events = store.read_all(0, 10).await.unwrap();
    let schemas = events.iter().map(|event| event.envelope().unwrap().schema);
    assert_eq!(schemas.collect::<Vec<_>>(), [1, 2, 3]);
}

#[tokio::test]
async fn an_event_of_a_newer_version_is_a_clear_error() {
    let store = weighed_by_all().await;
    let before = store.head().await.unwrap();
    let post = Handle::<second::Post>::over(Arc::clone(&store));
    let Err(Error::Replay { stream, version, problem }) = post.load::<second::Parcel>(&id()).await
    else {
        panic!("read what it does not know")
    };
    assert_eq!((stream.as_str(), version), ("it.evt.parcel.7", 3));
    assert!(problem.contains("`Weighed` is stored with version 3"), "{problem}");
    assert!(problem.contains("this program knows versions up to 2"), "{problem}");

    let sent = post.send(&id(), second::Weigh { milligrams: 1 }).await;
    assert!(matches!(sent, Err(SendError::Error(Error::Replay { version: 3, .. }))), "{sent:?}");
    assert_eq!(store.head().await.unwrap(), before, "nothing is decided on half a history");
}

#[test]
fn the_test_kit_folds_the_newest_version() {
    use third::{Parcel, Weigh, Weighed};
    let old = Weighed::from(second::Weighed::from(first::Weighed { grams: 2 }));
    assert_eq!(old, Weighed { milligrams: 2000, scale: None });
    Parcel::given(old)
        .when(Weigh { milligrams: 1, scale: "B".into() })
        .then(Weighed { milligrams: 1, scale: Some("B".into()) });
}
