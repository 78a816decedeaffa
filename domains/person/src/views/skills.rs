//! Who can do what.

use cim_runtime::prelude::*;

use crate::person::{DeathRecorded, PersonArchived, PersonId, PersonMerged};
use crate::skills::{
    Companion, Level, Proficiency, Proof, SkillClaimed, SkillEndorsed, SkillLapsed, SkillRemoved,
    SkillUpdated, SkillVerified, key,
};

/// A skill of somebody.
#[value]
#[derive(Eq)]
pub struct HeldSkill {
    /// As its person writes it.
    pub name: String,
    pub level: Level,
    pub proof: Proof,
    pub endorsements: u32,
}

/// Who has which skill, and which skills go together. Who is dead, archived or merged has none.
#[derive(Tables)]
pub struct SkillsView {
    /// By the skill, as [`key`] writes it.
    held: Table<(String, PersonId), HeldSkill>,
    /// The same, by the person.
    skills_of: Table<PersonId, Vec<String>>,
    /// How many people have both.
    together: Table<(String, String), u32>,
}

/// Who has a skill, in the order of their ids. Capitals do not matter.
#[value]
pub struct PeopleWith {
    pub skill: String,
}

/// Who has a skill, the best first: by how well they can do it, then by whether that is verified, then by
/// how many endorse it.
#[value]
pub struct Experts {
    pub skill: String,
    /// How many at the most.
    pub limit: u32,
}

/// Which skills people with this one have, too, the most frequent first.
#[value]
pub struct TogetherWith {
    pub skill: String,
    /// How many at the most.
    pub limit: u32,
}

#[projection]
impl SkillsView {
    #[on]
    fn claimed(&mut self, event: &Recorded<SkillClaimed>) {
        let (person, skill) = (event.id(), key(&event.event.name));
        let skills = self.skills_of.get_or_default(&person);
        let others = skills.clone();
        skills.push(skill.clone());
        for other in others {
            self.count(&skill, &other, |people| people + 1);
        }
        let held = HeldSkill {
            name: event.event.name.clone(),
            level: event.event.level.clone(),
            proof: Proof::None,
            endorsements: 0,
        };
        self.held.insert(&(skill, person), held);
    }

    #[on]
    fn updated(&mut self, event: &Recorded<SkillUpdated>) {
        self.change(event.id(), &event.event.name, |held| held.level = event.event.level.clone());
    }

    #[on]
    fn endorsed(&mut self, event: &Recorded<SkillEndorsed>) {
        self.change(event.id(), &event.event.name, |held| held.endorsements += 1);
    }

    #[on]
    fn verified(&mut self, event: &Recorded<SkillVerified>) {
        let proof = Proof::Verified { until: event.event.until };
        self.change(event.id(), &event.event.name, |held| held.proof = proof);
    }

    #[on]
    fn lapsed(&mut self, event: &Recorded<SkillLapsed>) {
        self.change(event.id(), &event.event.name, |held| held.proof = Proof::Lapsed);
    }

    #[on]
    fn removed(&mut self, event: &Recorded<SkillRemoved>) {
        self.remove(&event.id(), &key(&event.event.name));
    }

    #[on]
    fn died(&mut self, event: &Recorded<DeathRecorded>) {
        self.gone(&event.id());
    }

    #[on]
    fn archived(&mut self, event: &Recorded<PersonArchived>) {
        self.gone(&event.id());
    }

    #[on]
    fn merged(&mut self, event: &Recorded<PersonMerged>) {
        self.gone(&event.id());
    }

    #[query]
    fn people(&self, question: PeopleWith) -> Vec<(PersonId, HeldSkill)> {
        self.holders(&question.skill).collect()
    }

    #[query]
    fn experts(&self, question: Experts) -> Vec<(PersonId, HeldSkill)> {
        let mut experts: Vec<_> = self.holders(&question.skill).collect();
        // Stable: of two that are equal the one with the lower id comes first.
        experts.sort_by_key(|(_, held)| std::cmp::Reverse(held.rank()));
        experts.truncate(question.limit as usize);
        experts
    }

    #[query]
    fn companions(&self, question: TogetherWith) -> Vec<Companion> {
        let others = self.together.with_prefix(&key(&question.skill));
        let mut companions: Vec<_> =
            others.map(|((_, skill), people)| Companion { skill, people }).collect();
        companions.sort_by_key(|companion| std::cmp::Reverse(companion.people));
        companions.truncate(question.limit as usize);
        companions
    }

    fn holders(&self, skill: &str) -> impl Iterator<Item = (PersonId, HeldSkill)> {
        self.held.with_prefix(&key(skill)).map(|((_, person), held)| (person, held))
    }

    fn change(&mut self, person: PersonId, skill: &str, change: impl FnOnce(&mut HeldSkill)) {
        self.held.get_mut(&(key(skill), person)).map(change);
    }

    fn remove(&mut self, person: &PersonId, skill: &String) {
        self.held.remove(&(skill.clone(), person.clone()));
        let skills = self.skills_of.get_or_default(person);
        skills.retain(|other| other != skill);
        for other in skills.clone() {
            self.count(skill, &other, |people| people - 1);
        }
    }

    fn gone(&mut self, person: &PersonId) {
        for skill in self.skills_of.get(person).unwrap_or_default() {
            self.remove(person, &skill);
        }
        self.skills_of.remove(person);
    }

    /// Changes how many people have both.
    fn count(&mut self, a: &str, b: &str, change: impl Fn(u32) -> u32) {
        for pair in [(a, b), (b, a)] {
            let pair = (pair.0.to_owned(), pair.1.to_owned());
            let people = self.together.get_or_default(&pair);
            *people = change(*people);
            if *people == 0 {
                self.together.remove(&pair);
            }
        }
    }
}

impl HeldSkill {
    /// What experts are ordered by.
    fn rank(&self) -> (Proficiency, bool, u32) {
        let is_verified = matches!(self.proof, Proof::Verified { .. });
        (self.level.proficiency, is_verified, self.endorsements)
    }
}
