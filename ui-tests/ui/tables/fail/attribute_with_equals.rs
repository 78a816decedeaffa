//~ arguments stand in parentheses
use cim_runtime::prelude::*;

#[derive(Tables)]
#[tables = "::cim_runtime"]
pub struct Names {
    names: Table<String, u64>,
}

fn main() {}
