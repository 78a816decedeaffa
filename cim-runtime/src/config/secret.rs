//! What must not be shown.

use std::fmt;

#[cfg(feature = "config")]
use serde::Deserialize;

/// A text that does not reach a log: it is shown as `***`.
#[derive(Clone, PartialEq, Eq)]
#[cfg_attr(feature = "config", derive(Deserialize), serde(transparent))]
pub struct Secret(String);

impl Secret {
    /// A secret.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text itself.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}
