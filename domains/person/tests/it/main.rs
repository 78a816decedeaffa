//! People, decision by decision, and what happens to them by itself.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod description;
mod emails;
mod employments;
mod models;
mod names;
mod onboarding;
mod person;
mod phones;
mod policies;
mod preferences;
mod profiles;
mod relationships;
mod skills;
mod some;
mod views;
mod walks;
mod world;
