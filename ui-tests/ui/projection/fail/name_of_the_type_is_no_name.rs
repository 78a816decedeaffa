//~ rows are kept under it, on every medium
use cim_runtime::prelude::*;

pub struct OrderPlaced;

#[derive(Tables)]
pub struct Größen {
    orders: Table<String, u64>,
}

#[projection]
impl Größen {
    #[on]
    fn placed(&mut self, _: &Recorded<OrderPlaced>) {}
}

fn main() {}
