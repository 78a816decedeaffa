//~ nothing could be stored
use cim_runtime::prelude::*;

#[value]
pub enum Refused {}

fn main() {}
