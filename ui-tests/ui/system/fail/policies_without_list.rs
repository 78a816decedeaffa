//~ policies that are not named
use cim_runtime::prelude::*;

#[system(aggregates(), policies)]
pub struct Shop;

fn main() {}
