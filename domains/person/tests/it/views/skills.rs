//! Who can do what.

use std::collections::BTreeMap;

use cim_person::skills::{Companion, Proof, key};
use cim_person::views::skills::{Experts, HeldSkill, PeopleWith, TogetherWith};

use super::population::{SKILLS, Stored};
use crate::world::{World, on_each_store};

pub(super) async fn check(world: &World, stored: &Stored) {
    for skill in SKILLS {
        let mut holders = Vec::new();
        let mut together = BTreeMap::<String, u32>::new();
        for (id, who) in stored.present() {
            let Some(held) = who.skills.by_name.get(&key(skill)) else { continue };
            let held = HeldSkill {
                name: held.name.clone(),
                level: held.level.clone(),
                proof: held.proof,
                endorsements: held.endorsed_by.len() as u32,
            };
            holders.push((id.clone(), held));
            for other in who.skills.by_name.keys().filter(|other| **other != key(skill)) {
                *together.entry(other.clone()).or_default() += 1;
            }
        }
        let asked = PeopleWith { skill: skill.to_uppercase() };
        assert_eq!(world.ask(asked).await.unwrap(), holders, "{skill}");

        let better = |held: &HeldSkill| {
            let verified = matches!(held.proof, Proof::Verified { .. });
            (held.level.proficiency, verified, held.endorsements)
        };
        holders.sort_by(|(a, one), (b, other)| better(other).cmp(&better(one)).then(a.cmp(b)));
        let mut companions: Vec<_> =
            together.into_iter().map(|(skill, people)| Companion { skill, people }).collect();
        companions.sort_by(|a, b| b.people.cmp(&a.people).then(a.skill.cmp(&b.skill)));
        for limit in [0, 1, 3, u32::MAX] {
            let experts = world.ask(Experts { skill: skill.to_owned(), limit }).await.unwrap();
            assert_eq!(experts, holders[..holders.len().min(limit as usize)], "{skill}");
            let skills = world.ask(TogetherWith { skill: skill.to_owned(), limit }).await.unwrap();
            assert_eq!(skills, companions[..companions.len().min(limit as usize)], "{skill}");
        }
    }
}

on_each_store! {
    nobody_has_a_skill_that_nobody_has
}

async fn nobody_has_a_skill_that_nobody_has(world: &World) {
    for skill in ["", "Rust", "\u{0}"] {
        let skill = skill.to_owned();
        assert_eq!(world.ask(PeopleWith { skill: skill.clone() }).await.unwrap(), []);
        assert_eq!(world.ask(Experts { skill: skill.clone(), limit: 5 }).await.unwrap(), []);
        assert_eq!(world.ask(TogetherWith { skill, limit: 5 }).await.unwrap(), []);
    }
}
