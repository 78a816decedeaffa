//~ a struct that does not say what can be set
use cim_runtime::prelude::*;

pub struct ReminderSettings {
    pub weeks: u32,
}

#[derive(Tables)]
pub struct Reminders {
    settings: Settings<ReminderSettings>,
}

fn main() {}
