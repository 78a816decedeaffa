//! What the shop does by itself.

use cim_runtime::prelude::*;

use crate::item::{ItemId, ItemPicked, PackItem, RequestItem};
use crate::order::{
    OrderCancelled, OrderConfirmed, OrderId, OrderPaid, OrderPlaced, PaymentReminded,
    RemindOfPayment,
};
use crate::package::{CreatePackage, PackageCreated, PackageId, SendPackage};

/// The warehouse is asked for each item of an order.
#[policy]
pub fn request_items(event: &Recorded<OrderPlaced>) -> Vec<To<RequestItem>> {
    let request = |item: &ItemId| RequestItem { order: event.id() }.to(item.clone());
    event.event.items.iter().map(request).collect()
}

/// Who has not paid after two weeks is reminded, and again each two weeks.
#[derive(Tables)]
pub struct Reminders;

#[policy(refused = ignore, ends = "an order is paid or cancelled some day")]
impl Reminders {
    #[on]
    fn confirmed(&mut self, event: &Recorded<OrderConfirmed>) -> To<RemindOfPayment> {
        RemindOfPayment.to(event.id()).after(2.weeks())
    }

    #[on]
    fn reminded(&mut self, event: &Recorded<PaymentReminded>) -> To<RemindOfPayment> {
        RemindOfPayment.to(event.id()).after(2.weeks())
    }

    #[on]
    fn paid(&mut self, event: &Recorded<OrderPaid>) -> Cancel<RemindOfPayment> {
        RemindOfPayment::cancel(event.id())
    }

    #[on]
    fn cancelled(&mut self, event: &Recorded<OrderCancelled>) -> Cancel<RemindOfPayment> {
        RemindOfPayment::cancel(event.id())
    }
}

/// An order becomes a package once the last of its items is picked.
#[derive(Tables)]
pub struct Packing {
    /// The items of each order that are still to be picked, and those that are.
    baskets: Table<OrderId, Basket>,
    order_of: Table<ItemId, OrderId>,
}

/// The items of an order.
#[value]
#[derive(Default)]
pub struct Basket {
    pub waiting: u32,
    pub items: Vec<ItemId>,
}

#[policy]
impl Packing {
    #[on]
    fn placed(&mut self, event: &Recorded<OrderPlaced>) {
        let items = event.event.items.clone();
        for item in &items {
            self.order_of.insert(item, event.id());
        }
        self.baskets.insert(&event.id(), Basket { waiting: items.len() as u32, items });
    }

    #[on]
    fn picked(&mut self, event: &Recorded<ItemPicked>) -> Option<To<CreatePackage>> {
        let order = self.order_of.remove(&event.id())?;
        let basket = self.baskets.get_mut(&order)?;
        basket.waiting -= 1;
        if basket.waiting > 0 {
            return None;
        }
        let items = self.baskets.remove(&order)?.items;
        let package: PackageId = format!("of-{order}").parse().ok()?;
        Some(CreatePackage { items }.to(package))
    }

    #[on]
    fn created(
        &mut self,
        event: &Recorded<PackageCreated>,
    ) -> (Vec<To<PackItem>>, To<SendPackage>) {
        let pack = |item: &ItemId| PackItem { package: event.id() }.to(item.clone());
        (event.event.items.iter().map(pack).collect(), SendPackage.to(event.id()))
    }
}
