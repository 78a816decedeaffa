//! What has happened to a person.

use std::fmt::{Debug, Display};

use cim_runtime::event::Event;
use cim_runtime::prelude::*;
use cim_runtime::projection::Heard;

use crate::emails::{EmailAdded, EmailPreferred, EmailRemoved, EmailUpdated, EmailVerified};
use crate::employments::{EmploymentEnded, EmploymentStarted, PositionChanged};
use crate::person::{
    BirthDateCorrected, BirthDateSet, DeathRecorded, MergeRejected, MergeRequested, NameChanged,
    Person, PersonAbsorbed, PersonArchived, PersonCreated, PersonId, PersonMerged,
    PersonReactivated, PersonSuspended,
};
use crate::phones::{PhoneAdded, PhonePreferred, PhoneRemoved, PhoneUpdated, PhoneVerified};
use crate::preferences::{ConsentGiven, ConsentWithdrawn};
use crate::profiles::{
    SocialProfileAdded, SocialProfilePreferred, SocialProfileRemoved, SocialProfileUpdated,
    SocialProfileVerified,
};
use crate::relationships::{
    ProposalReceived, RelationshipConfirmed, RelationshipEnded, RelationshipKind,
    RelationshipMoved, RelationshipProposed, RelationshipTakenOver,
};
use crate::skills::{
    SkillClaimed, SkillEndorsed, SkillLapsed, SkillRecommended, SkillRemoved, SkillUpdated,
    SkillVerified,
};

/// Something that has happened.
#[value]
#[derive(Eq)]
pub struct TimelineEntry {
    /// Its number in the history of the person, from 1, without gaps.
    pub number: u64,
    pub at: Timestamp,
    /// The name of the event, such as `EmailAdded`.
    pub kind: String,
    /// For people to read, such as `Email added: ada@example.org (work)`.
    pub description: String,
}

/// The history of each person, in order.
#[derive(Tables)]
pub struct TimelineView {
    entries: Table<(PersonId, u64), TimelineEntry>,
}

/// What has happened to a person, in order, page by page.
#[value]
pub struct TimelineOf {
    pub id: PersonId,
    /// The number of the last entry of the page before; 0 for the first page.
    pub after: u64,
    /// How many at the most.
    pub limit: u32,
}

#[projection]
impl TimelineView {
    #[on]
    fn created(&mut self, event: &Recorded<PersonCreated>) {
        self.tell(event, format_args!("{}, from {}", event.event.name, event.event.source));
    }

    #[on]
    fn name_changed(&mut self, event: &Recorded<NameChanged>) {
        self.tell(event, &event.event.name);
    }

    #[on]
    fn birth_date_set(&mut self, event: &Recorded<BirthDateSet>) {
        self.tell(event, event.event.date);
    }

    #[on]
    fn birth_date_corrected(&mut self, event: &Recorded<BirthDateCorrected>) {
        self.tell(event, format_args!("{} ({})", event.event.date, event.event.reason));
    }

    #[on]
    fn died(&mut self, event: &Recorded<DeathRecorded>) {
        self.tell(event, event.event.date);
    }

    #[on]
    fn suspended(&mut self, event: &Recorded<PersonSuspended>) {
        self.tell(event, &event.event.reason);
    }

    #[on]
    fn reactivated(&mut self, event: &Recorded<PersonReactivated>) {
        self.tell(event, &event.event.reason);
    }

    #[on]
    fn archived(&mut self, event: &Recorded<PersonArchived>) {
        self.tell(event, &event.event.reason);
    }

    #[on]
    fn merge_requested(&mut self, event: &Recorded<MergeRequested>) {
        self.tell(event, format_args!("into {}, {}", event.event.into, said(event.event.reason)));
    }

    #[on]
    fn absorbed(&mut self, event: &Recorded<PersonAbsorbed>) {
        self.tell(event, &event.event.person);
    }

    #[on]
    fn merged(&mut self, event: &Recorded<PersonMerged>) {
        self.tell(event, format_args!("into {}", event.event.into));
    }

