//! A method that takes some events of a machine, beside one that takes what is left.

use cim_runtime::prelude::*;

#[derive(DomainId)]
pub struct OrderId(String);

#[aggregate(domain = "shop", id = OrderId)]
#[derive(Default)]
pub struct Order {}

#[command(Order)]
pub struct PlaceOrder;

#[command(Order)]
pub struct PayOrder;

#[event(Order)]
pub struct OrderPlaced;

#[event(Order)]
pub struct OrderPaid;

#[state_machine(initial Draft, Placed, terminal Paid)]
impl Order {
    #[transition(Draft -> Placed)]
    fn place(&self, _: PlaceOrder) -> OrderPlaced {
        OrderPlaced
    }

    #[transition(Placed -> Paid)]
    fn pay(&self, _: PayOrder) -> OrderPaid {
        OrderPaid
    }
}

/// Also an event that the machine of another aggregate has under the same name.
pub mod other {
    use super::*;

    #[derive(DomainId)]
    pub struct BillId(String);

    #[aggregate(domain = "shop", id = BillId)]
    #[derive(Default)]
    pub struct Bill {}

    #[command(Bill)]
    pub struct PayOrder;

    #[event(Bill)]
    pub struct OrderPaid;

    #[state_machine(initial Open, terminal Paid)]
    impl Bill {
        #[transition(Open -> Paid)]
        fn pay(&self, _: PayOrder) -> OrderPaid {
            OrderPaid
        }
    }
}

#[derive(Tables)]
pub struct Reminders {
    named: Table<String, u32>,
    left: Table<String, u32>,
}

#[policy]
impl Reminders {
    #[on(OrderPlaced)]
    fn placed(&mut self, event: &Recorded<AnyOf<Order>>) {
        *self.named.get_or_default(&event.event.name().to_owned()) += 1;
    }

    #[on]
    fn left(&mut self, event: &Recorded<AnyOf<Order>>) {
        *self.left.get_or_default(&event.event.name().to_owned()) += 1;
    }

    #[on(other::OrderPaid)]
    #[on(ends = "it calls for nothing")]
    fn bill_paid(&mut self, event: &Recorded<AnyOf<other::Bill>>) {
        *self.named.get_or_default(&event.event.name().to_owned()) += 1;
    }
}

#[system(aggregates(Order, other::Bill), policies(Reminders))]
pub struct Shop;
