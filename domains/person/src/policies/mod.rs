//! What happens to people by itself.

mod archiving;
mod cascade;
mod merges;
mod onboarding;
mod recommendations;
mod waiting;

pub use archiving::AutoArchive;
pub use cascade::Cascade;
pub use merges::Merges;
pub use onboarding::{OnboardingExpires, introduce};
pub use recommendations::Recommendations;
pub use waiting::{proposal_expires, skill_lapses};
