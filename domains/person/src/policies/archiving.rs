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
    fn created(&mut self, event: &Recorded<PersonCreated>) -> Later {
        self.later(event.id())
    }

    #[on]
    fn reactivated(&mut self, event: &Recorded<PersonReactivated>) -> Later {
        self.later(event.id())
    }

    #[on]
    fn name_changed(&mut self, event: &Recorded<NameChanged>) -> Later {
        self.later(event.id())
    }

    #[on]
    fn email_added(&mut self, event: &Recorded<EmailAdded>) -> Later {
        self.later(event.id())
    }

    #[on]
    fn email_verified(&mut self, event: &Recorded<EmailVerified>) -> Later {
        self.later(event.id())
    }

    #[on]
    fn phone_added(&mut self, event: &Recorded<PhoneAdded>) -> Later {
        self.later(event.id())
    }

    #[on]
    fn profile_added(&mut self, event: &Recorded<SocialProfileAdded>) -> Later {
        self.later(event.id())
    }

    #[on]
    fn skill_claimed(&mut self, event: &Recorded<SkillClaimed>) -> Later {
        self.later(event.id())
    }

    #[on]
    fn skill_updated(&mut self, event: &Recorded<SkillUpdated>) -> Later {
        self.later(event.id())
    }

    #[on]
    fn communication_set(&mut self, event: &Recorded<CommunicationSet>) -> Later {
        self.later(event.id())
    }

    #[on]
    fn privacy_set(&mut self, event: &Recorded<PrivacySet>) -> Later {
        self.later(event.id())
    }

    #[on]
    fn consent_given(&mut self, event: &Recorded<ConsentGiven>) -> Later {
        self.later(event.id())
    }

    #[on]
    fn proposed(&mut self, event: &Recorded<RelationshipProposed>) -> Later {
        self.later(event.id())
    }

    #[on]
    fn confirmed(&mut self, event: &Recorded<RelationshipConfirmed>) -> Later {
        self.later(event.id())
    }

    #[on]
    fn employed(&mut self, event: &Recorded<EmploymentStarted>) -> Later {
        self.later(event.id())
    }

    fn later(&self, id: PersonId) -> Later {
        let days = self.settings.days;
        let archive = ArchivePerson { reason: format!("no activity for {days} days") };
        (ArchivePerson::cancel(id.clone()), archive.to(id).after(days.days()))
    }
}

type Later = (Cancel<ArchivePerson>, To<ArchivePerson>);
