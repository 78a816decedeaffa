//~ a system has parts
use cim_runtime::prelude::*;

#[system]
pub struct Shop;

fn main() {}
