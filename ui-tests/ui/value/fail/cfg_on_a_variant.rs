//~ two builds would read different things
use cim_runtime::prelude::*;

#[value]
pub enum Refused {
    Empty,
    #[cfg(test)]
    Late,
}

fn main() {}
