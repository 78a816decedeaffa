//! People to whom things happen by chance.

use std::collections::BTreeMap;

use cim_person::emails::*;
use cim_person::employments::*;
use cim_person::name::PersonName;
use cim_person::person::*;
use cim_person::phones::*;
use cim_person::relationships::*;
use cim_person::skills::*;
use cim_runtime::engine::Live;
use cim_runtime::prelude::*;
use rand::seq::IndexedRandom as _;
use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;

use crate::some::{day, person};
use crate::world::World;

pub(super) const PEOPLE: u128 = 24;

/// Names in small letters as they are compared: what a search knows beyond that is tested by itself.
pub(super) const NAMES: [&str; 16] = [
    "Ada",
    "Adam",
    "Grace",
    "Søren",
    "Мария",
    "Марина",
    "محمد",
    "देवनागरी",
    "นภา",
    "美咲",
    "지우",
    "Lovelace",
    "Lovelock",
    "O'Neil",
    "Anne-Marie",
    "Алексеевна",
];
pub(super) const SKILLS: [&str; 7] =
    ["Rust", "rustic carpentry", "C++", "Machine Learning", "SQL", "Node.js", "Русский"];
pub(super) const EMPLOYERS: [&str; 4] =
    ["Analytical Engines", "Acme-Werke", "Rust Belt", "株式会社"];
pub(super) const ADDRESSES: [&str; 5] = [
    "ada@example.org",
    "grace.hopper@example.org",
    "adam.lovelace@work.example",
    "мария@example.org",
    "rust@example.net",
];

/// Sends so many commands, each to somebody: many are refused.
pub(super) async fn live(world: &World, seed: u64, commands: u32) {
    let mut chance = ChaCha8Rng::seed_from_u64(seed);
    for number in 1..=PEOPLE {
        let create = CreatePerson { name: name(&mut chance), source: "test".to_owned() };
        world.send(&person(number), create).await.unwrap();
    }
    world.settled().await.unwrap();
    for number in 0..commands {
        happen(world, &mut chance, number).await;
        if chance.random_ratio(1, 3) {
            world.settled().await.unwrap();
        }
        if chance.random_ratio(1, 10) {
            world.advance(1.hour()).await.unwrap();
        }
    }
}

async fn happen(world: &World, chance: &mut ChaCha8Rng, number: u32) {
    let who = person(chance.random_range(1..=PEOPLE));
    let other = person(chance.random_range(1..=PEOPLE));
    let reason = "by chance".to_owned();
    let known = world.load::<Person>(&who).await.unwrap();
    let relationships: Vec<_> = known.relationships.by_id.keys().cloned().collect();
    let jobs: Vec<_> = known.employments.by_id.keys().cloned().collect();
    let relationship = relationships.choose(chance).cloned();
    let job = jobs.choose(chance).cloned();
    drop(known);
    match chance.random_range(0..100) {
        0..4 => heard(world.send(&who, ChangeName { name: name(chance), reason: None }).await),
        4..12 => {
            let address = one(chance, &ADDRESSES);
            heard(world.send(&who, AddEmail { address, usage: email(chance) }).await);
        }
        12..15 => heard(world.send(&who, VerifyEmail { address: one(chance, &ADDRESSES) }).await),
        15..18 => heard(world.send(&who, PreferEmail { address: one(chance, &ADDRESSES) }).await),
        18..21 => heard(world.send(&who, RemoveEmail { address: one(chance, &ADDRESSES) }).await),
        21..25 => {
            let usage = PhoneUsage { kind: PhoneKind::Mobile, texts: true, calls: true };
            heard(world.send(&who, AddPhone { number: phone(chance), usage }).await);
        }
        25..27 => heard(world.send(&who, VerifyPhone { number: phone(chance) }).await),
        27..29 => heard(world.send(&who, PreferPhone { number: phone(chance) }).await),
        29..30 => heard(world.send(&who, RemovePhone { number: phone(chance) }).await),
        30..42 => {
            let name = one(chance, &SKILLS);
            heard(world.send(&who, ClaimSkill { name, level: level(chance) }).await);
        }
        42..45 => {
            let name = one(chance, &SKILLS);
            heard(world.send(&who, UpdateSkill { name, level: level(chance) }).await);
        }
        45..49 => {
            let endorse = EndorseSkill { name: one(chance, &SKILLS), by: other, comment: None };
            heard(world.send(&who, endorse).await);
        }
        49..52 => {
            let until = chance.random_bool(0.5).then(|| day("2026-01-02"));
            let verify = VerifySkill { name: one(chance, &SKILLS), by: reason, until };
            heard(world.send(&who, verify).await);
        }
        52..55 => heard(world.send(&who, RemoveSkill { name: one(chance, &SKILLS) }).await),
        55..68 => {
            let kind = [
                RelationshipKind::Friend,
                RelationshipKind::Manager,
                RelationshipKind::Other { name: "godmother".into(), inverse: "godchild".into() },
            ];
            let propose = ProposeRelationship {
                relationship: RelationshipId::from(Uuid::from_u128(number.into())),
                with: other,
                kind: kind.choose(chance).unwrap().clone(),
                since: None,
            };
            heard(world.send(&who, propose).await);
        }
        68..84 => {
            for relationship in relationships {
                heard(world.send(&who, ConfirmRelationship { relationship }).await);
            }
        }
        84..87 => {
            if let Some(relationship) = relationship {
                let end = EndRelationship { relationship, reason: EndReason::Over };
                heard(world.send(&who, end).await);
            }
        }
        87..92 => {
            let start = StartEmployment {
                employment: EmploymentId::from(Uuid::from_u128(number.into())),
                employer: Employer { name: one(chance, &EMPLOYERS), organization: None },
                position: position(chance),
                // Each on a day of its own: which one began last is known.
                start: day("2000-01-01").saturating_add(i64::from(number).days()),
            };
            heard(world.send(&who, start).await);
        }
        92..94 => {
            if let Some(employment) = job {
                let (position, from) = (position(chance), day("2020-01-01"));
                heard(world.send(&who, ChangePosition { employment, position, from }).await);
            }
        }
        94..95 => {
            if let Some(employment) = job {
                let end = EndEmployment { employment, end: day("2025-01-01"), reason: None };
                heard(world.send(&who, end).await);
            }
        }
        95..96 => {
            if let Some(employment) = job {
                heard(world.send(&who, RemoveEmployment { employment }).await);
            }
        }
        96..97 => heard(world.send(&who, SuspendPerson { reason }).await),
        97..98 => heard(world.send(&who, ReactivatePerson { reason }).await),
        98..99 => {
            let merge = MergePerson { into: other, reason: MergeReason::DuplicateIdentity };
            heard(world.send(&who, merge).await);
        }
        _ if number.is_multiple_of(2) => heard(world.send(&who, ArchivePerson { reason }).await),
        _ => heard(world.send(&who, RecordDeath { date: day("2025-12-31") }).await),
    }
}

