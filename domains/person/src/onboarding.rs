//! How somebody is taken in, step by step: a process, and an aggregate of its own.

use cim_runtime::prelude::*;

use crate::emails::mailbox;
use crate::person::PersonId;
use crate::phones::e164;
use crate::text::{LINE, is_plain};

#[derive(DomainId)]
pub struct OnboardingId(Uuid);

/// The way of one person through the steps. Who fails may start another.
#[aggregate(domain = "people", id = OnboardingId)]
#[derive(Default)]
pub struct Onboarding {
    pub person: PersonId,
}

/// How it was seen that somebody is who they say.
#[value]
#[derive(Copy, Eq)]
pub enum Evidence {
    Passport,
    IdentityCard,
    DrivingLicence,
    ElectronicId,
    SeenInPerson,
}

/// A part of a person's record that is set up.
#[value]
#[derive(Copy, Eq)]
pub enum Component {
    Employment,
    Preferences,
    Relationships,
    Skills,
    SocialProfiles,
}

#[value]
#[derive(Copy, Eq)]
pub enum LocationKind {
    Residence,
    Work,
    Mailing,
    Billing,
    Other,
}

#[value]
#[derive(Eq)]
pub enum OnboardingRefused {
    /// The nil UUID is nobody.
    Nobody,
    /// Neither the address nor the number is one.
    Unreachable,
    /// A set of nothing, or something twice.
    NoSet,
    /// A reason is a line of at most 200 characters.
    Unreadable,
}

#[command(Onboarding)]
pub struct StartOnboarding {
    pub person: PersonId,
}

#[command(Onboarding)]
pub struct VerifyIdentity {
    /// Of the identity in whatever keeps identities.
    pub identity: Uuid,
    pub evidence: Evidence,
}

#[command(Onboarding)]
pub struct ProvideBasicInfo {
    pub email: String,
    pub phone: Option<String>,
}

#[command(Onboarding)]
pub struct AddComponents {
    pub components: Vec<Component>,
}

#[command(Onboarding)]
pub struct AssignLocation {
    pub location: Uuid,
    pub kind: LocationKind,
}

#[command(Onboarding)]
pub struct CompleteOnboarding;

#[command(Onboarding)]
pub struct FailOnboarding {
    pub reason: String,
}

#[event(Onboarding)]
pub struct OnboardingStarted {
    pub person: PersonId,
}

#[event(Onboarding, unread)]
pub struct IdentityVerified {
    pub person: PersonId,
    #[personal]
    pub identity: Uuid,
    pub evidence: Evidence,
}

#[event(Onboarding, unread)]
pub struct BasicInfoProvided {
    pub person: PersonId,
    #[personal]
    pub email: String,
    #[personal]
    pub phone: Option<String>,
}

#[event(Onboarding, unread)]
pub struct ComponentsAdded {
    pub person: PersonId,
    pub components: Vec<Component>,
}

#[event(Onboarding, unread)]
pub struct LocationAssigned {
    pub person: PersonId,
    #[personal]
    pub location: Uuid,
    pub kind: LocationKind,
}

#[event(Onboarding, unread)]
pub struct OnboardingCompleted {
    pub person: PersonId,
}

#[event(Onboarding, unread)]
pub struct OnboardingFailed {
    pub person: PersonId,
    pub reason: String,
}

#[state_machine(
    initial NotStarted,
    AwaitingIdentity,
    CollectingBasics,
    SettingUpComponents,
    AssigningLocation,
    Finalizing,
    terminal Completed,
    terminal Failed,
)]
impl Onboarding {
    #[transition(NotStarted -> AwaitingIdentity)]
    fn start(&self, cmd: StartOnboarding) -> Result<OnboardingStarted, OnboardingRefused> {
        if cmd.person.is_nobody() {
            return Err(OnboardingRefused::Nobody);
        }
        Ok(OnboardingStarted { person: cmd.person })
    }

    #[transition(AwaitingIdentity -> CollectingBasics)]
    fn verify(&self, cmd: VerifyIdentity) -> IdentityVerified {
        let VerifyIdentity { identity, evidence } = cmd;
        IdentityVerified { person: self.person.clone(), identity, evidence }
    }

    #[transition(CollectingBasics -> SettingUpComponents)]
    fn provide(&self, cmd: ProvideBasicInfo) -> Result<BasicInfoProvided, OnboardingRefused> {
        let email = mailbox(&cmd.email).map_err(|_| OnboardingRefused::Unreachable)?;
        let phone = cmd.phone.map(|phone| e164(&phone)).transpose();
        let phone = phone.map_err(|_| OnboardingRefused::Unreachable)?;
        Ok(BasicInfoProvided { person: self.person.clone(), email, phone })
    }

    #[transition(SettingUpComponents -> AssigningLocation)]
    fn set_up(&self, cmd: AddComponents) -> Result<ComponentsAdded, OnboardingRefused> {
        let components = cmd.components;
        let is_again = |i: usize| components[..i].contains(&components[i]);
        if components.is_empty() || (1..components.len()).any(is_again) {
            return Err(OnboardingRefused::NoSet);
        }
        Ok(ComponentsAdded { person: self.person.clone(), components })
    }

    #[transition(AssigningLocation -> Finalizing)]
    fn locate(&self, cmd: AssignLocation) -> LocationAssigned {
        let AssignLocation { location, kind } = cmd;
        LocationAssigned { person: self.person.clone(), location, kind }
    }

    #[transition(Finalizing -> Completed)]
    fn complete(&self, _: CompleteOnboarding) -> OnboardingCompleted {
        OnboardingCompleted { person: self.person.clone() }
    }

    #[transition(AwaitingIdentity | CollectingBasics | SettingUpComponents -> Failed)]
    #[transition(AssigningLocation | Finalizing -> Failed)]
    fn fail(&self, cmd: FailOnboarding) -> Result<OnboardingFailed, OnboardingRefused> {
        if !is_plain(&cmd.reason, LINE) {
            return Err(OnboardingRefused::Unreadable);
        }
        Ok(OnboardingFailed { person: self.person.clone(), reason: cmd.reason })
    }

    #[apply]
    fn started(&mut self, event: &OnboardingStarted) {
        self.person = event.person.clone();
    }
}
