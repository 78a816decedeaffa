//! What the shop wants to know of its orders.

use cim_runtime::jiff::civil::Date;
use cim_runtime::jiff::tz::TimeZone;
use cim_runtime::prelude::*;

use crate::order::{
    OrderCancelled, OrderConfirmed, OrderDelivered, OrderId, OrderPaid, OrderPlaced, OrderShipped,
    PaymentReminded,
};
use crate::package::{DeliveryFailed, PackageCreated, PackageDelivered, PackageId, PackageSent};

/// An order at a glance.
#[value]
pub struct OrderSummary {
    /// Who has placed it.
    pub customer: String,
    pub items: u32,
    pub price_cents: u64,
    pub placed_at: Timestamp,
    pub reminders: u32,
    pub progress: Progress,
}

/// How far an order has come.
#[value]
#[derive(Copy, Eq)]
pub enum Progress {
    Placed,
    Confirmed,
    Paid,
    Shipped,
    Delivered,
    Cancelled,
}

/// A customer at a glance.
#[value]
#[derive(Default, Eq)]
pub struct CustomerSummary {
    pub orders: u32,
    pub paid_cents: u64,
    pub open_cents: u64,
}

/// A package that is not yet delivered.
#[value]
#[derive(Eq)]
pub struct OpenPackage {
    pub items: u32,
    pub sent: bool,
    pub failed_attempts: u32,
}

/// The orders, the customers, the packages on their way, and the money.
#[derive(Tables)]
pub struct Sales {
    orders: Table<OrderId, OrderSummary>,
    customers: Table<String, CustomerSummary>,
    orders_of: Table<(String, OrderId), bool>,
    packages: Table<PackageId, OpenPackage>,
    revenue: Table<Date, u64>,
}

/// One order.
#[value]
pub struct OrderById {
    pub id: OrderId,
}

/// All orders.
#[value]
pub struct AllOrders;

/// One customer.
#[value]
pub struct CustomerByName {
    pub name: String,
}

/// The orders of a customer.
#[value]
pub struct OrdersOf {
    pub customer: String,
}

/// All packages that are not yet delivered.
#[value]
pub struct OpenPackages;

/// What was paid on each day from one to another, in cents.
#[value]
pub struct Revenue {
    pub from: Date,
    pub to: Date,
}

#[projection]
impl Sales {
    #[on]
    fn placed(&mut self, event: &Recorded<OrderPlaced>) {
        let (id, customer) = (event.id(), event.actor.as_str().to_owned());
        let price_cents = event.event.price_cents;
        let summary = self.customers.get_or_default(&customer);
        summary.orders += 1;
        summary.open_cents += price_cents;
        self.orders_of.insert(&(customer.clone(), id.clone()), true);
        let order = OrderSummary {
            customer,
            items: event.event.items.len() as u32,
            price_cents,
            placed_at: event.at,
            reminders: 0,
            progress: Progress::Placed,
        };
        self.orders.insert(&id, order);
    }

    #[on]
    fn confirmed(&mut self, event: &Recorded<OrderConfirmed>) {
        self.reach(&event.id(), Progress::Confirmed);
    }

    #[on]
    fn reminded(&mut self, event: &Recorded<PaymentReminded>) {
        if let Some(order) = self.orders.get_mut(&event.id()) {
            order.reminders += 1;
        }
    }

    #[on]
    fn paid(&mut self, event: &Recorded<OrderPaid>) {
        let cents = event.event.cents;
        let day = event.at.to_zoned(TimeZone::UTC).date();
        *self.revenue.get_or_default(&day) += cents;
        if let Some(customer) = self.customer_of(&event.id()) {
            customer.paid_cents += cents;
            customer.open_cents -= cents;
        }
        self.reach(&event.id(), Progress::Paid);
    }

    #[on]
    fn cancelled(&mut self, event: &Recorded<OrderCancelled>) {
        let refund = event.event.refund_cents;
        let price = self.orders.get(&event.id()).map_or(0, |order| order.price_cents);
        if let Some(customer) = self.customer_of(&event.id()) {
            match refund {
                0 => customer.open_cents -= price,
                refund => customer.paid_cents -= refund,
            }
        }
        self.reach(&event.id(), Progress::Cancelled);
    }

    #[on]
    fn shipped(&mut self, event: &Recorded<OrderShipped>) {
        self.reach(&event.id(), Progress::Shipped);
    }

    #[on]
    fn delivered(&mut self, event: &Recorded<OrderDelivered>) {
        self.reach(&event.id(), Progress::Delivered);
    }

    #[on]
    fn package_created(&mut self, event: &Recorded<PackageCreated>) {
        let items = event.event.items.len() as u32;
        let package = OpenPackage { items, sent: false, failed_attempts: 0 };
        self.packages.insert(&event.id(), package);
    }

    #[on]
    fn package_sent(&mut self, event: &Recorded<PackageSent>) {
        if let Some(package) = self.packages.get_mut(&event.id()) {
            package.sent = true;
        }
    }

    #[on]
    fn delivery_failed(&mut self, event: &Recorded<DeliveryFailed>) {
        if let Some(package) = self.packages.get_mut(&event.id()) {
            package.failed_attempts = event.event.attempt;
        }
    }

    #[on]
    fn package_delivered(&mut self, event: &Recorded<PackageDelivered>) {
        self.packages.remove(&event.id());
    }

    #[query]
    fn order(&self, question: OrderById) -> Option<OrderSummary> {
        self.orders.get(&question.id)
    }

    #[query]
    fn orders(&self, _: AllOrders) -> Vec<(OrderId, OrderSummary)> {
        self.orders.iter().collect()
    }

    #[query]
    fn customer(&self, question: CustomerByName) -> Option<CustomerSummary> {
        self.customers.get(&question.name)
    }

    #[query]
    fn orders_of(&self, question: OrdersOf) -> Vec<(OrderId, OrderSummary)> {
        let orders = self.orders_of.with_prefix(&question.customer);
        orders.filter_map(|((_, id), _)| Some((id.clone(), self.orders.get(&id)?))).collect()
    }

    #[query]
    fn open_packages(&self, _: OpenPackages) -> Vec<(PackageId, OpenPackage)> {
        self.packages.iter().collect()
    }

    #[query]
    fn revenue(&self, question: Revenue) -> Vec<(Date, u64)> {
        self.revenue.range(question.from..=question.to).collect()
    }

    fn reach(&mut self, id: &OrderId, progress: Progress) {
        if let Some(order) = self.orders.get_mut(id) {
            order.progress = progress;
        }
    }

    fn customer_of(&mut self, id: &OrderId) -> Option<&mut CustomerSummary> {
        let order = self.orders.get(id)?;
        self.customers.get_mut(&order.customer)
    }
}
