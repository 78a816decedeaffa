//! Records that nobody uses are archived.

use cim_runtime::prelude::*;

use crate::emails::{EmailAdded, EmailVerified};
use crate::employments::EmploymentStarted;
use crate::person::{ArchivePerson, NameChanged, PersonCreated, PersonId, PersonReactivated};
use crate::phones::PhoneAdded;
use crate::preferences::{CommunicationSet, ConsentGiven, PrivacySet};
use crate::profiles::SocialProfileAdded;
use crate::relationships::{RelationshipConfirmed, RelationshipProposed};
use crate::settings::SETTINGS;
use crate::skills::{SkillClaimed, SkillUpdated};

/// A record is archived once its person has done nothing for long.
///
/// What others do to it, and what policies do, is no activity. A timer of a person who is dead, merged
/// or archived by then is refused, and forgotten.
#[derive(Tables)]
pub struct AutoArchive;

#[policy(refused = ignore)]
impl AutoArchive {
    #[on]
    fn created(&mut self, event: &Recorded<PersonCreated>) -> Later {
        later(event.id())
    }

    #[on]
    fn reactivated(&mut self, event: &Recorded<PersonReactivated>) -> Later {
        later(event.id())
    }

    #[on]
    fn name_changed(&mut self, event: &Recorded<NameChanged>) -> Later {
        later(event.id())
    }

    #[on]
    fn email_added(&mut self, event: &Recorded<EmailAdded>) -> Later {
        later(event.id())
    }

    #[on]
    fn email_verified(&mut self, event: &Recorded<EmailVerified>) -> Later {
        later(event.id())
    }

    #[on]
    fn phone_added(&mut self, event: &Recorded<PhoneAdded>) -> Later {
        later(event.id())
    }

    #[on]
    fn profile_added(&mut self, event: &Recorded<SocialProfileAdded>) -> Later {
        later(event.id())
    }

    #[on]
    fn skill_claimed(&mut self, event: &Recorded<SkillClaimed>) -> Later {
        later(event.id())
    }

    #[on]
    fn skill_updated(&mut self, event: &Recorded<SkillUpdated>) -> Later {
        later(event.id())
    }

    #[on]
    fn communication_set(&mut self, event: &Recorded<CommunicationSet>) -> Later {
        later(event.id())
    }

    #[on]
    fn privacy_set(&mut self, event: &Recorded<PrivacySet>) -> Later {
        later(event.id())
    }

    #[on]
    fn consent_given(&mut self, event: &Recorded<ConsentGiven>) -> Later {
        later(event.id())
    }

    #[on]
    fn proposed(&mut self, event: &Recorded<RelationshipProposed>) -> Later {
        later(event.id())
    }

    #[on]
    fn confirmed(&mut self, event: &Recorded<RelationshipConfirmed>) -> Later {
        later(event.id())
    }

    #[on]
    fn employed(&mut self, event: &Recorded<EmploymentStarted>) -> Later {
        later(event.id())
    }
}

type Later = (Cancel<ArchivePerson>, To<ArchivePerson>);

fn later(id: PersonId) -> Later {
    let days = SETTINGS.inactive_days;
    let archive = ArchivePerson { reason: format!("no activity for {days} days") };
    (ArchivePerson::cancel(id.clone()), archive.to(id).after(days.days()))
}
