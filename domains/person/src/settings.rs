//! The numbers that somebody who runs this may want to be others.

/// How long is waited for people, and how much is enough to recommend something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settings {
    /// After so many days without activity a record is archived.
    pub inactive_days: i64,
    /// After so many days without progress an onboarding has failed.
    pub onboarding_days: i64,
    /// After so many days a proposal that nobody has confirmed has expired.
    pub proposal_days: i64,
    /// So many people must have two skills together before one is recommended for the other.
    pub recommended_from: u32,
}

pub(crate) const SETTINGS: Settings =
    Settings { inactive_days: 365, onboarding_days: 30, proposal_days: 90, recommended_from: 3 };
