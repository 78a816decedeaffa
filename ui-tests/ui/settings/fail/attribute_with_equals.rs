//~ arguments stand in parentheses
use cim_runtime::prelude::*;

#[derive(Settings)]
#[settings = "::cim_runtime"]
pub struct ReminderSettings {
    #[setting(default = 2)]
    pub weeks: u32,
}

fn main() {}
