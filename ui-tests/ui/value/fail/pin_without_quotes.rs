//~ a stored name stands in quotes
use cim_runtime::prelude::*;

#[value]
pub struct Line {
    #[stored(name = article)]
    pub sku: String,
}

fn main() {}
