//~ rows are kept under the name of their table
use cim_runtime::prelude::*;

#[derive(Tables)]
pub struct OrderBook(Table<String, u64>);

fn main() {}
