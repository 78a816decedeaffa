//~ which aggregates?
use cim_runtime::prelude::*;

#[system(aggregates)]
pub struct Shop;

fn main() {}
