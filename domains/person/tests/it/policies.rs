//! What happens to people by itself, on each store.

use std::collections::BTreeSet;

use cim_person::emails::{AddEmail, EmailKind, EmailUsage};
use cim_person::employments::*;
use cim_person::onboarding::*;
use cim_person::person::*;
use cim_person::policies::ProposalSettings;
use cim_person::preferences::{GiveConsent, WithdrawConsent};
use cim_person::relationships::*;
use cim_person::skills::*;
use cim_person::views::network::NeighboursOf;
use cim_runtime::Options;
use cim_runtime::prelude::*;

use crate::some::{created, day, name, person};
use crate::world::{World, all_is_well, on_each_store};

on_each_store! {
    a_proposal_is_offered_and_a_confirmation_confirms_both_sides
    who_declines_ends_both_sides
    a_proposal_to_nobody_ends
    of_two_proposals_that_cross_one_remains
    an_id_that_is_used_again_leaves_the_others_as_they_are
    a_merge_keeps_apart_what_has_one_id
    death_and_archiving_end_relationships_on_the_other_side_once
    a_merge_moves_relationships_to_whoever_remains
    a_merge_moves_an_offer_that_waits
    who_absorbs_unasked_takes_nothing
    of_merges_in_a_circle_one_is_rejected
    merges_in_a_row_lead_to_whoever_remains
    nobody_is_merged_into_nobody_or_the_dead
    a_proposal_expires_unless_it_is_confirmed
    a_verification_lapses
    who_does_nothing_is_archived
    whatever_somebody_does_is_activity
    what_policies_do_is_no_activity
    an_onboarding_expires_unless_it_goes_on
    what_somebody_tells_of_themselves_stands_in_their_record
    skills_of_similar_people_are_recommended_and_explained
}

/// People of these numbers.
async fn people(world: &World, numbers: impl IntoIterator<Item = u128>) {
    for number in numbers {
        let create = CreatePerson { name: name("Ada"), source: "test".to_owned() };
        world.send(&person(number), create).await.unwrap();
    }
    world.settled().await.unwrap();
}

fn id(number: u128) -> RelationshipId {
    RelationshipId::from(Uuid::from_u128(number))
}

async fn propose(world: &World, number: u128, from: u128, with: u128, kind: RelationshipKind) {
    let propose =
        ProposeRelationship { relationship: id(number), with: person(with), kind, since: None };
    world.send(&person(from), propose).await.unwrap();
}

async fn confirm(world: &World, number: u128, by: u128) {
    world.send(&person(by), ConfirmRelationship { relationship: id(number) }).await.unwrap();
}

/// A relationship of this number that both have confirmed.
async fn related(world: &World, number: u128, a: u128, b: u128, kind: RelationshipKind) {
    propose(world, number, a, b, kind).await;
    world.settled().await.unwrap();
    confirm(world, number, b).await;
    world.settled().await.unwrap();
}

async fn loaded(world: &World, number: u128) -> impl std::ops::Deref<Target = Person> {
    world.load::<Person>(&person(number)).await.unwrap()
}

async fn state(world: &World, number: u128) -> PersonState {
    world.load::<Person>(&person(number)).await.unwrap().state()
}

/// The relationships of a person: which, with whom, as what, and how far it has come.
async fn sides(world: &World, number: u128) -> Vec<(RelationshipId, PersonId, Standing)> {
    let person = loaded(world, number).await;
    let sides = person.relationships.by_id.iter();
    sides.map(|(id, side)| (id.clone(), side.with.clone(), side.standing)).collect()
}

/// How often something of this name has happened to a person.
async fn count(world: &World, number: u128, event: &str) -> usize {
    let stream = world.load::<Person>(&person(number)).await.unwrap().stream().clone();
    let events = world.store().read_stream(&stream, 0).await.unwrap();
    let is =
        |stored: &cim_runtime::store::StoredEvent| stored.envelope().unwrap().event_type == event;
    events.iter().filter(|stored| is(stored)).count()
}

/// Why the relationships of a person have ended, in order.
async fn reasons(world: &World, number: u128) -> Vec<EndReason> {
    let history = world.history::<Person>(&person(number), 0).await.unwrap();
    let reason = |event: &PersonEvent| match event {
        PersonEvent::Relationships(RelationshipsEvent::RelationshipEnded(ended)) => {
            Some(ended.reason)
        }
        _ => None,
    };
    history.iter().filter_map(|recorded| reason(&recorded.event)).collect()
}

