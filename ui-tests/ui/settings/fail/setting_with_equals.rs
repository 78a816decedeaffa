//~ arguments stand in parentheses
use cim_runtime::prelude::*;

#[derive(Settings)]
pub struct ReminderSettings {
    #[setting = 2]
    pub weeks: u32,
}

fn main() {}
