//~ the default stands in the second one
use cim_runtime::prelude::*;

#[derive(Settings)]
pub struct ReminderSettings {
    #[setting(min = 1)]
    #[setting(default = 2)]
    pub weeks: u32,
}

fn main() {}
