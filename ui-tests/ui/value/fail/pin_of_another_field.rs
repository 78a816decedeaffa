//~ two fields would be stored under one name
use cim_runtime::prelude::*;

#[value]
pub struct Line {
    pub article: String,
    #[stored(name = "article")]
    pub sku: String,
}

fn main() {}
