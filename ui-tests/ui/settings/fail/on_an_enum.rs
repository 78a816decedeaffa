//~ an enum has no keys
use cim_runtime::prelude::*;

#[derive(Settings)]
pub enum ReminderSettings {
    Weeks(u32),
}

fn main() {}
