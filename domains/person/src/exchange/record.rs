//! What is known of a person, in one piece.

use std::collections::{BTreeMap, BTreeSet};

use cim_runtime::engine::Live;
use cim_runtime::prelude::*;

use crate::emails::EmailUsage;
use crate::employments::{Employer, EmploymentId, Position};
use crate::name::{NameOrder, PersonName};
use crate::person::{Person, PersonId, PersonState};
use crate::phones::PhoneUsage;
use crate::preferences::{Communication, Consent, Privacy};
use crate::profiles::About;
use crate::relationships::{RelationshipId, RelationshipKind, Standing};
use crate::skills::{Level, Proof};

/// A person, as one program tells another.
///
/// It has no history: what the log knows beside it, such as reasons, sources, recommendations and who
/// vouches for a skill, is left out, and so are proofs that have lapsed.
#[value]
pub struct PersonRecord {
    pub id: PersonId,
    pub name: NameEntry,
    /// The oldest first.
    pub former_names: Vec<NameEntry>,
    pub born: Option<Date>,
    /// Active, if it is not said.
    pub status: Option<Status>,
    pub emails: Vec<EmailEntry>,
    pub phones: Vec<PhoneEntry>,
    pub profiles: Vec<ProfileEntry>,
    pub skills: Vec<SkillEntry>,
    pub communication: Option<Communication>,
    pub privacy: Option<Privacy>,
    pub consents: BTreeMap<String, Consent>,
    /// Those that this person has proposed, or that are confirmed.
    pub relationships: Vec<RelationshipEntry>,
    pub employments: Vec<EmploymentEntry>,
}

/// Where a record's life has come to.
#[value]
#[derive(Eq)]
pub enum Status {
    Active,
    Suspended,
    Archived,
    Deceased { died: Date },
    Merged { into: PersonId },
}

#[value]
#[derive(Eq)]
pub struct NameEntry {
    pub given: String,
    pub family: Option<String>,
    pub others: Vec<String>,
    /// The given name first, if it is not said.
    pub order: Option<NameOrder>,
}

#[value]
pub struct EmailEntry {
    pub address: String,
    pub usage: EmailUsage,
    pub verified: bool,
    pub preferred: bool,
}

#[value]
pub struct PhoneEntry {
    pub number: String,
    pub usage: PhoneUsage,
    pub verified: bool,
    pub preferred: bool,
}

#[value]
pub struct ProfileEntry {
    pub url: String,
    pub about: About,
    pub verified: bool,
    pub preferred: bool,
}

#[value]
pub struct SkillEntry {
    pub name: String,
    pub level: Level,
    pub endorsed_by: BTreeSet<PersonId>,
    pub verified: Option<SkillProof>,
}

/// Somebody vouches for a skill.
#[value]
#[derive(Copy)]
pub struct SkillProof {
    pub until: Option<Date>,
}

#[value]
pub struct RelationshipEntry {
    pub id: RelationshipId,
    pub with: PersonId,
    /// What the other is to this person.
    pub kind: RelationshipKind,
    pub since: Option<Date>,
    /// Not confirmed, it is a proposal of this person.
    pub confirmed: bool,
}

#[value]
pub struct EmploymentEntry {
    pub id: EmploymentId,
    pub employer: Employer,
    pub position: Position,
    /// [`UNKNOWN_START`](Self::UNKNOWN_START), if nobody knows it.
    pub start: Date,
    pub end: Option<Date>,
}

impl EmploymentEntry {
    /// The start of an employment of which is only known that there is one.
    pub const UNKNOWN_START: Date = Date::constant(1, 1, 1);
}

impl PersonRecord {
    /// Somebody of whom nothing but the name is known.
    pub fn new(id: PersonId, name: PersonName) -> Self {
        Self {
            id,
            name: name.into(),
            former_names: Vec::new(),
            born: None,
            status: None,
            emails: Vec::new(),
            phones: Vec::new(),
            profiles: Vec::new(),
            skills: Vec::new(),
            communication: None,
            privacy: None,
            consents: BTreeMap::new(),
            relationships: Vec::new(),
            employments: Vec::new(),
        }
    }

