//~ arguments are keys with values
use cim_runtime::prelude::*;

pub struct Order;

#[event(Order, 2)]
pub struct OrderPlaced;

fn main() {}
