//~ arguments stand between commas
use cim_runtime::prelude::*;

pub struct Order;

#[event(Order; version = 1)]
pub struct OrderPlaced;

fn main() {}
