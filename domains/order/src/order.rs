//! An order, from basket to doorstep.

use cim_runtime::prelude::*;

use crate::item::ItemId;

/// The number on the customer's receipt.
#[derive(DomainId)]
pub struct OrderId(String);

/// Why an order says no.
#[value]
pub enum OrderRefused {
    /// An order names one item at least.
    Empty,
    /// The payment differs from the price.
    WrongAmount { due_cents: u64 },
}

/// An order: what it costs, and how far it has come.
#[aggregate(domain = "shop", id = OrderId)]
#[derive(Default)]
pub struct Order {
    price_cents: u64,
}

/// Ask for these items at this price.
#[command(Order)]
pub struct PlaceOrder {
    pub items: Vec<ItemId>,
    pub price_cents: u64,
}

/// Promise the customer that the order will be kept.
#[command(Order)]
pub struct ConfirmOrder;

/// Remind the customer that payment is due.
#[command(Order)]
pub struct RemindOfPayment;

/// Pay the price.
#[command(Order)]
pub struct PayOrder {
    pub cents: u64,
}

/// Call the order off.
#[command(Order)]
pub struct CancelOrder {
    pub reason: String,
}

/// Hand the order over to the carrier.
#[command(Order)]
pub struct ShipOrder;

/// Leave the order on the doorstep.
#[command(Order)]
pub struct DeliverOrder;

#[event(Order)]
pub struct OrderPlaced {
    pub items: Vec<ItemId>,
    pub price_cents: u64,
}

#[event(Order)]
pub struct OrderConfirmed;

#[event(Order)]
pub struct PaymentReminded;

#[event(Order, unread)]
pub struct OrderPaid {
    pub cents: u64,
}

#[event(Order, unread)]
pub struct OrderCancelled {
    pub reason: String,
    pub refund_cents: u64,
    pub by: Actor,
}

#[event(Order)]
pub struct OrderShipped;

#[event(Order)]
pub struct OrderDelivered;

#[state_machine(
    initial Draft,
    /// Waiting for the shop to confirm it.
    Placed,
    /// Waiting for payment.
    Confirmed,
    Paid,
    Shipped,
    terminal Delivered,
    terminal Cancelled,
)]
impl Order {
    /// Takes the basket; an empty one is refused.
    #[transition(Draft -> Placed)]
    fn place(&self, cmd: PlaceOrder) -> Result<OrderPlaced, OrderRefused> {
        if cmd.items.is_empty() {
            return Err(OrderRefused::Empty);
        }
        Ok(OrderPlaced { items: cmd.items, price_cents: cmd.price_cents })
    }

    #[transition(Placed -> Confirmed)]
    fn confirm(&self, _: ConfirmOrder) -> OrderConfirmed {
        OrderConfirmed
    }

    #[transition(Confirmed)]
    fn remind(&self, _: RemindOfPayment) -> PaymentReminded {
        PaymentReminded
    }

    #[transition(Confirmed -> Paid)]
    fn pay(&self, cmd: PayOrder) -> Result<OrderPaid, OrderRefused> {
        if cmd.cents != self.price_cents {
            return Err(OrderRefused::WrongAmount { due_cents: self.price_cents });
        }
        Ok(OrderPaid { cents: cmd.cents })
    }

    /// Until it is paid, an order costs nothing to cancel.
    #[transition(Placed | Confirmed -> Cancelled)]
    fn cancel(&self, cmd: CancelOrder, cx: &Context<Self>) -> OrderCancelled {
        OrderCancelled { reason: cmd.reason, refund_cents: 0, by: cx.actor() }
    }

    /// What was paid is given back, as long as the order has not left.
    #[transition(Paid -> Cancelled)]
    fn refund(&self, cmd: CancelOrder, cx: &Context<Self>) -> OrderCancelled {
        OrderCancelled { reason: cmd.reason, refund_cents: self.price_cents, by: cx.actor() }
    }

    #[transition(Paid -> Shipped)]
    fn ship(&self, _: ShipOrder) -> OrderShipped {
        OrderShipped
    }

    #[transition(Shipped -> Delivered)]
    fn deliver(&self, _: DeliverOrder) -> OrderDelivered {
        OrderDelivered
    }

    #[apply]
    fn placed(&mut self, event: &OrderPlaced) {
        self.price_cents = event.price_cents;
    }
}
