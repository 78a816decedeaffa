//~ a command is data
use cim_runtime::prelude::*;

pub struct Order;

#[command(Order)]
pub fn place() {}

fn main() {}
