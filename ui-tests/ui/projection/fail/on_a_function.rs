//~ a function keeps no rows
use cim_runtime::prelude::*;

pub struct OrderPlaced;

#[projection]
pub fn placed(_: &Recorded<OrderPlaced>) {}

fn main() {}
