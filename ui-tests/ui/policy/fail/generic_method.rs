//~ a method for any event
use cim_runtime::prelude::*;

#[derive(Tables)]
pub struct Reminders;

pub struct OrderPlaced;

#[policy]
impl Reminders {
    #[on]
    fn placed<E>(&mut self, _: &Recorded<E>) {}
}

fn main() {}
