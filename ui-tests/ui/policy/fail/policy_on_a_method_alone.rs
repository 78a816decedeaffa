//~ the attribute of the impl on its method
use cim_runtime::prelude::*;

#[derive(Tables)]
pub struct Reminders;

pub struct OrderPlaced;

impl Reminders {
    #[policy]
    fn placed(&mut self, _: &Recorded<OrderPlaced>) {}
}

fn main() {}
