//~ a policy that leaves it to chance
use cim_runtime::prelude::*;

#[derive(Tables)]
pub struct Reminders;

pub struct OrderPlaced;

#[policy]
impl Reminders {
    #[on]
    fn placed(&mut self, _: &Recorded<OrderPlaced>) {
        drop(rand::random::<u8>());
    }
}

fn main() {}
