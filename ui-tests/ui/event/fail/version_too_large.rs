//~ no event has so many versions
use cim_runtime::prelude::*;

pub struct Order;

#[event(Order, version = 5000000000)]
pub struct OrderPlaced;

fn main() {}
