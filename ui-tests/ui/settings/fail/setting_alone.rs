//~ an attribute that says nothing
use cim_runtime::prelude::*;

#[derive(Settings)]
pub struct ReminderSettings {
    #[setting]
    pub weeks: u32,
}

fn main() {}
