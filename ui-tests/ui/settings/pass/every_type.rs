//! Every type that a setting can have, under its names and in macros.

use cim_runtime::prelude::*;

const WEEKS: u32 = 2;

/// What reminders are told.
#[derive(Settings)]
#[settings(crate = ::cim_runtime)]
pub struct ReminderSettings {
    /// From a constant.
    #[setting(default = WEEKS, min = 1, max = 2 * WEEKS)]
    pub weeks: u32,
    #[setting(default = -3, min = i8::MIN)]
    pub days: i8,
    #[setting(default = 0)]
    pub rows: usize,
    #[setting(default = -0.5, min = -1.0, max = 1.0)]
    pub factor: f64,
    #[setting(default = false)]
    pub call: ::core::primitive::bool,
    #[setting(default = "shop")]
    pub r#type: std::string::String,
    pub caller: Option<String>,
    #[setting(default = 7, max = 9)]
    pub times: Option<u64>,
}

macro_rules! settings {
    ($name:ident, $field:ident: $ty:ty = $default:expr) => {
        #[derive(Settings)]
        pub struct $name {
            #[setting(default = $default)]
            pub $field: $ty,
        }
    };
}

settings!(Others, r#enum: u8 = 1 + 1);

/// What they are unless told otherwise.
pub fn defaults() -> (ReminderSettings, Others) {
    Default::default()
}

/// A policy that is told something, and keeps nothing.
#[derive(Tables)]
pub struct Reminders {
    settings: Settings<ReminderSettings>,
}

impl Reminders {
    /// For how long.
    pub fn weeks(&self) -> u32 {
        self.settings.weeks
    }
}