async fn die(world: &World, number: u128) {
    world.send(&person(number), RecordDeath { date: day("2025-12-31") }).await.unwrap();
}

async fn merge(world: &World, number: u128, into: u128) {
    let reason = MergeReason::DuplicateIdentity;
    world.send(&person(number), MergePerson { into: person(into), reason }).await.unwrap();
}

/// No policy has met with a refusal that nobody has thought of.
async fn a_proposal_is_offered_and_a_confirmation_confirms_both_sides(world: &World) {
    people(world, 1..=2).await;
    propose(world, 7, 1, 2, RelationshipKind::Manager).await;
    world.settled().await.unwrap();
    assert_eq!(sides(world, 1).await, [(id(7), person(2), Standing::Proposed)]);
    assert_eq!(sides(world, 2).await, [(id(7), person(1), Standing::Offered)]);
    let other = loaded(world, 2).await.relationships.by_id[&id(7)].kind.clone();
    assert_eq!(other, RelationshipKind::Report);

    confirm(world, 7, 2).await;
    all_is_well(world).await;
    assert_eq!(sides(world, 1).await, [(id(7), person(2), Standing::Confirmed)]);
    assert_eq!(sides(world, 2).await, [(id(7), person(1), Standing::Confirmed)]);
    assert_eq!(count(world, 1, "RelationshipConfirmed").await, 1);
    assert_eq!(count(world, 2, "RelationshipConfirmed").await, 1);
}

async fn who_declines_ends_both_sides(world: &World) {
    people(world, 1..=2).await;
    propose(world, 7, 1, 2, RelationshipKind::Friend).await;
    world.settled().await.unwrap();
    let decline = EndRelationship { relationship: id(7), reason: EndReason::Declined };
    world.send(&person(2), decline).await.unwrap();
    all_is_well(world).await;
    for number in 1..=2 {
        assert_eq!(sides(world, number).await, []);
        assert_eq!(reasons(world, number).await, [EndReason::Declined]);
    }
}

async fn a_proposal_to_nobody_ends(world: &World) {
    people(world, 1..=2).await;
    die(world, 2).await;
    propose(world, 7, 1, 2, RelationshipKind::Friend).await;
    propose(world, 8, 1, 99, RelationshipKind::Friend).await;
    all_is_well(world).await;
    assert_eq!(sides(world, 1).await, []);
    assert_eq!(reasons(world, 1).await, [EndReason::Nobody; 2]);
}

async fn of_two_proposals_that_cross_one_remains(world: &World) {
    people(world, 1..=2).await;
    propose(world, 7, 1, 2, RelationshipKind::Mentor).await;
    let back = ProposeRelationship {
        relationship: id(8),
        with: person(1),
        kind: RelationshipKind::Mentee,
        since: None,
    };
    // If the offer has come meanwhile, the second person knows that there is one.
    match world.send(&person(2), back).await {
        Ok(_) | Err(SendError::Refused(RelationshipRefused::Twice)) => {}
        Err(other) => panic!("{other}"),
    }
    all_is_well(world).await;
    let (one, two) = (sides(world, 1).await, sides(world, 2).await);
    assert_eq!(one, [(id(7), person(2), Standing::Proposed)]);
    assert_eq!(two, [(id(7), person(1), Standing::Offered)]);
}

async fn an_id_that_is_used_again_leaves_the_others_as_they_are(world: &World) {
    people(world, 1..=3).await;
    related(world, 7, 2, 3, RelationshipKind::Partner).await;
    propose(world, 7, 1, 2, RelationshipKind::Friend).await;
    all_is_well(world).await;
    assert_eq!(sides(world, 1).await, []);
    assert_eq!(reasons(world, 1).await, [EndReason::Duplicate]);
    assert_eq!(sides(world, 2).await, [(id(7), person(3), Standing::Confirmed)]);
    assert_eq!(sides(world, 3).await, [(id(7), person(2), Standing::Confirmed)]);
    let known = world.ask(NeighboursOf { id: person(2) }).await.unwrap();
    assert_eq!(known.iter().map(|known| &known.person).collect::<Vec<_>>(), [&person(3)]);
    die(world, 3).await;
    all_is_well(world).await;
    assert_eq!(sides(world, 2).await, []);
    assert_eq!(reasons(world, 2).await, [EndReason::Death]);
}

