//~ the impl of a trait
use cim_runtime::prelude::*;

#[derive(Tables)]
pub struct Reminders;

pub struct OrderPlaced;

pub trait Reacts {
    fn placed(&mut self, _: &Recorded<OrderPlaced>);
}

#[policy]
impl Reacts for Reminders {
    #[on]
    fn placed(&mut self, _: &Recorded<OrderPlaced>) {}
}

fn main() {}
