//~ a union does not say what it holds
use cim_runtime::prelude::*;

#[value]
pub union Line {
    pub a: u32,
    pub b: u32,
}

fn main() {}
