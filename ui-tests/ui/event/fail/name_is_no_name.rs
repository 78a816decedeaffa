//~ a blank in a name
use cim_runtime::prelude::*;

pub struct Order;

#[event(Order, name = "Order Placed")]
pub struct OrderPlaced;

fn main() {}
