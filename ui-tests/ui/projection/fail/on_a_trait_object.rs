//~ rows belong to a struct
use cim_runtime::prelude::*;

pub struct OrderPlaced;

pub struct Other;

#[projection]
impl dyn Book {
    #[on]
    fn placed(&mut self, _: &Recorded<OrderPlaced>) {}
}

pub trait Book {}

fn main() {}
