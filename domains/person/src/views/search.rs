//! Finding people by what one remembers of them.

use std::collections::BTreeMap;

use cim_runtime::prelude::*;
use cim_runtime::projection::Heard;
use rustc_hash::FxHashMap;

use super::index::{Found, Index, Number};
use crate::emails::{EmailAdded, EmailRemoved};
use crate::employments::{EmploymentEnded, EmploymentId, EmploymentRemoved, EmploymentStarted};
use crate::name::PersonName;
use crate::person::{NameChanged, Person, PersonArchived, PersonCreated, PersonId, PersonMerged};
use crate::skills::{SkillClaimed, SkillRemoved};

/// Whom a search has found, and why.
#[value]
#[derive(Eq)]
pub struct Hit {
    pub id: PersonId,
    pub name: PersonName,
    /// The higher, the better it fits; to be compared with other hits of the same search alone.
    pub score: u32,
    /// What each word of the search has found, in their order.
    pub matched: Vec<Matched>,
}

/// What a word of a search has found.
#[value]
#[derive(Eq)]
pub struct Matched {
    pub field: Field,
    /// The word that was found, as it is compared: in small letters and one form of each letter.
    pub word: String,
    pub how: How,
}

/// Where a word was found.
#[value]
#[derive(Copy, Eq, PartialOrd, Ord, Hash)]
pub enum Field {
    Name,
    Email,
    Skill,
    Employer,
}

/// How well a word fits.
#[value]
#[derive(Copy, Eq)]
pub enum How {
    Exactly,
    /// The word begins so.
    AtItsStart,
    /// But for so many letters that are wrong, missing, too many, or changed places.
    Nearly {
        mistakes: u32,
    },
}

impl Field {
    /// How much it counts if a word is found here.
    pub(super) fn weight(self) -> u32 {
        match self {
            Self::Name => 10,
            Self::Email => 9,
            Self::Skill => 8,
            Self::Employer => 7,
        }
    }
}

/// What people are found by: their names, e-mail addresses and skills, and for whom they work.
///
/// Who is archived or merged is not found.
#[derive(Tables)]
pub struct SearchView {
    people: InMemory<People>,
    index: InMemory<Index>,
}

#[derive(Default)]
struct People {
    numbers: FxHashMap<PersonId, Number>,
    all: Vec<Known>,
}

/// What somebody is found by.
struct Known {
    id: PersonId,
    name: PersonName,
    texts: Vec<(Field, String)>,
    employers: BTreeMap<EmploymentId, String>,
}

/// Who has all words of a text, in any order: each as it is, or as the start of a word, or with a
/// mistake or two, if it has at least four or eight letters. The best first.
///
/// Ten words count. Of two that fit equally well, who was known first comes first.
#[value]
pub struct Search {
    pub text: String,
    /// How many at the most.
    pub limit: u32,
}

#[projection]
impl SearchView {
    #[on]
    fn created(&mut self, event: &Recorded<PersonCreated>) {
        let (id, name) = (event.id(), event.event.name.clone());
        let number = self.people.all.len() as Number;
        self.people.numbers.insert(id.clone(), number);
        let (texts, employers) = (Vec::new(), BTreeMap::new());
        self.people.all.push(Known { id, name, texts, employers });
        self.add(event, Field::Name, event.event.name.to_string());
    }

    #[on]
    fn name_changed(&mut self, event: &Recorded<NameChanged>) {
        if let Some(known) = self.known(event) {
            let former = std::mem::replace(&mut known.name, event.event.name.clone());
            self.remove(event, Field::Name, &former.to_string());
            self.add(event, Field::Name, event.event.name.to_string());
        }
    }

    #[on]
    fn email_added(&mut self, event: &Recorded<EmailAdded>) {
        self.add(event, Field::Email, event.event.address.clone());
    }

    #[on]
    fn email_removed(&mut self, event: &Recorded<EmailRemoved>) {
        self.remove(event, Field::Email, &event.event.address);
    }

    #[on]
    fn skill_claimed(&mut self, event: &Recorded<SkillClaimed>) {
        self.add(event, Field::Skill, event.event.name.clone());
    }

    #[on]
    fn skill_removed(&mut self, event: &Recorded<SkillRemoved>) {
        self.remove(event, Field::Skill, &event.event.name);
    }

    #[on]
    fn employment_started(&mut self, event: &Recorded<EmploymentStarted>) {
        let (employment, name) = (event.event.employment.clone(), &event.event.employer.name);
        if let Some(known) = self.known(event) {
            known.employers.insert(employment, name.clone());
            self.add(event, Field::Employer, name.clone());
        }
    }

    #[on]
    fn employment_ended(&mut self, event: &Recorded<EmploymentEnded>) {
        self.leaves(event, &event.event.employment);
    }

    #[on]
    fn employment_removed(&mut self, event: &Recorded<EmploymentRemoved>) {
        self.leaves(event, &event.event.employment);
    }

    #[on]
    fn archived(&mut self, event: &Recorded<PersonArchived>) {
        self.gone(event);
    }

    #[on]
    fn merged(&mut self, event: &Recorded<PersonMerged>) {
        self.gone(event);
    }

    #[query]
    fn search(&self, question: Search) -> Vec<Hit> {
        let (people, limit) = (self.people.all.len(), question.limit as usize);
        let found = self.index.search(&question.text, people, limit);
        let hit = |found: Found| {
            let known = &self.people.all[found.number as usize];
            let by = found.by.into_iter();
            let matched = by.map(|(word, field, how)| Matched { field, word, how }).collect();
            Hit { id: known.id.clone(), name: known.name.clone(), score: found.score, matched }
        };
        found.into_iter().map(hit).collect()
    }

    fn number<E: Heard<Owner = Person>>(&self, event: &Recorded<E>) -> Option<Number> {
        self.people.numbers.get(&event.id()).copied()
    }

    fn known<E: Heard<Owner = Person>>(&mut self, event: &Recorded<E>) -> Option<&mut Known> {
        let number = self.number(event)?;
        self.people.all.get_mut(number as usize)
    }

    fn add<E: Heard<Owner = Person>>(&mut self, event: &Recorded<E>, field: Field, text: String) {
        let Some(number) = self.number(event) else { return };
        self.index.add(number, field, &text);
        self.people.all[number as usize].texts.push((field, text));
    }

    fn remove<E: Heard<Owner = Person>>(&mut self, event: &Recorded<E>, field: Field, text: &str) {
        let Some(number) = self.number(event) else { return };
        let texts = &mut self.people.all[number as usize].texts;
        let place = texts.iter().position(|(of, one)| *of == field && one == text);
        if let Some(place) = place {
            texts.swap_remove(place);
            self.index.remove(number, field, text);
        }
    }

    fn leaves<E: Heard<Owner = Person>>(&mut self, event: &Recorded<E>, from: &EmploymentId) {
        let employer = self.known(event).and_then(|known| known.employers.remove(from));
        if let Some(employer) = employer {
            self.remove(event, Field::Employer, &employer);
        }
    }

    fn gone<E: Heard<Owner = Person>>(&mut self, event: &Recorded<E>) {
        let Some(number) = self.number(event) else { return };
        for (field, text) in std::mem::take(&mut self.people.all[number as usize].texts) {
            self.index.remove(number, field, &text);
        }
    }
}
