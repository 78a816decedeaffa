//! Both sides of a relationship come to the same.

use cim_runtime::prelude::*;

use crate::person::{
    DeathRecorded, MergeRejected, MergeRequested, PersonAbsorbed, PersonArchived, PersonCreated,
    PersonId,
};
use crate::relationships::{
    AcknowledgeRelationship, EndReason, EndRelationship, MoveRelationship, ReceiveProposal,
    Relationship, RelationshipConfirmed, RelationshipEnded, RelationshipId, RelationshipKind,
    RelationshipProposed, Standing, TakeOverRelationship,
};

/// What happens on one side of a relationship happens on the other, once.
///
/// A proposal is offered to the other side, or ended at once if there is nobody who could confirm it.
/// Death and archiving end relationships; a merge that was asked for moves them to whoever remains. Rows
/// keep both sides, and are changed before the other side is told: what comes back finds nothing more to
/// do. A command that is refused came too late: what has come before is still to be seen here.
#[derive(Tables)]
pub struct Cascade {
    /// Whether they are still there.
    people: Table<PersonId, bool>,
    /// Who has asked to be merged, and is not yet.
    merging: Table<PersonId, bool>,
    sides: Table<(PersonId, RelationshipId), Relationship>,
}

/// What ends, what moves, and what is taken over.
type Settled = (Vec<To<EndRelationship>>, Vec<To<MoveRelationship>>, Vec<To<TakeOverRelationship>>);

#[policy(refused = ignore)]
impl Cascade {
    #[on]
    fn created(&mut self, event: &Recorded<PersonCreated>) {
        self.people.insert(&event.id(), true);
    }

    #[on]
    fn proposed(
        &mut self,
        event: &Recorded<RelationshipProposed>,
    ) -> (Option<To<EndRelationship>>, Option<To<ReceiveProposal>>) {
        let RelationshipProposed { relationship, with, kind, since } = event.event.clone();
        let (from, inverse) = (event.id(), kind.inverse());
        if self.people.get(&from) != Some(true) {
            // Absorbed, and about to be merged: what it proposes meanwhile dies with it.
            return (None, None);
        }
        let (here, there) =
            ((from.clone(), relationship.clone()), (with.clone(), relationship.clone()));
        // One record does not see that somebody else has a relationship of this id.
        let is_taken = self.sides.contains(&here) || self.sides.contains(&there);
        let flaw = match self.people.get(&with) {
            Some(true) if is_taken || self.knows(&with, &from, &inverse) => {
                Some(EndReason::Duplicate)
            }
            Some(true) => None,
            _ => Some(EndReason::Nobody),
        };
        if let Some(reason) = flaw {
            return (Some(EndRelationship { relationship, reason }.to(from)), None);
        }
        let side = |with: &PersonId, kind: &RelationshipKind, standing| Relationship {
            with: with.clone(),
            kind: kind.clone(),
            since,
            standing,
        };
        self.sides.insert(&here, side(&with, &kind, Standing::Proposed));
        self.sides.insert(&there, side(&from, &inverse, Standing::Offered));
        let receive = ReceiveProposal { relationship, from, kind: inverse, since };
        (None, Some(receive.to(with)))
    }

    #[on(ends = "the other side's answer finds it confirmed")]
    fn confirmed(
        &mut self,
        event: &Recorded<RelationshipConfirmed>,
    ) -> Option<To<AcknowledgeRelationship>> {
        let relationship = event.event.relationship.clone();
        let here = self.sides.get_mut(&(event.id(), relationship.clone()))?;
        here.standing = Standing::Confirmed;
        let with = here.with.clone();
        let there = self.sides.get(&(with.clone(), relationship.clone()))?;
        let is_told = there.standing == Standing::Confirmed;
        (!is_told).then(|| AcknowledgeRelationship { relationship }.to(with))
    }

    #[on(ends = "the first of the two removes both rows")]
    fn ended(&mut self, event: &Recorded<RelationshipEnded>) -> Option<To<EndRelationship>> {
        let RelationshipEnded { relationship, reason, .. } = event.event.clone();
        let with = self.sides.remove(&(event.id(), relationship.clone()))?.with;
        self.sides.remove(&(with.clone(), relationship.clone()))?;
        Some(EndRelationship { relationship, reason }.to(with))
    }

    #[on]
    fn died(&mut self, event: &Recorded<DeathRecorded>) -> Vec<To<EndRelationship>> {
        self.gone(event.id(), EndReason::Death)
    }

    #[on]
    fn archived(&mut self, event: &Recorded<PersonArchived>) -> Vec<To<EndRelationship>> {
        self.gone(event.id(), EndReason::Archived)
    }

    #[on]
    fn merge_requested(&mut self, event: &Recorded<MergeRequested>) {
        self.merging.insert(&event.id(), true);
    }

    #[on]
    fn merge_rejected(&mut self, event: &Recorded<MergeRejected>) {
        self.merging.remove(&event.id());
    }

    #[on]
    fn absorbed(&mut self, event: &Recorded<PersonAbsorbed>) -> Settled {
        let remains = event.id();
        let (mut ends, mut moves, mut takes) = (Vec::new(), Vec::new(), Vec::new());
        if self.merging.remove(&event.event.person).is_none() {
            // Who says so has not asked: both are still who they were.
            return (ends, moves, takes);
        }
        for (id, here, there) in self.part_from(&event.event.person) {
            let with = here.with.clone();
            let reason = match with == remains {
                true => Some(EndReason::Merged),
                false => {
                    let is_taken = self.sides.contains(&(remains.clone(), id.clone()));
                    let is_known = is_taken || self.knows(&remains, &with, &here.kind);
                    is_known.then_some(EndReason::Duplicate)
                }
            };
            if let Some(reason) = reason {
                ends.push(EndRelationship { relationship: id, reason }.to(with));
                continue;
            }
            let there = Relationship { with: remains.clone(), ..there };
            self.sides.insert(&(with.clone(), id.clone()), there);
            self.sides.insert(&(remains.clone(), id.clone()), here.clone());
            let to = remains.clone();
            moves.push(MoveRelationship { relationship: id.clone(), to }.to(with));
            takes.push(TakeOverRelationship { id, relationship: here }.to(remains.clone()));
        }
        (ends, moves, takes)
    }

    fn gone(&mut self, person: PersonId, reason: EndReason) -> Vec<To<EndRelationship>> {
        let parted = self.part_from(&person).into_iter();
        let end = |(relationship, here, _): (_, Relationship, _)| {
            EndRelationship { relationship, reason }.to(here.with)
        };
        parted.map(end).collect()
    }

    /// Nobody knows this person any more: both sides of each relationship, as they were.
    fn part_from(
        &mut self,
        person: &PersonId,
    ) -> Vec<(RelationshipId, Relationship, Relationship)> {
        self.people.insert(person, false);
        let sides: Vec<_> = self.sides.with_prefix(person).collect();
        let part = |(key, here): ((PersonId, RelationshipId), Relationship)| {
            self.sides.remove(&key);
            let there = self.sides.remove(&(here.with.clone(), key.1.clone()))?;
            Some((key.1, here, there))
        };
        sides.into_iter().filter_map(part).collect()
    }

    fn knows(&self, person: &PersonId, with: &PersonId, kind: &RelationshipKind) -> bool {
        let mut sides = self.sides.with_prefix(person);
        sides.any(|(_, side)| side.with == *with && side.kind == *kind)
    }
}
