//~ which projections?
use cim_runtime::prelude::*;

#[system(aggregates(), projections)]
pub struct Shop;

fn main() {}
