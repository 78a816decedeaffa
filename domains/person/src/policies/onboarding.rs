//! What follows from the steps of an onboarding, and from none.

use cim_runtime::prelude::*;

use crate::emails::{AddEmail, EmailKind, EmailUsage};
use crate::onboarding::{
    BasicInfoProvided, FailOnboarding, Onboarding, OnboardingCompleted, OnboardingFailed,
    OnboardingId,
};
use crate::phones::{AddPhone, PhoneKind, PhoneUsage};
use crate::settings::SETTINGS;

/// What somebody tells of themselves stands in their record.
#[policy]
pub fn introduce(event: &Recorded<BasicInfoProvided>) -> (To<AddEmail>, Option<To<AddPhone>>) {
    let BasicInfoProvided { person, email, phone } = event.event.clone();
    let usage = EmailUsage { kind: EmailKind::Personal, notifications: true, marketing: false };
    let email = AddEmail { address: email, usage }.to(person.clone());
    let usage = PhoneUsage { kind: PhoneKind::Mobile, texts: true, calls: true };
    (email, phone.map(|number| AddPhone { number, usage }.to(person)))
}

/// An onboarding that comes to no next step in time has failed.
#[derive(Tables)]
pub struct OnboardingExpires;

#[policy(ends = "an onboarding fails once, and that calls for nothing")]
impl OnboardingExpires {
    /// Whatever the step.
    #[on]
    fn goes_on(&mut self, event: &Recorded<AnyOf<Onboarding>>) -> Later {
        later(event.id())
    }

    #[on]
    fn completed(&mut self, event: &Recorded<OnboardingCompleted>) -> Cancel<FailOnboarding> {
        FailOnboarding::cancel(event.id())
    }

    #[on]
    fn failed(&mut self, event: &Recorded<OnboardingFailed>) -> Cancel<FailOnboarding> {
        FailOnboarding::cancel(event.id())
    }
}

type Later = (Cancel<FailOnboarding>, To<FailOnboarding>);

fn later(id: OnboardingId) -> Later {
    let days = SETTINGS.onboarding_days;
    let fail = FailOnboarding { reason: format!("no progress for {days} days") };
    (FailOnboarding::cancel(id.clone()), fail.to(id).after(days.days()))
}
