//~ `#[value]` is needed on each type, down to the last
use cim_runtime::prelude::*;

pub struct Line;

#[value]
pub enum Cart {
    Empty,
    Full { lines: Vec<Line> },
}

fn main() {}
