//! Every form of a method in a projection.

use std::collections::BTreeMap;

use cim_runtime::prelude::*;
use cim_runtime::rows::Tables as _;

#[derive(DomainId)]
pub struct OrderId(String);

#[aggregate(domain = "pass", id = OrderId)]
#[derive(Default)]
pub struct Order {}

#[command(Order)]
pub struct PlaceOrder {
    pub cents: u64,
}

#[command(Order)]
pub struct PayOrder;

#[event(Order)]
pub struct OrderPlaced {
    pub cents: u64,
}

#[event(Order)]
pub struct OrderPaid;

#[event(Order)]
pub struct OrderClosed;

#[state_machine(initial Draft, Placed, terminal Paid)]
impl Order {
    #[transition(Draft -> Placed)]
    fn place(&self, cmd: PlaceOrder) -> OrderPlaced {
        OrderPlaced { cents: cmd.cents }
    }

    #[transition(Placed -> Paid on OrderPaid, Paid on OrderClosed)]
    fn pay(&self, _: PayOrder) -> OneOf<OrderPaid, OrderClosed> {
        one_of(OrderPaid)
    }

    #[apply]
    fn placed(&mut self, _: &OrderPlaced) {}
}

#[value]
#[derive(Default)]
pub struct Summary {
    pub cents: u64,
    pub paid: bool,
}

pub struct NotPlaced(OrderId);

impl std::fmt::Display for NotPlaced {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "the order {} was never placed", self.0)
    }
}

#[derive(Tables)]
pub struct OrderBook {
    orders: Table<OrderId, Summary>,
    pub by_day: Table<(Timestamp, OrderId), u64>,
    r#in: InMemory<BTreeMap<OrderId, u64>>,
}

#[value]
pub struct OrderOf(pub OrderId);

#[value]
pub struct AllOrders {}

pub mod questions {
    #[cim_runtime::prelude::value]
    pub struct Count;
}

#[projection(name = "order_book", version = 2, on_failure = stop)]
impl OrderBook {
    /// Nothing that is asked of a projection.
    const LIMIT: usize = 100;

    #[on]
    fn placed(&mut self, event: &Recorded<OrderPlaced>) {
        let (id, cents) = (event.id(), event.event.cents);
        self.orders.insert(&id, Summary { cents, paid: false });
        self.r#in.insert(id, cents);
    }

    #[on]
    fn paid(&mut self, event: &Recorded<OrderPaid>) -> Result<(), NotPlaced> {
        let id = event.id();
        let order = self.orders.get_mut(&id).ok_or(NotPlaced(id))?;
        order.paid = true;
        Ok(())
    }

    #[cim_runtime::prelude::on]
    fn closed(
        &mut self,
        _: &cim_runtime::prelude::Recorded<OrderClosed>,
    ) -> Result<(), impl ToString + std::fmt::Display> {
        Ok::<(), String>(())
    }

    #[query]
    fn order(&self, OrderOf(id): OrderOf) -> Option<Summary> {
        self.orders.get(&id)
    }

    #[query]
    #[must_use]
    fn all(&self, _: AllOrders) -> Vec<(OrderId, Summary)> {
        self.orders.iter().take(Self::LIMIT).collect()
    }

    #[query]
    fn count(&self, _: questions::Count) -> u64 {
        self.len() as u64
    }

    #[query]
    #[cfg(any())]
    fn not_there(&self, _: NotThere) -> NotThere {}

    fn len(&self) -> usize {
        self.orders.iter().count()
    }
}

#[derive(Tables)]
pub struct Counted {
    events: Table<u64, u64>,
}

#[projection]
impl Counted {
    #[on]
    fn placed(&mut self, event: &Recorded<OrderPlaced>) {
        *self.events.get_or_default(&0) += event.position;
    }
}

#[system(aggregates(Order), projections(OrderBook, Counted))]
pub struct Shop;

/// What it can be asked.
///
/// # Errors
///
/// Those of the projection.
pub async fn asked(shop: &Handle<Shop>, id: OrderId) -> Result<usize, Error> {
    let order: Option<Summary> = shop.ask(OrderOf(id)).await?;
    let all = shop.ask(AllOrders {}).await?;
    let names = OrderBook::TABLES.iter().filter(|table| table.name == "in").count();
    Ok(shop.ask(questions::Count).await? as usize
        + all.len()
        + usize::from(order.is_some())
        + names)
}
