//~ a method that is not there in every build
use cim_runtime::prelude::*;

#[derive(Tables)]
pub struct Reminders;

pub struct OrderPlaced;

#[policy]
impl Reminders {
    #[on]
    #[cfg(any())]
    fn placed(&mut self, _: &Recorded<OrderPlaced>) {}
}

fn main() {}
