//~ a value has no stream
use cim_runtime::prelude::*;

#[value]
pub struct Line {}

#[system(aggregates(Line))]
pub struct Shop;

fn main() {}
