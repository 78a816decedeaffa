//~ a word for the start that nobody knows
use cim_runtime::prelude::*;

#[derive(Tables)]
pub struct Reminders;

pub struct OrderPlaced;

#[policy(starts = now)]
impl Reminders {
    #[on]
    fn placed(&mut self, _: &Recorded<OrderPlaced>) {}
}

fn main() {}
