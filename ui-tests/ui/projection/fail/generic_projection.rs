//~ whose rows would they be?
use cim_runtime::prelude::*;

pub struct OrderPlaced;

pub struct Book<T>(T);

#[projection]
impl<T> Book<T> {
    #[on]
    fn placed(&mut self, _: &Recorded<OrderPlaced>) {}
}

fn main() {}
