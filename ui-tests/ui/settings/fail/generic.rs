//~ a file names no types
use cim_runtime::prelude::*;

#[derive(Settings)]
pub struct ReminderSettings<T> {
    #[setting(default = 2)]
    pub weeks: T,
}

fn main() {}
