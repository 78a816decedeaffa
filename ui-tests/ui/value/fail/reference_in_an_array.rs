//~ what is stored is owned
use cim_runtime::prelude::*;

#[value]
pub struct Line {
    pub names: [&'static str; 2],
}

fn main() {}
