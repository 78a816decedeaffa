//~ the default is outside of the limits
use cim_runtime::prelude::*;

#[derive(Settings)]
pub struct ReminderSettings {
    #[setting(default = 0, min = 1)]
    pub weeks: u32,
    #[setting(default = 2.5, max = 1.0)]
    pub factor: f64,
    #[setting(min = 10, max = 5)]
    pub times: Option<u8>,
}

fn main() {}
