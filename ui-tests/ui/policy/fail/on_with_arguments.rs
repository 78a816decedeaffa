//~ what the signature says is said again
use cim_runtime::prelude::*;

#[derive(Tables)]
pub struct Reminders;

pub struct OrderPlaced;

#[policy]
impl Reminders {
    #[on(OrderPlaced)]
    fn placed(&mut self, _: &Recorded<OrderPlaced>) {}
}

fn main() {}
