//! Records that nobody uses are archived.

use cim_runtime::prelude::*;

use crate::emails::{EmailAdded, EmailPreferred, EmailRemoved, EmailUpdated, EmailVerified};
use crate::employments::{
    EmploymentDescribed, EmploymentEnded, EmploymentRemoved, EmploymentStarted, PositionChanged,
};
use crate::person::{
    ArchivePerson, BirthDateCorrected, BirthDateSet, NameChanged, Person, PersonCreated, PersonId,
    PersonReactivated,
};
use crate::phones::{PhoneAdded, PhonePreferred, PhoneRemoved, PhoneUpdated, PhoneVerified};
use crate::preferences::{CommunicationSet, ConsentGiven, ConsentWithdrawn, PrivacySet};
use crate::profiles::{
    SocialProfileAdded, SocialProfilePreferred, SocialProfileRemoved, SocialProfileUpdated,
    SocialProfileVerified,
};
use crate::relationships::{RelationshipConfirmed, RelationshipEnded, RelationshipProposed};
use crate::skills::{SkillClaimed, SkillRemoved, SkillUpdated};

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
    #[on(
        PersonCreated,
        PersonReactivated,
        NameChanged,
        BirthDateSet,
        BirthDateCorrected,
        EmailAdded,
        EmailUpdated,
        EmailVerified,
        EmailPreferred,
        EmailRemoved,
        PhoneAdded,
        PhoneUpdated,
        PhoneVerified,
        PhonePreferred,
        PhoneRemoved,
        SocialProfileAdded,
        SocialProfileUpdated,
        SocialProfileVerified,
        SocialProfilePreferred,
        SocialProfileRemoved,
        SkillClaimed,
        SkillUpdated,
        SkillRemoved,
        CommunicationSet,
        PrivacySet,
        ConsentGiven,
        ConsentWithdrawn,
        RelationshipProposed,
        RelationshipConfirmed,
        EmploymentStarted,
        PositionChanged,
        EmploymentDescribed,
        EmploymentEnded,
        EmploymentRemoved
    )]
    fn active(&mut self, event: &Recorded<AnyOf<Person>>) -> Option<To<ArchivePerson>> {
        self.later(event.id(), &event.actor)
    }

    #[on(ends = "what policies do is no activity")]
    fn ended(&mut self, event: &Recorded<RelationshipEnded>) -> Option<To<ArchivePerson>> {
        self.later(event.id(), &event.actor)
    }

    fn later(&self, person: PersonId, actor: &Actor) -> Option<To<ArchivePerson>> {
        // What one side of a relationship has done policies tell the other one.
        if actor.policy().is_some() {
            return None;
        }
        let days = self.settings.days;
        let archive = ArchivePerson { reason: format!("no activity for {days} days") };
        Some(archive.to(person).after(days.days()).keyed("unused"))
    }
}
