//~ a flag stands alone
use cim_runtime::prelude::*;

pub struct Order;

#[event(Order, unread = true)]
pub struct OrderPlaced;

fn main() {}
