//~ a trait has no name to keep events under
use cim_runtime::prelude::*;

pub trait Order {}

#[state_machine(initial Draft, terminal Placed)]
impl dyn Order {}

fn main() {}