async fn a_merge_keeps_apart_what_has_one_id(world: &World) {
    people(world, 1..=4).await;
    related(world, 7, 1, 2, RelationshipKind::Friend).await;
    related(world, 7, 3, 4, RelationshipKind::Friend).await;
    merge(world, 1, 3).await;
    all_is_well(world).await;
    assert_eq!(sides(world, 2).await, []);
    assert_eq!(reasons(world, 2).await, [EndReason::Duplicate]);
    assert_eq!(sides(world, 3).await, [(id(7), person(4), Standing::Confirmed)]);
    assert_eq!(sides(world, 4).await, [(id(7), person(3), Standing::Confirmed)]);
}

async fn death_and_archiving_end_relationships_on_the_other_side_once(world: &World) {
    people(world, 1..=4).await;
    related(world, 7, 1, 2, RelationshipKind::Partner).await;
    related(world, 8, 3, 1, RelationshipKind::Friend).await;
    propose(world, 9, 1, 4, RelationshipKind::Friend).await;
    world.settled().await.unwrap();
    die(world, 1).await;
    all_is_well(world).await;
    for number in 2..=4 {
        assert_eq!(sides(world, number).await, []);
        assert_eq!(reasons(world, number).await, [EndReason::Death]);
    }
    // The record of who has died stays as it was.
    assert_eq!(sides(world, 1).await.len(), 3);

    related(world, 10, 2, 3, RelationshipKind::Colleague).await;
    let archive = ArchivePerson { reason: "has left".to_owned() };
    world.send(&person(3), archive).await.unwrap();
    all_is_well(world).await;
    assert_eq!(reasons(world, 2).await, [EndReason::Death, EndReason::Archived]);
}

async fn a_merge_moves_relationships_to_whoever_remains(world: &World) {
    people(world, 1..=4).await;
    related(world, 7, 1, 2, RelationshipKind::Manager).await;
    related(world, 8, 1, 3, RelationshipKind::Friend).await; // with who remains
    related(world, 9, 1, 4, RelationshipKind::Friend).await;
    related(world, 10, 3, 4, RelationshipKind::Friend).await; // the same again
    merge(world, 1, 3).await;
    all_is_well(world).await;

    assert_eq!(state(world, 1).await, PersonState::Merged);
    assert!(loaded(world, 3).await.absorbed.contains(&person(1)));
    let confirmed = |number, with| (id(number), person(with), Standing::Confirmed);
    assert_eq!(sides(world, 2).await, [confirmed(7, 3)]);
    assert_eq!(sides(world, 3).await, [confirmed(7, 2), confirmed(10, 4)]);
    assert_eq!(sides(world, 4).await, [confirmed(10, 3)]);
    assert_eq!(reasons(world, 3).await, [EndReason::Merged]);
    assert_eq!(reasons(world, 4).await, [EndReason::Duplicate]);
    // What has moved ends as any other does.
    die(world, 3).await;
    all_is_well(world).await;
    assert_eq!(sides(world, 2).await, []);
}

async fn a_merge_moves_an_offer_that_waits(world: &World) {
    people(world, 1..=3).await;
    propose(world, 7, 1, 2, RelationshipKind::Manager).await;
    world.settled().await.unwrap();
    merge(world, 2, 3).await;
    world.settled().await.unwrap();
    assert_eq!(sides(world, 1).await, [(id(7), person(3), Standing::Proposed)]);
    confirm(world, 7, 3).await;
    all_is_well(world).await;
    assert_eq!(sides(world, 1).await, [(id(7), person(3), Standing::Confirmed)]);
    assert_eq!(sides(world, 3).await, [(id(7), person(1), Standing::Confirmed)]);
}

