//~ one runtime is enough
use cim_runtime::prelude::*;

#[derive(Settings)]
#[settings(crate = ::cim_runtime)]
#[settings(crate = ::cim_runtime)]
pub struct ReminderSettings {
    #[setting(default = 2)]
    pub weeks: u32,
}

fn main() {}
