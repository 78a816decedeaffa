//~ what is stored has one shape
use cim_runtime::prelude::*;

#[value]
pub struct Page<T> {
    pub items: Vec<T>,
}

fn main() {}
