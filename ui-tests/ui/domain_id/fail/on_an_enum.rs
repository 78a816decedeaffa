//~ an id holds one value
use cim_runtime::prelude::*;

#[derive(DomainId)]
pub enum OrderId {
    First,
}

fn main() {}
