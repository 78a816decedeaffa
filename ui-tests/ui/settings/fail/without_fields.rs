//~ nothing could be set
use cim_runtime::prelude::*;

#[derive(Settings)]
pub struct ReminderSettings;

fn main() {}
