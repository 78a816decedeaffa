//~ two builds would write different bytes
use cim_runtime::prelude::*;

#[value]
pub struct Line {
    #[cfg(feature = "sku")]
    pub sku: String,
}

fn main() {}
