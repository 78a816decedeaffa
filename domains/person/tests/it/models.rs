//! In whatever order the steps come, what was promised holds.

use cim_person::onboarding::{Onboarding, OnboardingState, ProvideBasicInfo};
use cim_runtime::prelude::*;

#[test]
fn an_onboarding_comes_to_each_of_its_ends() {
    let info = ProvideBasicInfo { email: "ada@example.org".to_owned(), phone: None };
    Onboarding::model()
        .sending(info)
        .sometimes("completed", |_, one| one.state() == OnboardingState::Completed)
        .sometimes("failed", |_, one| one.state() == OnboardingState::Failed)
        .check();
}
