//! One side of a relationship.

use cim_person::person::{Person, PersonEvent};
use cim_person::relationships::*;
use cim_runtime::prelude::*;
use cim_runtime::testing::Scenario;

use crate::some::{created, person};

fn id(number: u128) -> RelationshipId {
    RelationshipId::from(Uuid::from_u128(number))
}

fn propose(number: u128, with: u128, kind: RelationshipKind) -> ProposeRelationship {
    ProposeRelationship { relationship: id(number), with: person(with), kind, since: None }
}

fn proposed(number: u128, with: u128, kind: RelationshipKind) -> RelationshipProposed {
    RelationshipProposed { relationship: id(number), with: person(with), kind, since: None }
}

fn confirm(number: u128) -> ConfirmRelationship {
    ConfirmRelationship { relationship: id(number) }
}

fn confirmed(number: u128, with: u128) -> RelationshipConfirmed {
    RelationshipConfirmed { relationship: id(number), with: person(with) }
}

fn end(number: u128, reason: EndReason) -> EndRelationship {
    EndRelationship { relationship: id(number), reason }
}

fn ended(number: u128, with: u128, reason: EndReason) -> RelationshipEnded {
    RelationshipEnded { relationship: id(number), with: person(with), reason }
}

/// Somebody who has proposed to work for the second person.
fn ada() -> Scenario<Person> {
    Person::given((created(), proposed(1, 2, RelationshipKind::Manager))).with_id(person(1))
}

/// Somebody whom the first person has made the proposal.
fn bob() -> Scenario<Person> {
    let (from, kind) = (person(1), RelationshipKind::Report);
    let received = ProposalReceived { relationship: id(1), from, kind, since: None };
    Person::given((created(), received)).with_id(person(2))
}

#[test]
fn kinds_have_inverses() {
    use RelationshipKind::*;
    for (kind, inverse) in
        [(Manager, Report), (Mentor, Mentee), (Parent, Child), (Client, Vendor), (Friend, Friend)]
    {
        assert_eq!(kind.inverse(), inverse);
        assert_eq!(inverse.inverse(), kind);
    }
    let landlord = Other { name: "landlord".to_owned(), inverse: "tenant".to_owned() };
    let tenant = Other { name: "tenant".to_owned(), inverse: "landlord".to_owned() };
    assert_eq!(landlord.inverse(), tenant);
}

#[test]
fn nobody_knows_themselves_or_nobody() {
    let ada = || Person::given(created()).with_id(person(1));
    let friend = || RelationshipKind::Friend;
    ada().when(propose(1, 1, friend())).then_refused(RelationshipRefused::WithOneself);
    ada().when(propose(1, 0, friend())).then_refused(RelationshipRefused::WithNobody);
    let other = |name: &str, inverse: &str| RelationshipKind::Other {
        name: name.to_owned(),
        inverse: inverse.to_owned(),
    };
    ada().when(propose(1, 2, other("", "tenant"))).then_refused(RelationshipRefused::Unreadable);
    ada().when(propose(1, 2, other("tenant", "\0"))).then_refused(RelationshipRefused::Unreadable);
}

#[test]
fn one_of_a_kind_is_proposed_once() {
    use RelationshipKind::*;
    ada().when(propose(2, 2, Manager)).then_refused(RelationshipRefused::Twice);
    ada().when(propose(1, 3, Friend)).then_refused(RelationshipRefused::Twice);
    ada().when(propose(2, 2, Friend)).then(proposed(2, 2, Friend));
    ada().when(propose(2, 3, Manager)).then(proposed(2, 3, Manager));
}

#[test]
fn who_proposes_does_not_confirm() {
    ada().when(confirm(1)).then_refused(RelationshipRefused::NotYoursToConfirm);
    ada().when(confirm(2)).then_refused(RelationshipRefused::Unknown);
    bob().when(confirm(1)).then(confirmed(1, 1)).when(confirm(1)).then_nothing();
    let acknowledge = || AcknowledgeRelationship { relationship: id(1) };
    ada().when(acknowledge()).then(confirmed(1, 2)).when(acknowledge()).then_nothing();
    bob().when(acknowledge()).then_nothing();
}

#[test]
fn an_offer_is_received_once() {
    let (from, kind) = (person(1), RelationshipKind::Report);
    bob().when(ReceiveProposal { relationship: id(1), from, kind, since: None }).then_nothing();
}

#[test]
fn what_has_ended_is_not_there_any_more() {
    let over = EndReason::Over;
    ada().when(end(1, over)).then(ended(1, 2, over)).when(end(1, over)).then_nothing();
    bob()
        .when(end(1, EndReason::Declined))
        .then(ended(1, 1, EndReason::Declined))
        .when(confirm(1))
        .then_refused(RelationshipRefused::Unknown);
}

#[test]
fn only_a_proposal_expires() {
    let expire = || ExpireProposal { relationship: id(1) };
    ada().when(expire()).then(ended(1, 2, EndReason::Expired)).when(expire()).then_nothing();
    let acknowledge = AcknowledgeRelationship { relationship: id(1) };
    ada().when(acknowledge).then(confirmed(1, 2)).when(expire()).then_nothing();
    bob().when(expire()).then_nothing();
}

#[test]
fn a_relationship_moves_and_is_taken_over() {
    let moving = |to| MoveRelationship { relationship: id(1), to: person(to) };
    let moved = RelationshipMoved { relationship: id(1), from: person(2), to: person(3) };
    ada().when(moving(3)).then(moved).when(end(1, EndReason::Over)).then(ended(
        1,
        3,
        EndReason::Over,
    ));
    ada().when(moving(2)).then_nothing();

    let relationship = Relationship {
        with: person(1),
        kind: RelationshipKind::Report,
        since: None,
        standing: Standing::Offered,
    };
    let take = TakeOverRelationship { id: id(1), relationship: relationship.clone() };
    let taken = RelationshipTakenOver { id: id(1), relationship };
    Person::given(created())
        .when(take.clone())
        .then(taken)
        .when(take)
        .then_nothing()
        .when(confirm(1))
        .then(confirmed(1, 1));
}

#[test]
fn there_is_an_end_to_relationships() {
    let mut history = vec![PersonEvent::from(created())];
    let friend = || RelationshipKind::Friend;
    history.extend((1..=5000).map(|n| PersonEvent::from(proposed(n, n + 1, friend()))));
    Person::given(history)
        .when(propose(6000, 6001, friend()))
        .then_refused(RelationshipRefused::TooMany { most: 5000 });
}
