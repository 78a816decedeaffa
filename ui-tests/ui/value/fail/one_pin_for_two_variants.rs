//~ two variants would be stored under one name
use cim_runtime::prelude::*;

#[value]
pub enum Payment {
    #[stored(name = "Paid")]
    Cash,
    #[stored(name = "Paid")]
    Card { number: u64 },
}

fn main() {}
