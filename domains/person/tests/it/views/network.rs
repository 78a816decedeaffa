//! Who knows whom.

use std::collections::{BTreeMap, BTreeSet};

use cim_person::person::*;
use cim_person::relationships::RelationshipKind::{Manager, Report};
use cim_person::relationships::*;
use cim_person::views::network::{
    Cluster, Clustering, MutualOf, Neighbour, NeighboursOf, NetworkView, Reach, ShortestPath,
};
use cim_runtime::prelude::*;
use cim_runtime::testing::Happened;

use super::population::Stored;
use crate::some::{day, name, person};
use crate::world::{World, all_is_well, on_each_store};

/// Whom each person knows, and as what.
type Knows = BTreeMap<PersonId, BTreeMap<PersonId, Vec<RelationshipKind>>>;

pub(super) async fn check(world: &World, stored: &Stored) {
    let mut knows = Knows::new();
    for (id, who) in stored.present() {
        let confirmed = who.relationships.by_id.values();
        for side in confirmed.filter(|side| side.standing == Standing::Confirmed) {
            let of = knows.entry(id.clone()).or_default();
            of.entry(side.with.clone()).or_default().push(side.kind.clone());
        }
    }
    let nobody = BTreeMap::new();
    let of = |id: &PersonId| knows.get(id).unwrap_or(&nobody);
    for a in stored.people.keys() {
        let neighbours = world.ask(NeighboursOf { id: a.clone() }).await.unwrap();
        let mut found = BTreeMap::new();
        for neighbour in &neighbours {
            found.insert(neighbour.person.clone(), sorted(&neighbour.kinds));
        }
        let expected: BTreeMap<_, _> =
            of(a).iter().map(|(id, kinds)| (id.clone(), sorted(kinds))).collect();
        assert_eq!(found, expected, "{a}");
        assert!(neighbours.is_sorted_by_key(|neighbour| neighbour.person.clone()));

        let around: Vec<_> = of(a).keys().collect();
        let pairs = around.iter().flat_map(|one| around.iter().map(move |other| (one, other)));
        let acquainted = pairs.filter(|(a, b)| a < b && of(a).contains_key(b)).count() as u64;
        let all = around.len() as f64 * (around.len() as f64 - 1.0) / 2.0;
        let coefficient = if all > 0.0 { acquainted as f64 / all } else { 0.0 };
        let expected = Cluster { neighbours: around.len() as u32, acquainted, coefficient };
        assert_eq!(world.ask(Clustering { of: a.clone() }).await.unwrap(), expected, "{a}");

        let steps = steps_from(&knows, a);
        for depth in [0, 1, 2, 1000] {
            let at = |step: u32| steps.values().filter(|steps| **steps == step).count() as u32;
            let expected: Vec<_> = (1..=depth).map(at).take_while(|people| *people > 0).collect();
            assert_eq!(world.ask(Reach { of: a.clone(), depth }).await.unwrap(), expected, "{a}");
        }
        for b in stored.people.keys() {
            let mutual = world.ask(MutualOf { a: a.clone(), b: b.clone() }).await.unwrap();
            let both = of(a).keys().filter(|id| of(b).contains_key(*id));
            assert_eq!(mutual, both.cloned().collect::<Vec<_>>(), "{a} and {b}");

            let asked = ShortestPath { from: a.clone(), to: b.clone() };
            let Some(path) = world.ask(asked).await.unwrap() else {
                assert!(a == b || !steps.contains_key(b), "{a} to {b}");
                continue;
            };
            assert_eq!((path.first(), path.last()), (Some(a), Some(b)));
            assert_eq!(path.len() as u32, steps[b] + 1, "{a} to {b}");
            assert!(path.windows(2).all(|pair| of(&pair[0]).contains_key(&pair[1])));
        }
    }
}

fn sorted(kinds: &[RelationshipKind]) -> Vec<String> {
    let mut kinds: Vec<_> = kinds.iter().map(|kind| format!("{kind:?}")).collect();
    kinds.sort();
    kinds
}

/// How many steps each is away whom somebody can reach, with themselves.
fn steps_from(knows: &Knows, id: &PersonId) -> BTreeMap<PersonId, u32> {
    let mut steps = BTreeMap::from([(id.clone(), 0)]);
    let mut front = BTreeSet::from([id.clone()]);
    for step in 1.. {
        let next: BTreeSet<_> = front
            .iter()
            .filter_map(|id| knows.get(id))
            .flat_map(BTreeMap::keys)
            .filter(|id| !steps.contains_key(*id))
            .cloned()
            .collect();
        if next.is_empty() {
            break;
        }
        steps.extend(next.iter().map(|id| (id.clone(), step)));
        front = next;
    }
    steps
}

