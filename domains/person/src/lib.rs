//! People: who they are, how they are reached, what they can, and whom they know.

#![allow(missing_docs, reason = "the names of commands, events and fields are the specification")]

pub mod emails;
pub mod employments;
pub mod name;
pub mod onboarding;
pub mod person;
pub mod phones;
pub mod policies;
pub mod preferences;
pub mod profiles;
pub mod relationships;
pub mod settings;
pub mod skills;
mod text;

use cim_runtime::prelude::*;

/// The people, and how they are taken in.
#[system(
    aggregates(person::Person, onboarding::Onboarding),
    policies(
        policies::AutoArchive,
        policies::Cascade,
        policies::Merges,
        policies::OnboardingExpires,
        policies::Recommendations,
        policies::introduce,
        policies::proposal_expires,
        policies::skill_lapses,
    )
)]
pub struct People;

cim_runtime::lock!(People);
