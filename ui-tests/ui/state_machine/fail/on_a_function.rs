//~ the machine belongs to the impl
use cim_runtime::prelude::*;

#[state_machine(initial Draft, terminal Placed)]
pub fn place() {}

fn main() {}
