//! Records that nobody uses are archived.

use cim_runtime::prelude::*;

use crate::emails::{EmailAdded, EmailVerified};
use crate::employments::EmploymentStarted;
use crate::person::{ArchivePerson, NameChanged, PersonCreated, PersonId, PersonReactivated};
use crate::phones::PhoneAdded;
use crate::preferences::{CommunicationSet, ConsentGiven, PrivacySet};
use crate::profiles::SocialProfileAdded;
use crate::relationships::{RelationshipConfirmed, RelationshipProposed};
use crate::skills::{SkillClaimed, SkillUpdated};

/// A record is archived once its person has done nothing for long.
///
/// What others do to it, and what policies do, is no activity. A timer of a person who is dead, merged
/// or archived by then is refused, and forgotten.
#[derive(Tables)]
pub struct AutoArchive {
    settings: Settings<AutoArchiveSettings>,
}

/// How long a record may lie unused.
#[derive(Settings)]
pub struct AutoArchiveSettings {
    /// After so many days without activity it is archived.
    #[setting(default = 365, min = 1, max = 36_500)]
    pub days: i64,
}

#[policy(refused = ignore)]
impl AutoArchive {
    #[on]
    fn created(&mut self, event: &Recorded<PersonCreated>) -> To<ArchivePerson> {
        self.later(event.id())
    }

    #[on]
    fn reactivated(&mut self, event: &Recorded<PersonReactivated>) -> To<ArchivePerson> {
        self.later(event.id())
    }

    #[on]
    fn name_changed(&mut self, event: &Recorded<NameChanged>) -> To<ArchivePerson> {
        self.later(event.id())
    }

    #[on]
    fn email_added(&mut self, event: &Recorded<EmailAdded>) -> To<ArchivePerson> {
        self.later(event.id())
    }

    #[on]
    fn email_verified(&mut self, event: &Recorded<EmailVerified>) -> To<ArchivePerson> {
        self.later(event.id())
    }

    #[on]
    fn phone_added(&mut self, event: &Recorded<PhoneAdded>) -> To<ArchivePerson> {
        self.later(event.id())
    }

    #[on]
    fn profile_added(&mut self, event: &Recorded<SocialProfileAdded>) -> To<ArchivePerson> {
        self.later(event.id())
    }

    #[on]
    fn skill_claimed(&mut self, event: &Recorded<SkillClaimed>) -> To<ArchivePerson> {
        self.later(event.id())
    }

    #[on]
    fn skill_updated(&mut self, event: &Recorded<SkillUpdated>) -> To<ArchivePerson> {
        self.later(event.id())
    }

    #[on]
    fn communication_set(&mut self, event: &Recorded<CommunicationSet>) -> To<ArchivePerson> {
        self.later(event.id())
    }

    #[on]
    fn privacy_set(&mut self, event: &Recorded<PrivacySet>) -> To<ArchivePerson> {
        self.later(event.id())
    }

    #[on]
    fn consent_given(&mut self, event: &Recorded<ConsentGiven>) -> To<ArchivePerson> {
        self.later(event.id())
    }

    #[on]
    fn proposed(&mut self, event: &Recorded<RelationshipProposed>) -> To<ArchivePerson> {
        self.later(event.id())
    }

    #[on]
    fn confirmed(&mut self, event: &Recorded<RelationshipConfirmed>) -> To<ArchivePerson> {
        self.later(event.id())
    }

    #[on]
    fn employed(&mut self, event: &Recorded<EmploymentStarted>) -> To<ArchivePerson> {
        self.later(event.id())
    }

    fn later(&self, id: PersonId) -> To<ArchivePerson> {
        let days = self.settings.days;
        let archive = ArchivePerson { reason: format!("no activity for {days} days") };
        archive.to(id).after(days.days()).keyed("unused")
    }
}
