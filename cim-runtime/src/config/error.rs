//! What is wrong with a configuration.

use std::path::Path;

/// Why a configuration cannot be used; it names the key and the remedy, and never a secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ConfigError(String);

impl ConfigError {
    pub(super) fn new(problem: impl Into<String>) -> Self {
        Self(problem.into())
    }

    // The text of toml's errors shows the line, which may hold a secret.
    pub(super) fn syntax(error: toml::de::Error) -> Self {
        Self(error.message().trim_end().replace('\n', " "))
    }

    pub(super) fn of(self, path: &Path) -> Self {
        Self(format!("{}: {}", path.display(), self.0))
    }
}