    #[on]
    fn merge_rejected(&mut self, event: &Recorded<MergeRejected>) {
        self.tell(event, said(event.event.because));
    }

    #[on]
    fn email_added(&mut self, event: &Recorded<EmailAdded>) {
        self.tell(
            event,
            format_args!("{} ({})", event.event.address, said(event.event.usage.kind)),
        );
    }

    #[on]
    fn email_updated(&mut self, event: &Recorded<EmailUpdated>) {
        self.tell(
            event,
            format_args!("{} ({})", event.event.address, said(event.event.usage.kind)),
        );
    }

    #[on]
    fn email_verified(&mut self, event: &Recorded<EmailVerified>) {
        self.tell(event, &event.event.address);
    }

    #[on]
    fn email_preferred(&mut self, event: &Recorded<EmailPreferred>) {
        self.tell(event, &event.event.address);
    }

    #[on]
    fn email_removed(&mut self, event: &Recorded<EmailRemoved>) {
        self.tell(event, &event.event.address);
    }

    #[on]
    fn phone_added(&mut self, event: &Recorded<PhoneAdded>) {
        self.tell(event, format_args!("{} ({})", event.event.number, said(event.event.usage.kind)));
    }

    #[on]
    fn phone_updated(&mut self, event: &Recorded<PhoneUpdated>) {
        self.tell(event, format_args!("{} ({})", event.event.number, said(event.event.usage.kind)));
    }

    #[on]
    fn phone_verified(&mut self, event: &Recorded<PhoneVerified>) {
        self.tell(event, &event.event.number);
    }

    #[on]
    fn phone_preferred(&mut self, event: &Recorded<PhonePreferred>) {
        self.tell(event, &event.event.number);
    }

    #[on]
    fn phone_removed(&mut self, event: &Recorded<PhoneRemoved>) {
        self.tell(event, &event.event.number);
    }

    #[on]
    fn profile_added(&mut self, event: &Recorded<SocialProfileAdded>) {
        self.tell(event, &event.event.url);
    }

    #[on]
    fn profile_updated(&mut self, event: &Recorded<SocialProfileUpdated>) {
        self.tell(event, &event.event.url);
    }

    #[on]
    fn profile_verified(&mut self, event: &Recorded<SocialProfileVerified>) {
        self.tell(event, &event.event.url);
    }

    #[on]
    fn profile_preferred(&mut self, event: &Recorded<SocialProfilePreferred>) {
        self.tell(event, &event.event.url);
    }

    #[on]
    fn profile_removed(&mut self, event: &Recorded<SocialProfileRemoved>) {
        self.tell(event, &event.event.url);
    }

    #[on]
    fn skill_claimed(&mut self, event: &Recorded<SkillClaimed>) {
        self.tell(
            event,
            format_args!("{} ({})", event.event.name, said(event.event.level.proficiency)),
        );
    }

    #[on]
    fn skill_updated(&mut self, event: &Recorded<SkillUpdated>) {
        self.tell(
            event,
            format_args!("{} ({})", event.event.name, said(event.event.level.proficiency)),
        );
    }

    #[on]
    fn skill_endorsed(&mut self, event: &Recorded<SkillEndorsed>) {
        self.tell(event, format_args!("{}, by {}", event.event.name, event.event.by));
    }

    #[on]
    fn skill_verified(&mut self, event: &Recorded<SkillVerified>) {
        self.tell(event, format_args!("{}, by {}", event.event.name, event.event.by));
    }

    #[on]
    fn skill_lapsed(&mut self, event: &Recorded<SkillLapsed>) {
        self.tell(
            event,
            format_args!("{}, verified until {}", event.event.name, event.event.until),
        );
    }

    #[on]
    fn skill_removed(&mut self, event: &Recorded<SkillRemoved>) {
        self.tell(event, &event.event.name);
    }

    #[on]
    fn skill_recommended(&mut self, event: &Recorded<SkillRecommended>) {
        self.tell(event, &event.event.name);
    }

    #[on]
    fn consent_given(&mut self, event: &Recorded<ConsentGiven>) {
        self.tell(event, format_args!("{}, version {}", event.event.purpose, event.event.version));
    }

