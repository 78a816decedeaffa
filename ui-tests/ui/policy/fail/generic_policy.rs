//~ a policy for any type
use cim_runtime::prelude::*;

#[derive(Tables)]
pub struct Reminders;

pub struct OrderPlaced;

pub struct Waiting<T>(T);

#[policy]
impl<T> Waiting<T> {
    #[on]
    fn placed(&mut self, _: &Recorded<OrderPlaced>) {}
}

fn main() {}
