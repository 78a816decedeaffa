//~ the impl has no `#[state_machine]`
use cim_runtime::prelude::*;

pub struct Order;

impl Order {
    #[apply]
    pub fn placed(&mut self) {}
}

fn main() {}
