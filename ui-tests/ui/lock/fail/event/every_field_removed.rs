//~ there were two fields
//# Order OrderPlaced 1 {note: text?, quantity: u32}
use cim_runtime::prelude::*;

pub struct Order;

#[event(Order)]
pub struct OrderPlaced;
