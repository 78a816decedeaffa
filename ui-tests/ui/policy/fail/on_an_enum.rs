//~ the attribute on what is no policy
use cim_runtime::prelude::*;

#[policy]
pub enum Reminders {
    First,
}

fn main() {}
