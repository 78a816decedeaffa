//~ a text where a number should be
use cim_runtime::prelude::*;

#[derive(Settings)]
pub struct ReminderSettings {
    #[setting(default = "two")]
    pub weeks: u32,
}

fn main() {}
