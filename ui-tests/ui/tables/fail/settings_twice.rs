//~ two structs for one table
use cim_runtime::prelude::*;

#[derive(Settings)]
pub struct A {
    #[setting(default = 2)]
    pub weeks: u32,
}

#[derive(Settings)]
pub struct B {
    #[setting(default = 3)]
    pub times: u32,
}

#[derive(Tables)]
pub struct Reminders {
    a: Settings<A>,
    b: Settings<B>,
}

fn main() {}
