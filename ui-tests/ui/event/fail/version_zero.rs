//~ versions count from 1
use cim_runtime::prelude::*;

pub struct Order;

#[event(Order, version = 0)]
pub struct OrderPlaced;

fn main() {}
