//~ an empty name
use cim_runtime::prelude::*;

#[value]
pub struct Line {
    #[stored(name = "")]
    pub sku: String,
}

fn main() {}
