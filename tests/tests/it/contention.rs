//! Many writers on one aggregate: no update is lost.

use std::sync::Arc;

use cim_order::Shop;
use cim_order::order::{ConfirmOrder, Order, OrderId, PayOrder, PlaceOrder, RemindOfPayment};
use cim_runtime::store::{MemoryStore, Store};
use cim_runtime::{Handle, SendError, Sent, store};
use cim_test_nats::Server;

async fn confirmed(shop: &Handle<Shop>) -> OrderId {
    let id: OrderId = "990001".parse().unwrap();
    let items = vec!["880001".parse().unwrap()];
    shop.send(&id, PlaceOrder { items, price_cents: 52_496 }).await.unwrap();
    shop.send(&id, ConfirmOrder).await.unwrap();
    id
}

/// 1,000 commands at once to one aggregate, through four handles that know nothing of each other.
async fn a_thousand_reminders(store: Arc<dyn Store>) {
    let handles: Vec<_> = (0..4).map(|_| Handle::<Shop>::over(Arc::clone(&store))).collect();
    let id = confirmed(&handles[0]).await;
    let reminders = (0..1_000).map(|number| {
        let (shop, id) = (handles[number % handles.len()].clone(), id.clone());
        tokio::spawn(async move { shop.send(&id, RemindOfPayment).await.unwrap() })
    });
    let mut versions = Vec::new();
    for reminder in reminders.collect::<Vec<_>>() {
        versions.push(reminder.await.unwrap().version());
    }
    versions.sort_unstable();
    assert_eq!(versions, (3..=1_002).collect::<Vec<_>>(), "each command won one version");
    assert_eq!(handles[0].load::<Order>(&id).await.unwrap().version(), 1_002);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_commands_at_once_are_all_counted_in_memory() {
    a_thousand_reminders(Arc::new(MemoryStore::new())).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_commands_at_once_are_all_counted_on_disk() {
    let folder = tempfile::tempdir().unwrap();
    a_thousand_reminders(store::open(folder.path().to_str().unwrap()).unwrap()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_commands_at_once_are_all_counted_on_a_server() {
    let server = Server::start();
    a_thousand_reminders(store::connect(server.url()).await.unwrap()).await;
}

#[tokio::test]
async fn of_two_writers_one_wins_and_the_other_decides_again() {
    let store: Arc<dyn Store> = Arc::new(MemoryStore::new());
    let (first, second) = (Handle::<Shop>::over(Arc::clone(&store)), Handle::<Shop>::over(store));
    let id = confirmed(&first).await;
    // The second handle learns of the order, and then of nothing more.
    second.send(&id, RemindOfPayment).await.unwrap();
    first.send(&id, PayOrder { cents: 52_496 }).await.unwrap();
    let late = second.send(&id, RemindOfPayment).await;
    assert!(matches!(late, Err(SendError::NotNow { .. })), "{late:?}");
    let Ok(Sent::Stored(receipt)) = first.send(&id, cim_order::order::ShipOrder).await else {
        panic!("the first writer goes on")
    };
    assert_eq!(receipt.attempts, 1);
}
