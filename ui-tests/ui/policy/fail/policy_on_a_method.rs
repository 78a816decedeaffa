//~ both attributes on the method that should have one
use cim_runtime::prelude::*;

#[derive(Tables)]
pub struct Reminders;

pub struct OrderPlaced;

#[policy]
impl Reminders {
    #[policy]
    fn placed(&mut self, _: &Recorded<OrderPlaced>) {}
}

fn main() {}
