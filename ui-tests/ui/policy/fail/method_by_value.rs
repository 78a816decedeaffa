//~ a method that takes the policy away
use cim_runtime::prelude::*;

#[derive(Tables)]
pub struct Reminders;

pub struct OrderPlaced;

#[policy]
impl Reminders {
    #[on]
    fn placed(self, _: &Recorded<OrderPlaced>) {}
}

fn main() {}
