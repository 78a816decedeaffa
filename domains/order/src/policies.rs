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

/// Who has not paid after two weeks is reminded, and again each two weeks, unless told otherwise.
#[derive(Tables)]
pub struct Reminders {
    settings: Settings<ReminderSettings>,
    sent: Table<OrderId, u32>,
}

/// How patient the shop is.
#[derive(Settings)]
pub struct ReminderSettings {
    /// How many weeks a customer may take to pay, before each reminder.
    #[setting(default = 2, min = 1, max = 52)]
    pub weeks: i64,
    /// After how many reminders no more are sent; none, if it is left out.
    pub times: Option<u32>,
}

#[policy(refused = ignore)]
impl Reminders {
    #[on]
    fn confirmed(&mut self, event: &Recorded<OrderConfirmed>) -> Option<To<RemindOfPayment>> {
        self.next(event.id())
    }

    #[on(ends = "an order is paid or cancelled some day")]
    fn reminded(&mut self, event: &Recorded<PaymentReminded>) -> Option<To<RemindOfPayment>> {
        *self.sent.get_or_default(&event.id()) += 1;
        self.next(event.id())
    }

    #[on]
    fn paid(&mut self, event: &Recorded<OrderPaid>) -> Cancel<RemindOfPayment> {
        self.end(event.id())
    }

    #[on]
    fn cancelled(&mut self, event: &Recorded<OrderCancelled>) -> Cancel<RemindOfPayment> {
        self.end(event.id())
    }

    /// The next reminder of an order, if it is to be reminded once more.
    fn next(&self, order: OrderId) -> Option<To<RemindOfPayment>> {
        let sent = self.sent.get(&order).unwrap_or_default();
        let more = self.settings.times.is_none_or(|times| sent < times);
        more.then(|| RemindOfPayment.to(order).after(self.settings.weeks.weeks()))
    }

    fn end(&mut self, order: OrderId) -> Cancel<RemindOfPayment> {
        self.sent.remove(&order);
        RemindOfPayment::cancel(order)
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
