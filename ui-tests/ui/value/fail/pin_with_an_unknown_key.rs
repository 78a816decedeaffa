//~ the key is `name`
use cim_runtime::prelude::*;

#[value]
pub struct Line {
    #[stored(nam = "article")]
    pub sku: String,
}

fn main() {}
