//! What people with the same skills can, too.

use cim_runtime::prelude::*;

use crate::person::PersonId;
use crate::skills::{Companion, RecommendSkill, SkillClaimed, SkillRemoved, key};

/// Who claims a skill is recommended another one that people with the same skills have.
///
/// Counted is how many people have two skills together; the recommendation says which of the
/// person's skills speak for it, and how many people have both. Each is recommended once.
#[derive(Tables)]
pub struct Recommendations {
    settings: Settings<RecommendationSettings>,
    /// What each person has; `false` for what was recommended.
    skills: Table<(PersonId, String), bool>,
    together: Table<(String, String), u32>,
    /// The skills that go together with one most often, the most frequent first.
    companions: Table<String, Vec<Companion>>,
}

/// How much is enough.
#[derive(Settings)]
pub struct RecommendationSettings {
    /// So many people must have two skills together before one is recommended for the other.
    #[setting(default = 3, min = 1)]
    pub people: u32,
}

/// How many companions of a skill are kept in mind.
const COMPANIONS: usize = 20;

#[policy(refused = ignore)]
impl Recommendations {
    #[on]
    fn claimed(&mut self, event: &Recorded<SkillClaimed>) -> Option<To<RecommendSkill>> {
        let (person, skill) = (event.id(), key(&event.event.name));
        let mut held = self.held(&person);
        for other in &held {
            let people = self.together.get(&(skill.clone(), other.clone())).unwrap_or_default();
            self.count(&skill, other, people + 1);
        }
        self.skills.insert(&(person.clone(), skill.clone()), true);
        held.push(skill);
        let (name, because_of) = self.best(&person, &held)?;
        self.skills.insert(&(person.clone(), name.clone()), false);
        Some(RecommendSkill { name, because_of }.to(person))
    }

    #[on]
    fn removed(&mut self, event: &Recorded<SkillRemoved>) {
        let (person, skill) = (event.id(), key(&event.event.name));
        self.skills.remove(&(person.clone(), skill.clone()));
        for other in self.held(&person) {
            let people = self.together.get(&(skill.clone(), other.clone())).unwrap_or_default();
            self.count(&skill, &other, people.saturating_sub(1));
        }
    }

    fn held(&self, person: &PersonId) -> Vec<String> {
        let skills = self.skills.with_prefix(person).filter(|(_, held)| *held);
        skills.map(|((_, skill), _)| skill).collect()
    }

    /// So many people have both.
    fn count(&mut self, a: &str, b: &str, people: u32) {
        for (skill, other) in [(a, b), (b, a)] {
            self.together.insert(&(skill.to_owned(), other.to_owned()), people);
            let companions = self.companions.get_or_default(&skill.to_owned());
            companions.retain(|companion| companion.skill != other);
            let at = companions.partition_point(|companion| companion.people >= people);
            companions.insert(at, Companion { skill: other.to_owned(), people });
            companions.truncate(COMPANIONS);
        }
    }

    /// The skill that most speaks for, and what does.
    fn best(&self, person: &PersonId, held: &[String]) -> Option<(String, Vec<Companion>)> {
        let frequent = |skill: &String| self.companions.get(skill).unwrap_or_default();
        let enough = self.settings.people;
        let is_enough = |companion: &Companion| companion.people >= enough;
        let is_new = |name: &String| !self.skills.contains(&(person.clone(), name.clone()));
        let mut names: Vec<_> = held.iter().flat_map(frequent).filter(is_enough).collect();
        names.sort_by(|a, b| a.skill.cmp(&b.skill));
        names.dedup_by(|a, b| a.skill == b.skill);
        let names = names.into_iter().map(|companion| companion.skill).filter(is_new);
        let because_of = |name: &String| {
            let both = |skill: &String| Companion {
                skill: skill.clone(),
                people: self.together.get(&(skill.clone(), name.clone())).unwrap_or_default(),
            };
            let mut because_of: Vec<_> = held.iter().map(both).filter(is_enough).collect();
            because_of.sort_by(|a, b| (b.people, &a.skill).cmp(&(a.people, &b.skill)));
            because_of
        };
        let weight = |(_, because_of): &(String, Vec<Companion>)| {
            because_of.iter().map(|companion| u64::from(companion.people)).sum::<u64>()
        };
        let with_reasons = names.map(|name| (because_of(&name), name));
        let with_reasons = with_reasons.map(|(because_of, name)| (name, because_of));
        // Of several that speak for as much, the first by its name.
        with_reasons.rev().max_by_key(weight)
    }
}
