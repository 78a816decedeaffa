//~ its size depends on the machine
use cim_runtime::prelude::*;

#[value]
pub struct Count(pub usize);

fn main() {}
