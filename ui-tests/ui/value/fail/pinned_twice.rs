//~ two pins on one field
use cim_runtime::prelude::*;

#[value]
pub struct Line {
    #[stored(name = "article")]
    #[stored(name = "item")]
    pub sku: String,
}

fn main() {}
