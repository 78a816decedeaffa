//~ which event it is must be seen
use cim_runtime::prelude::*;

pub struct OrderPlaced;

pub type Placed<E> = Recorded<E>;

#[derive(Tables)]
pub struct OrderBook {
    orders: Table<String, u64>,
}

#[projection]
impl OrderBook {
    #[on]
    fn placed(&mut self, _: &Placed<OrderPlaced>) {}
}

fn main() {}
