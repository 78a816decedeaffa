//! Orders with three events each, and two read models of them.

use std::ops::Range;

use cim_order::order::{ConfirmOrder, OrderId, OrderPaid, PayOrder, PlaceOrder};
use cim_order::sales::Sales;
use cim_runtime::prelude::*;
use futures::stream::{self, StreamExt as _};

/// How many events an order has.
pub const EACH: u64 = 3;

/// How many orders are on their way at once while the stream is filled.
const AT_ONCE: usize = 256;

/// How many customers there are.
pub const CUSTOMERS: u64 = 1000;

/// What each customer has paid: few rows, whatever happens.
#[derive(Tables)]
pub struct Paid {
    cents: Table<String, u64>,
}

#[projection]
impl Paid {
    #[on]
    fn paid(&mut self, event: &Recorded<OrderPaid>) {
        *self.cents.get_or_default(&event.actor.to_string()) += event.event.cents;
    }
}

/// The orders and what is known of them, without what the shop does by itself.
#[system(
    aggregates(cim_order::order::Order, cim_order::item::Item, cim_order::package::Package),
    projections(Sales, Paid)
)]
pub struct Books;

pub fn id(number: u64) -> OrderId {
    format!("{number:08}").parse().unwrap()
}

/// Stores the events of these orders.
pub async fn fill(shop: &Handle<Books>, orders: Range<u64>) {
    stream::iter(orders).for_each_concurrent(AT_ONCE, |number| live(shop, number)).await;
}

async fn live(shop: &Handle<Books>, number: u64) {
    let id = id(number);
    let items = ["1", "2"].map(|item| format!("{number}-{item}").parse().unwrap());
    let shop = shop.acting_as(format!("customer-{}", number % CUSTOMERS));
    let place = PlaceOrder { items: items.to_vec(), price_cents: 52_496 };
    shop.send(&id, place).await.unwrap();
    shop.send(&id, ConfirmOrder).await.unwrap();
    shop.send(&id, PayOrder { cents: 52_496 }).await.unwrap();
}
