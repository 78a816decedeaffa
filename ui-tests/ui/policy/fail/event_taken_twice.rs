//~ two methods for one event
use cim_runtime::prelude::*;

#[derive(Tables)]
pub struct Reminders;

pub struct OrderPlaced;

#[policy]
impl Reminders {
    #[on]
    fn placed(&mut self, _: &Recorded<OrderPlaced>) {}

    #[on]
    fn placed_again(&self, _: &Recorded<OrderPlaced>) {}
}

fn main() {}
