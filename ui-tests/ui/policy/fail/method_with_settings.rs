//~ a method that asks for more than the event
use cim_runtime::prelude::*;

#[derive(Tables)]
pub struct Reminders;

pub struct OrderPlaced;

#[policy]
impl Reminders {
    #[on]
    fn placed(&mut self, _: &Recorded<OrderPlaced>, _days: u32) {}
}

fn main() {}
