//! How somebody is taken in, step by step.

use cim_person::onboarding::*;
use cim_runtime::prelude::*;

use crate::some::person;

fn started() -> OnboardingStarted {
    OnboardingStarted { person: person(1) }
}

fn verified() -> IdentityVerified {
    let (identity, evidence) = (Uuid::from_u128(9), Evidence::Passport);
    IdentityVerified { person: person(1), identity, evidence }
}

fn provided() -> BasicInfoProvided {
    let (email, phone) = ("ada@example.org".to_owned(), Some("+12125550123".to_owned()));
    BasicInfoProvided { person: person(1), email, phone }
}

fn provide(email: &str, phone: Option<&str>) -> ProvideBasicInfo {
    ProvideBasicInfo { email: email.to_owned(), phone: phone.map(str::to_owned) }
}

#[test]
fn each_step_follows_the_one_before() {
    let verify = VerifyIdentity { identity: Uuid::from_u128(9), evidence: Evidence::Passport };
    let components = || vec![Component::Skills, Component::Preferences];
    let (location, kind) = (Uuid::from_u128(8), LocationKind::Work);
    Onboarding::given(())
        .when(verify.clone())
        .then_not_now()
        .when(StartOnboarding { person: person(1) })
        .then(started())
        .when(provide("ada@example.org", None))
        .then_not_now()
        .when(verify)
        .then(verified())
        .when(provide("ada@Example.org", Some("+1 212 555 0123")))
        .then(provided())
        .when(AddComponents { components: components() })
        .then(ComponentsAdded { person: person(1), components: components() })
        .when(CompleteOnboarding)
        .then_not_now()
        .when(AssignLocation { location, kind })
        .then(LocationAssigned { person: person(1), location, kind })
        .when(CompleteOnboarding)
        .then(OnboardingCompleted { person: person(1) })
        .then_state(OnboardingState::Completed)
        .when(FailOnboarding { reason: "too late".to_owned() })
        .then_not_now();
}

#[test]
fn nobody_is_not_taken_in() {
    Onboarding::given(())
        .when(StartOnboarding { person: person(0) })
        .then_refused(OnboardingRefused::Nobody);
}

#[test]
fn who_cannot_be_reached_is_asked_again() {
    let asked = || Onboarding::given((started(), verified()));
    asked().when(provide("ada", None)).then_refused(OnboardingRefused::Unreachable);
    let no_number = provide("ada@example.org", Some("12"));
    asked().when(no_number).then_refused(OnboardingRefused::Unreachable);
}

#[test]
fn components_are_a_set() {
    let asked = || Onboarding::given((started(), verified(), provided()));
    for components in [vec![], vec![Component::Skills, Component::Skills]] {
        asked().when(AddComponents { components }).then_refused(OnboardingRefused::NoSet);
    }
}

#[test]
fn whatever_is_missing_an_onboarding_may_fail() {
    let fail = || FailOnboarding { reason: "no passport".to_owned() };
    let failed = || OnboardingFailed { person: person(1), reason: "no passport".to_owned() };
    Onboarding::given(()).when(fail()).then_not_now();
    Onboarding::given(started()).when(fail()).then(failed()).then_state(OnboardingState::Failed);
    Onboarding::given((started(), verified(), provided())).when(fail()).then(failed());
    let unreadable = FailOnboarding { reason: String::new() };
    Onboarding::given(started()).when(unreadable).then_refused(OnboardingRefused::Unreadable);
}
