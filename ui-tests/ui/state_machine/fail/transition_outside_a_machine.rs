//~ the impl has no `#[state_machine]`
use cim_runtime::prelude::*;

pub struct Order;

impl Order {
    #[transition(Draft -> Placed)]
    pub fn place(&self) {}
}

fn main() {}