/// A refusal is an answer; anything else is none.
fn heard<M: Machine>(sent: Result<Sent, SendError<M>>) {
    if let Err(error) = sent {
        assert!(error.is_refusal(), "{error:?}");
    }
}

fn one(chance: &mut ChaCha8Rng, of: &[&str]) -> String {
    (*of.choose(chance).unwrap()).to_owned()
}

fn name(chance: &mut ChaCha8Rng) -> PersonName {
    PersonName::new(one(chance, &NAMES), one(chance, &NAMES))
}

fn email(chance: &mut ChaCha8Rng) -> EmailUsage {
    let kind = if chance.random() { EmailKind::Work } else { EmailKind::Personal };
    EmailUsage { kind, notifications: true, marketing: false }
}

fn phone(chance: &mut ChaCha8Rng) -> String {
    format!("+1212555012{}", chance.random_range(0..3))
}

fn level(chance: &mut ChaCha8Rng) -> Level {
    let all = [Proficiency::Beginner, Proficiency::Advanced, Proficiency::Expert];
    let proficiency = *all.choose(chance).unwrap();
    Level { category: SkillCategory::Technical, proficiency, years: None, last_used: None }
}

fn position(chance: &mut ChaCha8Rng) -> Position {
    Position {
        title: one(chance, &["Engineer", "Analyst", "Head"]),
        department: None,
        location: None,
        kind: EmploymentKind::FullTime,
        remote: Remote::Unknown,
    }
}

/// What the log says of each person, as its own record folds it.
pub(super) struct Stored {
    pub(super) people: BTreeMap<PersonId, Folded>,
}

pub(super) struct Folded {
    pub(super) person: Live<Person>,
    pub(super) state: PersonState,
    pub(super) history: Vec<Recorded<PersonEvent>>,
}

impl Stored {
    pub(super) async fn read(world: &World) -> Self {
        let mut people = BTreeMap::new();
        for number in 1..=PEOPLE {
            let id = person(number);
            let loaded = world.load::<Person>(&id).await.unwrap();
            let history = world.history::<Person>(&id, 0).await.unwrap();
            let folded = Folded { state: loaded.state(), person: loaded, history };
            people.insert(id, folded);
        }
        Self { people }
    }

    /// Those who are neither dead, nor archived, nor merged.
    pub(super) fn present(&self) -> impl Iterator<Item = (&PersonId, &Person)> {
        let here = [PersonState::Active, PersonState::Suspended, PersonState::Merging];
        let present = self.people.iter().filter(move |(_, folded)| here.contains(&folded.state));
        present.map(|(id, folded)| (id, &*folded.person))
    }
}
