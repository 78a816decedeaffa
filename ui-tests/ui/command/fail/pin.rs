//~ a command is not stored
use cim_runtime::prelude::*;

pub struct Order;

#[command(Order)]
pub struct CancelOrder {
    #[stored(name = "why")]
    pub reason: String,
}

fn main() {}
