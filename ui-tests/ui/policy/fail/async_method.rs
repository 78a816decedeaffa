//~ a method that waits
use cim_runtime::prelude::*;

#[derive(Tables)]
pub struct Reminders;

pub struct OrderPlaced;

#[policy]
impl Reminders {
    #[on]
    async fn placed(&mut self, _: &Recorded<OrderPlaced>) {}
}

fn main() {}
