//~ nobody stores what stands in this struct
use cim_runtime::prelude::*;

#[personal]
pub struct Name {
    pub given: String,
}

fn main() {}
