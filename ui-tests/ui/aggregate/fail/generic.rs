//~ what is stored has one shape
use cim_runtime::prelude::*;

#[derive(DomainId)]
pub struct OrderId(String);

#[aggregate(domain = "shop", id = OrderId)]
#[derive(Default)]
pub struct Order<T> {
    lines: Vec<T>,
}

fn main() {}
