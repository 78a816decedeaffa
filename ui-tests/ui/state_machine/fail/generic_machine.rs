//~ what is stored has one shape
use cim_runtime::prelude::*;

pub struct Order<T>(T);

#[state_machine(initial Draft, terminal Placed)]
impl<T> Order<T> {}

fn main() {}
