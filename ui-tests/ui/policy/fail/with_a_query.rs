//~ a policy that is asked
use cim_runtime::prelude::*;

#[derive(Tables)]
pub struct Reminders;

pub struct OrderPlaced;

#[policy]
impl Reminders {
    #[on]
    fn placed(&mut self, _: &Recorded<OrderPlaced>) {}

    #[query]
    fn count(&self, _: OrderPlaced) -> u64 {
        0
    }
}

fn main() {}
