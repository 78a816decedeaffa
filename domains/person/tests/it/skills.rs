//! What happens to skills.

use cim_person::person::{Person, PersonEvent};
use cim_person::skills::*;
use cim_runtime::prelude::*;
use cim_runtime::testing::Scenario;

use crate::some::{created, day, person};

fn level(proficiency: Proficiency) -> Level {
    let category = SkillCategory::Programming;
    Level { category, proficiency, years: Some(3), last_used: Some(day("2025-12-31")) }
}

fn claim(name: &str) -> ClaimSkill {
    ClaimSkill { name: name.to_owned(), level: level(Proficiency::Advanced) }
}

fn claimed(name: &str) -> SkillClaimed {
    SkillClaimed { name: name.to_owned(), level: level(Proficiency::Advanced) }
}

/// Somebody who can write Rust.
fn ada() -> Scenario<Person> {
    Person::given((created(), claimed("Rust"))).with_id(person(1))
}

fn endorse(by: u128) -> EndorseSkill {
    EndorseSkill { name: "rust".to_owned(), by: person(by), comment: Some("indeed".to_owned()) }
}

fn endorsed(by: u128) -> SkillEndorsed {
    SkillEndorsed { name: "Rust".to_owned(), by: person(by), comment: Some("indeed".to_owned()) }
}

#[test]
fn a_skill_is_claimed_once_however_it_is_written() {
    Person::given(created()).when(claim("Rust")).then(claimed("Rust"));
    ada().when(claim(" RUST ")).then_refused(SkillRefused::Twice);
    ada().when(claim("C")).then(claimed("C"));
    for name in ["", "a\tb", &"a".repeat(201)] {
        ada().when(claim(name)).then_refused(SkillRefused::Unreadable);
    }
}

#[test]
fn a_skill_grows() {
    let update =
        |name: &str, proficiency| UpdateSkill { name: name.to_owned(), level: level(proficiency) };
    let updated = SkillUpdated { name: "Rust".to_owned(), level: level(Proficiency::Expert) };
    ada().when(update("rust", Proficiency::Expert)).then(updated);
    ada().when(update("rust", Proficiency::Advanced)).then_nothing();
    ada().when(update("C", Proficiency::Expert)).then_refused(SkillRefused::Unknown);
}

#[test]
fn others_endorse_a_skill_once_each() {
    ada()
        .when(endorse(2))
        .then(endorsed(2))
        .when(endorse(3))
        .then(endorsed(3))
        .when(endorse(2))
        .then_refused(SkillRefused::Twice);
}

#[test]
fn nobody_endorses_themselves() {
    ada().when(endorse(1)).then_refused(SkillRefused::EndorsedByOneself);
    ada().when(endorse(0)).then_refused(SkillRefused::EndorsedByNobody);
    let unknown = EndorseSkill { name: "C".to_owned(), ..endorse(2) };
    ada().when(unknown).then_refused(SkillRefused::Unknown);
}

#[test]
fn a_verification_lapses_on_its_day_and_no_other() {
    let (name, by) = (|| "Rust".to_owned(), || "The Foundation".to_owned());
    let verify = |until| VerifySkill { name: name(), by: by(), until: Some(day(until)) };
    let verified = |until| SkillVerified { name: name(), by: by(), until: Some(day(until)) };
    let lapse = |until| LapseSkill { name: name(), until: day(until) };
    // It is the first of January.
    let lapsed = SkillRefused::LapsedBefore { until: day("2026-01-01") };
    ada().when(verify("2026-01-01")).then_refused(lapsed);
    let verified_once = || ada().when(verify("2026-01-02")).then(verified("2026-01-02"));
    verified_once()
        .when(lapse("2026-01-02"))
        .then(SkillLapsed { name: name(), until: day("2026-01-02") })
        .when(lapse("2026-01-02"))
        .then_nothing();
    verified_once()
        .when(verify("2027-01-01"))
        .then(verified("2027-01-01"))
        .when(lapse("2026-01-02"))
        .then_nothing()
        .when(RemoveSkill { name: name() })
        .then(SkillRemoved { name: name() })
        .when(lapse("2027-01-01"))
        .then_nothing();
}

#[test]
fn a_skill_is_recommended_once_and_to_who_has_it_not() {
    let because_of = || vec![Companion { skill: "rust".to_owned(), people: 7 }];
    let recommend = |name: &str| RecommendSkill { name: name.to_owned(), because_of: because_of() };
    let recommended = SkillRecommended { name: "c".to_owned(), because_of: because_of() };
    ada().when(recommend("c")).then(recommended).when(recommend("c")).then_nothing();
    ada().when(recommend("rust")).then_nothing();
}

#[test]
fn nobody_has_ten_thousand_skills() {
    let mut history = vec![PersonEvent::from(created())];
    history.extend((0..MOST).map(|number| PersonEvent::from(claimed(&format!("skill {number}")))));
    Person::given(history)
        .when(claim("one more"))
        .then_refused(SkillRefused::TooMany { most: 500 })
        .when(RemoveSkill { name: "skill 7".to_owned() })
        .then(SkillRemoved { name: "skill 7".to_owned() })
        .when(claim("one more"))
        .then(claimed("one more"));
}
