//~ a variant's data is stored too
use cim_runtime::prelude::*;

#[value]
pub enum Refused {
    Late { since: std::time::Instant },
}

fn main() {}
