//~ two builds would write different bytes
use cim_runtime::prelude::*;

pub struct Order;

#[event(Order)]
pub struct OrderPlaced {
    #[cfg(test)]
    pub by: String,
}

fn main() {}
