//~ there is nowhere to write to
use cim_runtime::prelude::*;

#[derive(Tables)]
pub struct OrderBook;

fn main() {}
