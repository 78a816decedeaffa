//! People at a glance.

use std::ops::Bound;

use cim_runtime::prelude::*;
use cim_runtime::projection::Heard;

use crate::emails::Emails;
use crate::employments::Employments;
use crate::name::PersonName;
use crate::person::{
    DeathRecorded, MergeRejected, MergeRequested, NameChanged, Person, PersonArchived,
    PersonCreated, PersonId, PersonMerged, PersonReactivated, PersonSuspended,
};
use crate::phones::Phones;
use crate::skills::{SkillClaimed, SkillRemoved};

/// A person at a glance.
#[value]
#[derive(Eq)]
pub struct PersonSummary {
    pub id: PersonId,
    pub name: PersonName,
    /// The preferred address; else the first of those that are verified, or of all, by the alphabet.
    pub email: Option<String>,
    /// Chosen as the address is.
    pub phone: Option<String>,
    /// Of the employment that has begun last among those that last.
    pub employer: Option<String>,
    /// The title there.
    pub role: Option<String>,
    pub skills: u32,
    pub lifecycle: Lifecycle,
    /// Into whom the record is merged, or asks to be.
    pub merges_into: Option<PersonId>,
    /// When anything was last recorded of the person.
    pub updated_at: Timestamp,
}

/// How a record lives.
#[value]
#[derive(Copy, Default, Eq)]
pub enum Lifecycle {
    #[default]
    Active,
    Suspended,
    /// It waits to be absorbed by another one.
    Merging,
    Merged,
    Archived,
    Deceased,
}

/// What is kept of a person: the parts of its record that a summary is made of.
#[value]
#[derive(Default)]
struct Card {
    name: PersonName,
    emails: Emails,
    phones: Phones,
    employments: Employments,
    skills: u32,
    lifecycle: Lifecycle,
    merges_into: Option<PersonId>,
    updated_at: Timestamp,
}

/// Each person at a glance, whatever became of its record.
#[derive(Tables)]
pub struct SummaryView {
    cards: Table<PersonId, Card>,
}

/// One person; nothing if there is nobody.
#[value]
pub struct PersonById {
    pub id: PersonId,
}

/// All people in the order of their ids, page by page.
#[value]
pub struct AllPeople {
    /// The last one of the page before.
    pub after: Option<PersonId>,
    /// How many at the most.
    pub limit: u32,
}

#[projection]
impl SummaryView {
    #[on]
    fn created(&mut self, event: &Recorded<PersonCreated>) {
        self.card(event).name = event.event.name.clone();
    }

    #[on]
    fn name_changed(&mut self, event: &Recorded<NameChanged>) {
        self.card(event).name = event.event.name.clone();
    }

    #[on]
    fn suspended(&mut self, event: &Recorded<PersonSuspended>) {
        self.card(event).lifecycle = Lifecycle::Suspended;
    }

    #[on]
    fn reactivated(&mut self, event: &Recorded<PersonReactivated>) {
        self.card(event).lifecycle = Lifecycle::Active;
    }

    #[on]
    fn archived(&mut self, event: &Recorded<PersonArchived>) {
        self.card(event).lifecycle = Lifecycle::Archived;
    }

    #[on]
    fn died(&mut self, event: &Recorded<DeathRecorded>) {
        self.card(event).lifecycle = Lifecycle::Deceased;
    }

    #[on]
    fn merge_requested(&mut self, event: &Recorded<MergeRequested>) {
        let card = self.card(event);
        card.lifecycle = Lifecycle::Merging;
        card.merges_into = Some(event.event.into.clone());
    }

    #[on]
    fn merge_rejected(&mut self, event: &Recorded<MergeRejected>) {
        let card = self.card(event);
        card.lifecycle = Lifecycle::Active;
        card.merges_into = None;
    }

    #[on]
    fn merged(&mut self, event: &Recorded<PersonMerged>) {
        let card = self.card(event);
        card.lifecycle = Lifecycle::Merged;
        card.merges_into = Some(event.event.into.clone());
    }

    #[on]
    fn skill_claimed(&mut self, event: &Recorded<SkillClaimed>) {
        self.card(event).skills += 1;
    }

    #[on]
    fn skill_removed(&mut self, event: &Recorded<SkillRemoved>) {
        self.card(event).skills -= 1;
    }

    #[on]
    fn emails(&mut self, event: &Recorded<AnyOf<Emails>>) {
        self.card(event).emails.apply(&event.event.0);
    }

    #[on]
    fn phones(&mut self, event: &Recorded<AnyOf<Phones>>) {
        self.card(event).phones.apply(&event.event.0);
    }

    #[on]
    fn employments(&mut self, event: &Recorded<AnyOf<Employments>>) {
        self.card(event).employments.apply(&event.event.0);
    }

    /// What is not shown is activity, too.
    #[on]
    fn others(&mut self, event: &Recorded<AnyOf<Person>>) {
        self.card(event);
    }

    #[query]
    fn person(&self, question: PersonById) -> Option<PersonSummary> {
        let card = self.cards.get(&question.id)?;
        Some(card.summary(question.id))
    }

    #[query]
    fn all(&self, question: AllPeople) -> Vec<PersonSummary> {
        let after = question.after.map_or(Bound::Unbounded, Bound::Excluded);
        let cards = self.cards.range((after, Bound::Unbounded)).take(question.limit as usize);
        cards.map(|(id, card)| card.summary(id)).collect()
    }

    /// The card of the person to whom this has happened.
    fn card<E: Heard<Owner = Person>>(&mut self, event: &Recorded<E>) -> &mut Card {
        let card = self.cards.get_or_default(&event.id());
        card.updated_at = event.at;
        card
    }
}

impl Card {
    fn summary(self, id: PersonId) -> PersonSummary {
        let emails = self.emails.by_address.into_iter();
        let phones = self.phones.by_number.into_iter();
        let jobs = self.employments.by_id.into_values().filter(|job| job.end.is_none());
        let job = jobs.max_by_key(|job| job.start);
        let (employer, role) = job.map(|job| (job.employer.name, job.position.title)).unzip();
        PersonSummary {
            id,
            name: self.name,
            email: primary(self.emails.preferred, emails.map(|(at, one)| (at, one.verified))),
            phone: primary(self.phones.preferred, phones.map(|(at, one)| (at, one.verified))),
            employer,
            role,
            skills: self.skills,
            lifecycle: self.lifecycle,
            merges_into: self.merges_into,
            updated_at: self.updated_at,
        }
    }
}

/// The one that is used where one is enough, of those that are verified or not.
fn primary(preferred: Option<String>, all: impl Iterator<Item = (String, bool)>) -> Option<String> {
    // Of two that are equal the first stays.
    let best = || all.reduce(|best, next| if next.1 && !best.1 { next } else { best });
    preferred.or_else(|| best().map(|(at, _)| at))
}
