//~ the field of a tuple has no name to keep
use cim_runtime::prelude::*;

#[value]
pub struct Sku(#[stored(name = "article")] pub String);

fn main() {}