fn proposed() -> Happened<RelationshipProposed> {
    let (relationship, kind) = (one(), RelationshipKind::Manager);
    RelationshipProposed { relationship, with: person(2), kind, since: None }.of(person(1))
}

fn confirmed(by: u128, with: u128) -> Happened<RelationshipConfirmed> {
    RelationshipConfirmed { relationship: one(), with: person(with) }.of(person(by))
}

fn ended(by: u128, with: u128) -> Happened<RelationshipEnded> {
    let (with, reason) = (person(with), EndReason::Over);
    RelationshipEnded { relationship: one(), with, reason }.of(person(by))
}

/// The second person is told that the first is merged into the third.
fn moved() -> Happened<RelationshipMoved> {
    let (from, to) = (person(1), person(3));
    RelationshipMoved { relationship: one(), from, to }.of(person(2))
}

/// The third person takes over what the first had with the second.
fn taken_over(standing: Standing) -> Happened<RelationshipTakenOver> {
    let (with, kind) = (person(2), RelationshipKind::Manager);
    let relationship = Relationship { with, kind, since: None, standing };
    RelationshipTakenOver { id: one(), relationship }.of(person(3))
}

fn merged() -> Happened<PersonMerged> {
    PersonMerged { into: person(3) }.of(person(1))
}

fn one() -> RelationshipId {
    RelationshipId::from(Uuid::from_u128(1))
}

fn of(number: u128) -> NeighboursOf {
    NeighboursOf { id: person(number) }
}

fn knows(number: u128, kind: RelationshipKind) -> Vec<Neighbour> {
    vec![Neighbour { person: person(number), kinds: vec![kind] }]
}

#[test]
fn a_relationship_is_there_from_the_first_confirmation_to_the_first_end() {
    NetworkView::given(proposed())
        .then_asked(of(1), vec![])
        .when(confirmed(2, 1))
        .then_asked(of(1), knows(2, Manager))
        .then_asked(of(2), knows(1, Report))
        .when(confirmed(1, 2))
        .then_asked(of(1), knows(2, Manager))
        .when(ended(1, 2))
        .then_asked(of(2), vec![])
        .when((confirmed(2, 1), ended(2, 1)))
        .then_asked(of(1), vec![]);
}

#[test]
fn whichever_side_hears_of_a_merge_first_the_relationship_moves() {
    NetworkView::given((proposed(), confirmed(2, 1), moved()))
        .then_asked(of(1), vec![])
        .then_asked(of(2), knows(3, Report))
        .then_asked(of(3), knows(2, Manager))
        .when((taken_over(Standing::Confirmed), merged()))
        .then_asked(of(3), knows(2, Manager));
    NetworkView::given((proposed(), confirmed(2, 1), taken_over(Standing::Confirmed)))
        .then_asked(of(1), vec![])
        .then_asked(of(2), knows(3, Report))
        .when((merged(), moved()))
        .then_asked(of(2), knows(3, Report));
    NetworkView::given((proposed(), confirmed(2, 1), merged()))
        .then_asked(of(2), vec![])
        .when((moved(), taken_over(Standing::Confirmed)))
        .then_asked(of(2), knows(3, Report));
    NetworkView::given((proposed(), moved(), taken_over(Standing::Proposed)))
        .then_asked(of(2), vec![])
        .when(confirmed(2, 3))
        .then_asked(of(3), knows(2, Manager));
}

#[test]
fn what_somebody_says_who_is_no_side_any_more_does_not_count() {
    NetworkView::given((proposed(), moved(), confirmed(1, 2)))
        .then_asked(of(2), vec![])
        .when((confirmed(2, 3), ended(1, 2)))
        .then_asked(of(2), knows(3, Report));
}

#[test]
fn who_says_the_id_of_others_takes_nothing_from_them() {
    let again = |with| {
        let (relationship, kind) = (one(), RelationshipKind::Friend);
        RelationshipProposed { relationship, with: person(with), kind, since: None }.of(person(4))
    };
    NetworkView::given((proposed(), confirmed(2, 1), again(2), again(5)))
        .then_asked(of(2), knows(1, Report))
        .when((ended(4, 2), ended(4, 5)))
        .then_asked(of(1), knows(2, Manager))
        .when(ended(1, 2))
        .then_asked(of(1), vec![]);
}

