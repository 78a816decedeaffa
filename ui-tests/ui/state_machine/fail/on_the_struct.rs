//~ the machine belongs to the impl
use cim_runtime::prelude::*;

#[derive(DomainId)]
pub struct OrderId(String);

#[state_machine(initial Draft, terminal Placed)]
#[aggregate(domain = "shop", id = OrderId)]
#[derive(Default)]
pub struct Order {}

fn main() {}
