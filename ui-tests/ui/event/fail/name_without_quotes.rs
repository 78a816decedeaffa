//~ a stored name stands in quotes
use cim_runtime::prelude::*;

pub struct Order;

#[event(Order, name = OrderSubmitted)]
pub struct OrderPlaced;

fn main() {}
