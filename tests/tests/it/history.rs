//! The history of an aggregate, as its readers get it.

use std::sync::Arc;

use cim_order::Shop;
use cim_order::item::{Item, ItemId, RequestItem};
use cim_order::order::{ConfirmOrder, Order, OrderEvent, OrderId, PlaceOrder};
use cim_runtime::store::MemoryStore;
use cim_runtime::{Actor, Causation, Cause, Handle};

#[tokio::test]
async fn a_history_tells_who_when_and_why() {
    let shop = Handle::<Shop>::over(Arc::new(MemoryStore::new())).acting_as(Actor::new("alice"));
    let (order, item): (OrderId, ItemId) = ("o".parse().unwrap(), "i".parse().unwrap());
    let place = PlaceOrder { items: vec![item.clone()], price_cents: 7 };
    let placed = shop.send(&order, place).await.unwrap().receipt().unwrap().clone();
    shop.send(&order, ConfirmOrder).await.unwrap();
    let request = RequestItem { order: order.clone() };
    shop.because_of(&placed).send(&item, request).await.unwrap();

    let history = shop.history::<Order>(&order, 0).await.unwrap();
    assert_eq!(history.iter().map(|event| event.version).collect::<Vec<_>>(), [1, 2]);
    assert!(
        matches!(&history[0].event, OrderEvent::OrderPlaced(placed) if placed.price_cents == 7)
    );
    assert_eq!(history[0].actor, Actor::new("alice"));
    assert_eq!(history[0].causation, Causation::Command(placed.command_id));
    assert_eq!(history[0].correlation, placed.command_id);

    let requested = &shop.history::<Item>(&item, 0).await.unwrap()[0];
    assert_eq!(requested.causation, Causation::Event(history[0].cid));
    assert_eq!(requested.correlation, history[0].correlation);
    assert_eq!(Cause::from(&history[0]), Cause::from(&placed));
    assert_eq!(shop.history::<Order>(&order, 1).await.unwrap(), history[1..]);
}