    /// What cannot be so, whatever is known of the person: nothing of such a record is taken.
    pub fn flaw(&self) -> Option<String> {
        match (self.born, &self.status) {
            (Some(born), Some(Status::Deceased { died })) if *died < born => {
                Some(format!("died on {died}, before the birth on {born}: correct one of them"))
            }
            _ => None,
        }
    }

    /// The record of a person; of nobody there is none.
    ///
    /// Who waits to be merged is still active.
    pub fn of(person: &Live<Person>) -> Option<Self> {
        let status = match (person.state(), person.died, &person.merges_into) {
            (PersonState::Draft, ..) => return None,
            (PersonState::Suspended, ..) => Status::Suspended,
            (PersonState::Archived, ..) => Status::Archived,
            (PersonState::Deceased, Some(died), _) => Status::Deceased { died },
            (PersonState::Merged, _, Some(into)) => Status::Merged { into: into.clone() },
            _ => Status::Active,
        };
        let is_there = matches!(status, Status::Active | Status::Suspended);
        let mut record = Self::new(person.id().clone(), person.name.clone());
        record.former_names = person.former_names.iter().cloned().map(NameEntry::from).collect();
        record.born = person.born;
        record.status = Some(status);
        record.fill(person);
        // What is left of those of somebody who is gone, the other side has ended.
        if is_there {
            record.relationships = relationships(person);
        }
        Some(record)
    }

    fn fill(&mut self, person: &Person) {
        let (emails, phones, profiles) = (&person.emails, &person.phones, &person.profiles);
        self.emails = Vec::from_iter(emails.by_address.iter().map(|(address, email)| EmailEntry {
            address: address.clone(),
            usage: email.usage,
            verified: email.verified,
            preferred: emails.preferred.as_ref() == Some(address),
        }));
        self.phones = Vec::from_iter(phones.by_number.iter().map(|(number, phone)| PhoneEntry {
            number: number.clone(),
            usage: phone.usage,
            verified: phone.verified,
            preferred: phones.preferred.as_ref() == Some(number),
        }));
        self.profiles = Vec::from_iter(profiles.by_url.iter().map(|(url, profile)| ProfileEntry {
            url: url.clone(),
            about: profile.about.clone(),
            verified: profile.verified,
            preferred: profiles.preferred.as_ref() == Some(url),
        }));
        self.skills = Vec::from_iter(person.skills.by_name.values().map(|skill| SkillEntry {
            name: skill.name.clone(),
            level: skill.level.clone(),
            endorsed_by: skill.endorsed_by.clone(),
            verified: match skill.proof {
                Proof::Verified { until } => Some(SkillProof { until }),
                Proof::None | Proof::Lapsed => None,
            },
        }));
        let preferences = &person.preferences;
        // What nobody has chosen is not said: it could change nothing.
        self.communication = chosen(&preferences.communication);
        self.privacy = chosen(&preferences.privacy);
        self.consents = preferences.consents.clone();
        let employments = person.employments.by_id.iter();
        self.employments = Vec::from_iter(employments.map(|(id, employment)| EmploymentEntry {
            id: id.clone(),
            employer: employment.employer.clone(),
            position: employment.position.clone(),
            start: employment.start,
            end: employment.end,
        }));
    }
}

fn chosen<T: Clone + Default + PartialEq>(value: &T) -> Option<T> {
    (*value != T::default()).then(|| value.clone())
}

fn relationships(person: &Person) -> Vec<RelationshipEntry> {
    let is_ours = |standing| standing != Standing::Offered;
    let known = person.relationships.by_id.iter().filter(|(_, known)| is_ours(known.standing));
    let entry =
        |(id, known): (&RelationshipId, &crate::relationships::Relationship)| RelationshipEntry {
            id: id.clone(),
            with: known.with.clone(),
            kind: known.kind.clone(),
            since: known.since,
            confirmed: known.standing == Standing::Confirmed,
        };
    known.map(entry).collect()
}

impl From<PersonName> for NameEntry {
    fn from(name: PersonName) -> Self {
        let PersonName { given, family, others, order } = name;
        Self { given, family, others, order: Some(order) }
    }
}

impl From<NameEntry> for PersonName {
    fn from(name: NameEntry) -> Self {
        let NameEntry { given, family, others, order } = name;
        Self { given, family, others, order: order.unwrap_or_default() }
    }
}
