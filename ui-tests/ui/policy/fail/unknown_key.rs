//~ a key that is misspelt
use cim_runtime::prelude::*;

#[derive(Tables)]
pub struct Reminders;

pub struct OrderPlaced;

#[policy(refuse = ignore)]
impl Reminders {
    #[on]
    fn placed(&mut self, _: &Recorded<OrderPlaced>) {}
}

fn main() {}
