//~ which of them?
use cim_runtime::prelude::*;

pub struct Order;

#[event(Order, version = 1, version = 1)]
pub struct OrderPlaced;

fn main() {}
