//! What follows from the steps of an onboarding, and from none.

use cim_runtime::prelude::*;

use crate::emails::{AddEmail, EmailKind, EmailUsage};
use crate::onboarding::{
    BasicInfoProvided, FailOnboarding, Onboarding, OnboardingCompleted, OnboardingFailed,
    OnboardingId,
};
use crate::phones::{AddPhone, PhoneKind, PhoneUsage};

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
pub struct OnboardingExpires {
    settings: Settings<OnboardingSettings>,
}

/// How patient an onboarding is.
#[derive(Settings)]
pub struct OnboardingSettings {
    /// After so many days without progress it has failed.
    #[setting(default = 30, min = 1, max = 3650)]
    pub days: i64,
}

#[policy]
impl OnboardingExpires {
    /// Whatever the step.
    #[on]
    fn goes_on(&mut self, event: &Recorded<AnyOf<Onboarding>>) -> To<FailOnboarding> {
        self.later(event.id())
    }

    #[on]
    fn completed(&mut self, event: &Recorded<OnboardingCompleted>) -> Cancel<FailOnboarding> {
        FailOnboarding::cancel(event.id())
    }

    #[on]
    fn failed(&mut self, event: &Recorded<OnboardingFailed>) -> Cancel<FailOnboarding> {
        FailOnboarding::cancel(event.id())
    }

    fn later(&self, id: OnboardingId) -> To<FailOnboarding> {
        let days = self.settings.days;
        let fail = FailOnboarding { reason: format!("no progress for {days} days") };
        fail.to(id).after(days.days()).keyed("no progress")
    }
}
