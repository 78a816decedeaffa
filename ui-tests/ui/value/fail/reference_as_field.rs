//~ what is stored is owned
use cim_runtime::prelude::*;

#[value]
pub enum Refused {
    Because(&str),
}

fn main() {}
