//! A system that has nothing yet.

use cim_runtime::prelude::*;

#[system(aggregates())]
pub struct Shop;
