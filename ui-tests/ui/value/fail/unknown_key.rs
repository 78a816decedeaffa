//~ a value has no version
use cim_runtime::prelude::*;

#[value(version = 2)]
pub struct Line {}

fn main() {}