#[test]
fn nobody_relates_to_who_is_gone() {
    let died = |number| DeathRecorded { date: day("2020-01-01") }.of(person(number));
    let archived = PersonArchived { reason: "old".to_owned() }.of(person(1));
    NetworkView::given((proposed(), confirmed(2, 1), died(1)))
        .then_asked(of(2), vec![])
        .when(confirmed(2, 1))
        .then_asked(of(2), vec![]);
    NetworkView::given((proposed(), archived, confirmed(2, 1))).then_asked(of(2), vec![]);
    NetworkView::given((died(2), taken_over(Standing::Confirmed))).then_asked(of(3), vec![]);
}

on_each_store! {
    who_has_no_relationships_is_alone
    who_is_merged_hands_relationships_on
}

async fn people(world: &World, numbers: impl IntoIterator<Item = u128>) {
    for number in numbers {
        let create = CreatePerson { name: name("Ada"), source: "test".to_owned() };
        world.send(&person(number), create).await.unwrap();
    }
    world.settled().await.unwrap();
}

/// The two become friends, by the relationship of this number.
async fn befriend(world: &World, number: u128, a: u128, b: u128) {
    let relationship = RelationshipId::from(Uuid::from_u128(number));
    let (kind, with) = (RelationshipKind::Friend, person(b));
    let propose =
        ProposeRelationship { relationship: relationship.clone(), with, kind, since: None };
    world.send(&person(a), propose).await.unwrap();
    world.settled().await.unwrap();
    // What is only proposed is no relationship.
    assert!(!neighbours(world, a).await.contains(&b));
    world.send(&person(b), ConfirmRelationship { relationship }).await.unwrap();
    world.settled().await.unwrap();
}

async fn neighbours(world: &World, of: u128) -> Vec<u128> {
    let neighbours = world.ask(NeighboursOf { id: person(of) }).await.unwrap();
    let numbers = neighbours.iter().map(|neighbour| neighbour.person.to_string());
    numbers.map(|id| id.parse::<Uuid>().unwrap().as_u128()).collect()
}

async fn path(world: &World, from: u128, to: u128) -> Option<usize> {
    let asked = ShortestPath { from: person(from), to: person(to) };
    world.ask(asked).await.unwrap().map(|path| path.len())
}

async fn who_has_no_relationships_is_alone(world: &World) {
    people(world, 1..=4).await;
    befriend(world, 1, 1, 2).await;
    befriend(world, 2, 1, 3).await;
    befriend(world, 3, 2, 3).await;
    assert_eq!(neighbours(world, 1).await, [2, 3]);
    assert_eq!(path(world, 2, 3).await, Some(2));
    let end = |number| EndRelationship {
        relationship: RelationshipId::from(Uuid::from_u128(number)),
        reason: EndReason::Over,
    };
    world.send(&person(1), end(1)).await.unwrap();
    world.send(&person(3), end(2)).await.unwrap();
    all_is_well(world).await;
    for alone in [1, 4, 5] {
        assert_eq!(neighbours(world, alone).await, []);
        assert_eq!(world.ask(Reach { of: person(alone), depth: 9 }).await.unwrap(), [0_u32; 0]);
        let none = Cluster { neighbours: 0, acquainted: 0, coefficient: 0.0 };
        assert_eq!(world.ask(Clustering { of: person(alone) }).await.unwrap(), none);
        assert_eq!(path(world, alone, 2).await, None);
        assert_eq!(path(world, 2, alone).await, None);
        let asked = MutualOf { a: person(alone), b: person(2) };
        assert_eq!(world.ask(asked).await.unwrap(), []);
    }
    // Of whom nothing is known there is no way even to themselves.
    assert_eq!(path(world, 1, 1).await, Some(1));
    assert_eq!(path(world, 5, 5).await, None);

    world.send(&person(2), RecordDeath { date: day("2020-01-01") }).await.unwrap();
    all_is_well(world).await;
    assert_eq!((neighbours(world, 2).await, neighbours(world, 3).await), (vec![], vec![]));
}

async fn who_is_merged_hands_relationships_on(world: &World) {
    people(world, 1..=4).await;
    befriend(world, 1, 1, 2).await;
    befriend(world, 2, 1, 3).await;
    befriend(world, 3, 4, 3).await;
    let merge = MergePerson { into: person(4), reason: MergeReason::DuplicateIdentity };
    world.send(&person(1), merge).await.unwrap();
    all_is_well(world).await;
    assert_eq!(neighbours(world, 1).await, []);
    assert_eq!(neighbours(world, 2).await, [4]);
    // They were friends with the third person before.
    assert_eq!(neighbours(world, 4).await, [2, 3]);
    assert_eq!(path(world, 2, 3).await, Some(3));
    let of_third = world.ask(NeighboursOf { id: person(3) }).await.unwrap();
    assert_eq!(of_third.len(), 1);
    assert_eq!(of_third[0].kinds, [RelationshipKind::Friend]);
}
