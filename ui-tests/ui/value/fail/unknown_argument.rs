//~ `#[value]` needs none
use cim_runtime::prelude::*;

#[value("line")]
pub struct Line {}

fn main() {}
