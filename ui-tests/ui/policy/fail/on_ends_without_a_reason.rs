//~ nothing is no reason
use cim_runtime::prelude::*;

#[derive(Tables)]
pub struct Reminders;

pub struct OrderPlaced;

#[policy]
impl Reminders {
    #[on(ends = "")]
    fn placed(&mut self, _: &Recorded<OrderPlaced>) {}
}

fn main() {}
