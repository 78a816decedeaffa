//~ the pin says nothing
use cim_runtime::prelude::*;

#[value]
pub struct Line {
    #[stored]
    pub sku: String,
}

fn main() {}
