//~ a list is no setting
use cim_runtime::prelude::*;

#[derive(Settings)]
pub struct ReminderSettings {
    #[setting(default = 2)]
    pub weeks: Vec<u32>,
}

fn main() {}
