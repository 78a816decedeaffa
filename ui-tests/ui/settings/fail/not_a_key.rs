//~ large letters
use cim_runtime::prelude::*;

#[derive(Settings)]
#[allow(non_snake_case)]
pub struct ReminderSettings {
    #[setting(default = 2)]
    pub Weeks: u32,
}

fn main() {}