async fn who_absorbs_unasked_takes_nothing(world: &World) {
    people(world, 1..=3).await;
    related(world, 7, 1, 2, RelationshipKind::Friend).await;
    // A merge that was rejected is none that is asked for.
    merge(world, 1, 99).await;
    world.settled().await.unwrap();
    let absorb = AbsorbPerson { person: person(1), with: BTreeSet::new() };
    world.send(&person(3), absorb).await.unwrap();
    all_is_well(world).await;
    assert_eq!(state(world, 1).await, PersonState::Active);
    assert_eq!(sides(world, 2).await, [(id(7), person(1), Standing::Confirmed)]);
    assert_eq!(sides(world, 3).await, []);
    // They are told of each other's ends as before.
    die(world, 1).await;
    all_is_well(world).await;
    assert_eq!(reasons(world, 2).await, [EndReason::Death]);
}

async fn of_merges_in_a_circle_one_is_rejected(world: &World) {
    people(world, 1..=3).await;
    merge(world, 1, 2).await;
    merge(world, 2, 3).await;
    // The third knows of it only if it has absorbed the others meanwhile.
    let last = MergePerson { into: person(1), reason: MergeReason::DuplicateIdentity };
    let rejected = match world.send(&person(3), last).await {
        Ok(_) => 1,
        Err(SendError::Refused(PersonRefused::MergeInACircle)) => 0,
        Err(other) => panic!("{other}"),
    };
    all_is_well(world).await;
    assert_eq!(state(world, 1).await, PersonState::Merged);
    assert_eq!(state(world, 2).await, PersonState::Merged);
    assert_eq!(state(world, 3).await, PersonState::Active);
    assert_eq!(count(world, 3, "MergeRejected").await, rejected);
}

async fn merges_in_a_row_lead_to_whoever_remains(world: &World) {
    people(world, 1..=3).await;
    merge(world, 2, 3).await;
    world.settled().await.unwrap();
    // Who asks for one that is merged comes to the one that remains.
    merge(world, 1, 2).await;
    all_is_well(world).await;
    assert_eq!(loaded(world, 1).await.merges_into, Some(person(3)));
    let absorbed = loaded(world, 3).await.absorbed.iter().cloned().collect::<Vec<_>>();
    assert_eq!(absorbed, [person(1), person(2)]);
    let merge = MergePerson { into: person(1), reason: MergeReason::UserRequested };
    let circle = world.send(&person(3), merge).await.unwrap_err();
    assert!(matches!(circle, SendError::Refused(PersonRefused::MergeInACircle)), "{circle}");
}

async fn nobody_is_merged_into_nobody_or_the_dead(world: &World) {
    people(world, 1..=3).await;
    die(world, 3).await;
    merge(world, 1, 99).await;
    merge(world, 2, 3).await;
    all_is_well(world).await;
    for (number, because) in [(1, MergeFlaw::Nobody), (2, MergeFlaw::Gone)] {
        assert_eq!(state(world, number).await, PersonState::Active);
        let history = world.history::<Person>(&person(number), 0).await.unwrap();
        let rejected = PersonEvent::from(MergeRejected { because });
        assert_eq!(history.last().map(|recorded| &recorded.event), Some(&rejected));
        assert_eq!(loaded(world, number).await.merges_into, None);
    }
}

async fn a_proposal_expires_unless_it_is_confirmed(world: &World) {
    people(world, 1..=3).await;
    propose(world, 7, 1, 2, RelationshipKind::Friend).await;
    related(world, 8, 1, 3, RelationshipKind::Friend).await;
    world.advance(89.days()).await.unwrap();
    assert_eq!(sides(world, 2).await.len(), 1);
    world.advance(1.day()).await.unwrap();
    all_is_well(world).await;
    assert_eq!(sides(world, 1).await, [(id(8), person(3), Standing::Confirmed)]);
    assert_eq!(sides(world, 2).await, []);
    assert_eq!(reasons(world, 1).await, [EndReason::Expired]);
    assert_eq!(reasons(world, 2).await, [EndReason::Expired]);
}

#[tokio::test]
async fn how_long_is_waited_can_be_told() {
    let options = Options::default().settings(ProposalSettings { days: 2 });
    let world = World::start_with(options).await.unwrap();
    people(&world, 1..=2).await;
    propose(&world, 7, 1, 2, RelationshipKind::Friend).await;
    world.advance(1.day()).await.unwrap();
    assert_eq!(sides(&world, 2).await.len(), 1);
    world.advance(1.day()).await.unwrap();
    assert_eq!(sides(&world, 2).await, []);
}

