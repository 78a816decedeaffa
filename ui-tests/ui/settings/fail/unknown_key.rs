//~ a key that there is not
use cim_runtime::prelude::*;

#[derive(Settings)]
pub struct ReminderSettings {
    #[setting(default = 2, minimum = 1)]
    pub weeks: u32,
}

fn main() {}
