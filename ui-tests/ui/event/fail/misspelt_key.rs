//~ `versoin` is no key
use cim_runtime::prelude::*;

pub struct Order;

#[event(Order, versoin = 1)]
pub struct OrderPlaced;

fn main() {}
