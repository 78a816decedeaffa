//! Records that nobody uses are archived.

use cim_runtime::prelude::*;

use crate::emails::{EmailAdded, EmailVerified};
use crate::employments::EmploymentStarted;
use crate::person::{ArchivePerson, NameChanged, Person, PersonCreated, PersonReactivated};
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
    #[on(
        PersonCreated,
        PersonReactivated,
        NameChanged,
        EmailAdded,
        EmailVerified,
        PhoneAdded,
        SocialProfileAdded,
        SkillClaimed,
        SkillUpdated,
        CommunicationSet,
        PrivacySet,
        ConsentGiven,
        RelationshipProposed,
        RelationshipConfirmed,
        EmploymentStarted
    )]
    fn active(&mut self, event: &Recorded<AnyOf<Person>>) -> To<ArchivePerson> {
        let days = self.settings.days;
        let archive = ArchivePerson { reason: format!("no activity for {days} days") };
        archive.to(event.id()).after(days.days()).keyed("unused")
    }
}
