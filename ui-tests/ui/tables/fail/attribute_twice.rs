//~ one runtime is enough
use cim_runtime::prelude::*;

#[derive(Tables)]
#[tables(crate = ::cim_runtime)]
#[tables(crate = ::cim_runtime)]
pub struct Names {
    names: Table<String, u64>,
}

fn main() {}
