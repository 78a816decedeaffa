//! All people, on each store.

use std::sync::Arc;

use cim_person::People;
use cim_runtime::ManualEnvironment;
use cim_runtime::store::Store;
use cim_runtime::testing::Simulation;

pub(crate) type World = Simulation<People>;

/// Lets each of the scenarios happen on each store, as a test of its own.
macro_rules! on_each_store {
    ($($scenario:ident)*) => {
        mod memory {$(
            #[tokio::test]
            async fn $scenario() {
                super::$scenario(&crate::world::on(cim_runtime::store::MemoryStore::new()).await).await;
            }
        )*}

        mod embedded {$(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $scenario() {
                let folder = tempfile::tempdir().unwrap();
                let store = cim_runtime::store::EmbeddedStore::open(folder.path().join("people.cim")).unwrap();
                super::$scenario(&crate::world::on(store).await).await;
            }
        )*}

        mod jetstream {$(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $scenario() {
                let server = cim_test_nats::Server::start();
                let store = cim_runtime::store::JetStreamStore::connect(&server.url()).await.unwrap();
                super::$scenario(&crate::world::on(store).await).await;
            }
        )*}
    };
}

pub(crate) use on_each_store;

pub(crate) async fn on(store: impl Store) -> World {
    Simulation::start_on(Arc::new(store), ManualEnvironment::default()).await.unwrap()
}

pub(crate) async fn all_is_well(world: &World) {
    world.settled().await.unwrap();
    for policy in ["cascade", "merges", "auto_archive", "recommendations", "introduce"] {
        let dead = world.workers().dead_letters(policy).unwrap().list().await.unwrap();
        assert_eq!(dead, [], "{policy}");
    }
}