fn claim(name: &str) -> ClaimSkill {
    let (category, proficiency) = (SkillCategory::Technical, Proficiency::Expert);
    let level = Level { category, proficiency, years: None, last_used: None };
    ClaimSkill { name: name.to_owned(), level }
}

async fn a_verification_lapses(world: &World) {
    people(world, 1..=1).await;
    world.send(&person(1), claim("Rust")).await.unwrap();
    let until = Some(day("2026-03-31"));
    let verify = VerifySkill { name: "rust".to_owned(), by: "a school".to_owned(), until };
    world.send(&person(1), verify).await.unwrap();
    world.advance_to("2026-03-31T23:59:59Z".parse().unwrap()).await.unwrap();
    assert_eq!(loaded(world, 1).await.skills.by_name["rust"].proof, Proof::Verified { until });
    world.advance(1.second()).await.unwrap();
    assert_eq!(loaded(world, 1).await.skills.by_name["rust"].proof, Proof::Lapsed);
}

async fn who_does_nothing_is_archived(world: &World) {
    people(world, 1..=3).await;
    world.advance(200.days()).await.unwrap();
    let usage = EmailUsage { kind: EmailKind::Work, notifications: true, marketing: false };
    let add = AddEmail { address: "ada@example.org".to_owned(), usage };
    world.send(&person(1), add).await.unwrap();
    die(world, 3).await;
    world.advance(164.days()).await.unwrap();
    assert_eq!(state(world, 2).await, PersonState::Active);
    world.advance(1.day()).await.unwrap();
    assert_eq!(state(world, 2).await, PersonState::Archived);
    assert_eq!(state(world, 1).await, PersonState::Active);
    world.advance(199.days()).await.unwrap();
    assert_eq!(state(world, 1).await, PersonState::Active);
    world.advance(1.day()).await.unwrap();
    assert_eq!(state(world, 1).await, PersonState::Archived);
    // The dead stay what they are, and nothing waits for ever.
    assert_eq!(state(world, 3).await, PersonState::Deceased);
    assert_eq!(world.workers().next_due(), None);
    all_is_well(world).await;
}

async fn whatever_somebody_does_is_activity(world: &World) {
    people(world, 1..=6).await;
    let (employment, start) = (EmploymentId::from(Uuid::from_u128(1)), day("2020-01-01"));
    let employer = Employer { name: "Analytical Engines".to_owned(), organization: None };
    let position = Position {
        title: "Countess".to_owned(),
        department: None,
        location: None,
        kind: EmploymentKind::FullTime,
        remote: Remote::Unknown,
    };
    let begin = StartEmployment { employment: employment.clone(), employer, position, start };
    world.send(&person(1), begin).await.unwrap();
    let purpose = "news".to_owned();
    let give = GiveConsent { purpose: purpose.clone(), version: 1, ip_address: None };
    world.send(&person(2), give).await.unwrap();
    world.send(&person(3), claim("Rust")).await.unwrap();
    related(world, 7, 4, 6, RelationshipKind::Friend).await;

    world.advance(200.days()).await.unwrap();
    let end = EndEmployment { employment, end: day("2021-01-01"), reason: None };
    world.send(&person(1), end).await.unwrap();
    world.send(&person(2), WithdrawConsent { purpose }).await.unwrap();
    world.send(&person(3), RemoveSkill { name: "Rust".to_owned() }).await.unwrap();
    let end = EndRelationship { relationship: id(7), reason: EndReason::Over };
    world.send(&person(4), end).await.unwrap();
    world.send(&person(5), SetBirthDate { date: day("1990-12-31") }).await.unwrap();
    world.advance(165.days()).await.unwrap();
    // That a relationship ends is done by one of its sides.
    assert_eq!(state(world, 6).await, PersonState::Archived);
    for number in 1..=5 {
        assert_eq!(state(world, number).await, PersonState::Active, "{number}");
    }
    world.advance(200.days()).await.unwrap();
    for number in 1..=5 {
        assert_eq!(state(world, number).await, PersonState::Archived, "{number}");
    }
    all_is_well(world).await;
}

