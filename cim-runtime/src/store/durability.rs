//! What must not lose an event.

#[cfg(feature = "config")]
use serde::Deserialize;

/// What must not lose an event that was answered for. A server or a stream that keeps less is
/// refused when the store is opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[cfg_attr(feature = "config", derive(Deserialize), serde(rename_all = "kebab-case"))]
#[non_exhaustive]
pub enum Durability {
    /// The end of the server's process. A power loss may take the last two minutes along.
    #[default]
    Dev,
    /// The loss of one machine: three replicas at least. A power loss of all of them at once may
    /// take the last two minutes along.
    Replicated,
    /// A power loss of all machines at once: three replicas at least, and each server syncs before
    /// it answers (`sync_interval: always`). That is seen through the servers' monitoring ports
    /// (`JetStreamOptions::monitoring`), or through `$SYS` where the operator lets the application
    /// ask there; else the operator has to assert it (`JetStreamOptions::assert_sync_always`).
    PowerLossSafe,
}

impl Durability {
    /// Such as `power-loss-safe`, as configurations have it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Dev => "dev",
            Self::Replicated => "replicated",
            Self::PowerLossSafe => "power-loss-safe",
        }
    }
}
