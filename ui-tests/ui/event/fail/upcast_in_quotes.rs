//~ types do not stand in quotes
use cim_runtime::prelude::*;

pub struct Order;

#[event(Order, version = 2, upcast = "v1::OrderPlaced")]
pub struct OrderPlaced;

fn main() {}