async fn what_policies_do_is_no_activity(world: &World) {
    people(world, 1..=2).await;
    propose(world, 7, 1, 2, RelationshipKind::Friend).await;
    world.advance(80.days()).await.unwrap();
    confirm(world, 7, 2).await;
    world.settled().await.unwrap();
    assert_eq!(count(world, 1, "RelationshipConfirmed").await, 1);
    world.advance(285.days()).await.unwrap();
    assert_eq!(state(world, 1).await, PersonState::Archived);
    assert_eq!(reasons(world, 2).await, [EndReason::Archived]);
    world.advance(79.days()).await.unwrap();
    assert_eq!(state(world, 2).await, PersonState::Active);
    world.advance(1.day()).await.unwrap();
    assert_eq!(state(world, 2).await, PersonState::Archived);
    all_is_well(world).await;
}

fn onboarding(number: u128) -> OnboardingId {
    OnboardingId::from(Uuid::from_u128(number))
}

async fn begin(world: &World, number: u128) {
    let start = StartOnboarding { person: person(1) };
    world.send(&onboarding(number), start).await.unwrap();
}

async fn verify(world: &World, number: u128) {
    let verify = VerifyIdentity { identity: Uuid::from_u128(9), evidence: Evidence::Passport };
    world.send(&onboarding(number), verify).await.unwrap();
}

async fn an_onboarding_expires_unless_it_goes_on(world: &World) {
    let state = async |number| world.load::<Onboarding>(&onboarding(number)).await.unwrap().state();
    begin(world, 1).await;
    begin(world, 2).await;
    world.advance(20.days()).await.unwrap();
    verify(world, 2).await;
    world.advance(10.days()).await.unwrap();
    assert_eq!(state(1).await, OnboardingState::Failed);
    assert_eq!(state(2).await, OnboardingState::CollectingBasics);
    world.advance(20.days()).await.unwrap();
    assert_eq!(state(2).await, OnboardingState::Failed);
    assert_eq!(world.workers().next_due(), None);
    let dead = world.workers().dead_letters("onboarding_expires").unwrap().list().await.unwrap();
    assert_eq!(dead, []);
}

async fn what_somebody_tells_of_themselves_stands_in_their_record(world: &World) {
    people(world, 1..=1).await;
    begin(world, 1).await;
    verify(world, 1).await;
    let phone = Some("+1 212 555 0123".to_owned());
    let provide = ProvideBasicInfo { email: "ada@example.org".to_owned(), phone };
    world.send(&onboarding(1), provide).await.unwrap();
    all_is_well(world).await;
    let person = loaded(world, 1).await;
    assert_eq!(person.emails.by_address.keys().collect::<Vec<_>>(), ["ada@example.org"]);
    assert_eq!(person.phones.by_number.keys().collect::<Vec<_>>(), ["+12125550123"]);
    assert_eq!(person.name, created().name);
}

async fn skills_of_similar_people_are_recommended_and_explained(world: &World) {
    people(world, 1..=5).await;
    let recommended = async |number| {
        let history = world.history::<Person>(&person(number), 0).await.unwrap();
        let recommended = history.iter().filter_map(|recorded| match &recorded.event {
            PersonEvent::Skills(SkillsEvent::SkillRecommended(event)) => Some(event.clone()),
            _ => None,
        });
        recommended.collect::<Vec<_>>()
    };
    for number in 1..=3 {
        for skill in ["Rust", "Linux", "SQL"] {
            world.send(&person(number), claim(skill)).await.unwrap();
        }
    }
    world.settled().await.unwrap();
    world.send(&person(4), claim("rust")).await.unwrap();
    world.settled().await.unwrap();
    let companion = |skill: &str, people| Companion { skill: skill.to_owned(), people };
    let linux = |because_of| SkillRecommended { name: "linux".to_owned(), because_of };
    assert_eq!(recommended(4).await, [linux(vec![companion("rust", 3)])]);

    // Both skills of the fifth speak for a third; and what was recommended is not recommended again.
    world.send(&person(5), claim("SQL")).await.unwrap();
    world.settled().await.unwrap();
    world.send(&person(5), claim("Linux")).await.unwrap();
    all_is_well(world).await;
    let rust = SkillRecommended {
        name: "rust".to_owned(),
        because_of: vec![companion("linux", 3), companion("sql", 3)],
    };
    assert_eq!(recommended(5).await, [linux(vec![companion("sql", 3)]), rust]);
}
