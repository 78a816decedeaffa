//~ a key has a name
use cim_runtime::prelude::*;

#[derive(Settings)]
pub struct ReminderSettings(u32);

fn main() {}
