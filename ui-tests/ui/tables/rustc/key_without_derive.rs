//~ an own type is a key as an id
use cim_runtime::prelude::*;

#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Sku(String);

#[derive(Tables)]
pub struct Stock {
    counts: Table<Sku, u64>,
}

fn main() {}
