//~ a number that nobody has set
use cim_runtime::prelude::*;

#[derive(Settings)]
pub struct ReminderSettings {
    /// How long somebody may take to pay.
    pub weeks: u32,
}

fn main() {}