    #[on]
    fn consent_withdrawn(&mut self, event: &Recorded<ConsentWithdrawn>) {
        self.tell(event, format_args!("{}, version {}", event.event.purpose, event.event.version));
    }

    #[on]
    fn employment_started(&mut self, event: &Recorded<EmploymentStarted>) {
        self.tell(
            event,
            format_args!(
                "{} at {}, from {} on",
                event.event.position.title, event.event.employer.name, event.event.start
            ),
        );
    }

    #[on]
    fn position_changed(&mut self, event: &Recorded<PositionChanged>) {
        self.tell(
            event,
            format_args!("{}, from {} on", event.event.position.title, event.event.from),
        );
    }

    #[on]
    fn employment_ended(&mut self, event: &Recorded<EmploymentEnded>) {
        self.tell(event, format_args!("on {}", event.event.end));
    }

    #[on]
    fn relationship_proposed(&mut self, event: &Recorded<RelationshipProposed>) {
        self.tell(event, format_args!("{} as {}", event.event.with, called(&event.event.kind)));
    }

    #[on]
    fn proposal_received(&mut self, event: &Recorded<ProposalReceived>) {
        self.tell(event, format_args!("{} as {}", event.event.from, called(&event.event.kind)));
    }

    #[on]
    fn relationship_confirmed(&mut self, event: &Recorded<RelationshipConfirmed>) {
        self.tell(event, &event.event.with);
    }

    #[on]
    fn relationship_ended(&mut self, event: &Recorded<RelationshipEnded>) {
        self.tell(event, format_args!("{}, {}", event.event.with, said(event.event.reason)));
    }

    #[on]
    fn relationship_moved(&mut self, event: &Recorded<RelationshipMoved>) {
        self.tell(event, format_args!("from {} to {}", event.event.from, event.event.to));
    }

    #[on]
    fn relationship_taken_over(&mut self, event: &Recorded<RelationshipTakenOver>) {
        self.tell(
            event,
            format_args!(
                "{} as {}",
                event.event.relationship.with,
                called(&event.event.relationship.kind)
            ),
        );
    }

    /// Whatever has nothing to add to its name, and whatever is declared later.
    #[on]
    fn others(&mut self, event: &Recorded<AnyOf<Person>>) {
        let kind = event.event.name();
        self.note(event, kind, in_words(kind));
    }

    #[query]
    fn of(&self, question: TimelineOf) -> Vec<TimelineEntry> {
        let TimelineOf { id, after, limit } = question;
        let Some(first) = after.checked_add(1) else { return Vec::new() };
        let entries = self.entries.range((id.clone(), first)..=(id, u64::MAX));
        entries.take(limit as usize).map(|(_, entry)| entry).collect()
    }

    fn tell<E: Event + Heard<Owner = Person>>(&mut self, event: &Recorded<E>, what: impl Display) {
        self.note(event, E::NAME, format!("{}: {what}", in_words(E::NAME)));
    }

    fn note<E: Heard<Owner = Person>>(
        &mut self,
        event: &Recorded<E>,
        kind: &str,
        description: String,
    ) {
        let (number, at) = (event.version, event.at);
        let entry = TimelineEntry { number, at, kind: kind.to_owned(), description };
        self.entries.insert(&(event.id(), number), entry);
    }
}

/// The name of a type as a sentence begins: `EmailAdded` is `Email added`.
fn in_words(name: &str) -> String {
    let mut words = String::new();
    for letter in name.chars() {
        match letter.is_uppercase() && !words.is_empty() {
            true => words.extend([' '].into_iter().chain(letter.to_lowercase())),
            false => words.push(letter),
        }
    }
    words
}

/// The name of a variant within a sentence: `DuplicateIdentity` is `duplicate identity`.
fn said(variant: impl Debug) -> String {
    in_words(&format!("{variant:?}")).to_lowercase()
}

fn called(kind: &RelationshipKind) -> String {
    match kind {
        RelationshipKind::Other { name, .. } => name.clone(),
        kind => said(kind),
    }
}
