//~ a text has no least value
use cim_runtime::prelude::*;

#[derive(Settings)]
pub struct ReminderSettings {
    #[setting(default = "shop", min = "a")]
    pub sender: String,
    #[setting(default = true, max = true)]
    pub call: bool,
}

fn main() {}
