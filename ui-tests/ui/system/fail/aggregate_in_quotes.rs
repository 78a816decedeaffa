//~ types do not stand in quotes
use cim_runtime::prelude::*;

#[system(aggregates("Order"))]
pub struct Shop;

fn main() {}
