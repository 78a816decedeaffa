//! What happens to people by itself.

mod archiving;
mod cascade;
mod merges;
mod onboarding;
mod recommendations;
mod waiting;

pub use archiving::{AutoArchive, AutoArchiveSettings};
pub use cascade::Cascade;
pub use merges::Merges;
pub use onboarding::{OnboardingExpires, OnboardingSettings, introduce};
pub use recommendations::{RecommendationSettings, Recommendations};
pub use waiting::{ProposalExpires, ProposalSettings, skill_lapses};
