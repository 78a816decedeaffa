//~ a system is a name
use cim_runtime::prelude::*;

#[system(aggregates())]
pub enum Shop {}

fn main() {}
