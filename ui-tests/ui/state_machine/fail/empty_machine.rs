//~ without a state there is nowhere to start
use cim_runtime::prelude::*;

#[derive(DomainId)]
pub struct OrderId(String);

#[aggregate(domain = "shop", id = OrderId)]
#[derive(Default)]
pub struct Order {}

#[state_machine()]
impl Order {}

fn main() {}
