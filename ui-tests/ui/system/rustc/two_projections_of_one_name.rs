//~ their rows would stand in one place
use cim_runtime::prelude::*;

#[derive(DomainId)]
pub struct OrderId(String);

#[aggregate(domain = "shop", id = OrderId)]
#[derive(Default)]
pub struct Order {}

#[command(Order)]
pub struct PlaceOrder;

#[event(Order)]
pub struct OrderPlaced;

#[state_machine(initial Draft, terminal Placed)]
impl Order {
    #[transition(Draft -> Placed)]
    fn place(&self, _: PlaceOrder) -> OrderPlaced {
        OrderPlaced
    }
}

macro_rules! book {
    () => {
        #[derive(Tables)]
        pub struct OrderBook {
            orders: Table<String, u64>,
        }

        #[projection]
        impl OrderBook {
            #[on]
            fn placed(&mut self, _: &Recorded<crate::OrderPlaced>) {}
        }
    };
}

book!();

pub mod old {
    use cim_runtime::prelude::*;

    book!();
}

#[system(aggregates(Order), projections(OrderBook, old::OrderBook))]
pub struct Shop;

fn main() {}
