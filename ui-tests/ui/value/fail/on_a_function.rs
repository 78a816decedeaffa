//~ a value is data
use cim_runtime::prelude::*;

#[value]
pub fn line() {}

fn main() {}
