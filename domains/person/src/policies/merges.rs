//! Two records become one.

use cim_runtime::prelude::*;

use crate::person::{
    AbsorbPerson, CompleteMerge, DeathRecorded, MergeFlaw, MergeRequested, PersonAbsorbed,
    PersonArchived, PersonCreated, PersonId, RejectMerge,
};

/// Who is to be merged is absorbed by whoever remains, and then merged for good.
///
/// One record does not see what the others are about to do, but the log has an order: of merges that
/// would make a circle the last one is rejected, as is one into nobody, or into somebody who is gone.
/// Who asks for somebody that is merged already comes to whoever remains of them. A command that is
/// refused came too late: what has come before is still to be seen here.
#[derive(Tables)]
pub struct Merges {
    /// Whether they are still there.
    people: Table<PersonId, bool>,
    /// Who is merged, or about to be, into whom.
    into: Table<PersonId, PersonId>,
    /// Whom somebody has been asked to absorb.
    asked: Table<(PersonId, PersonId), bool>,
}

#[policy(refused = ignore)]
impl Merges {
    #[on]
    fn created(&mut self, event: &Recorded<PersonCreated>) {
        self.people.insert(&event.id(), true);
    }

    #[on]
    fn requested(
        &mut self,
        event: &Recorded<MergeRequested>,
    ) -> (Option<To<AbsorbPerson>>, Option<To<RejectMerge>>) {
        let (person, with) = (event.id(), event.event.with.clone());
        let remains = self.remains(event.event.into.clone());
        let because = match self.people.get(&remains) {
            _ if remains == person => MergeFlaw::Circle,
            None => MergeFlaw::Nobody,
            Some(false) => MergeFlaw::Gone,
            Some(true) => {
                self.into.insert(&person, remains.clone());
                self.asked.insert(&(remains.clone(), person.clone()), true);
                return (Some(AbsorbPerson { person, with }.to(remains)), None);
            }
        };
        (None, Some(RejectMerge { because }.to(person)))
    }

    #[on]
    fn absorbed(&mut self, event: &Recorded<PersonAbsorbed>) -> To<CompleteMerge> {
        let (into, person) = (event.id(), event.event.person.clone());
        self.asked.remove(&(into.clone(), person.clone()));
        CompleteMerge { into }.to(person)
    }

    #[on]
    fn died(&mut self, event: &Recorded<DeathRecorded>) -> Vec<To<RejectMerge>> {
        self.gone(event.id())
    }

    #[on]
    fn archived(&mut self, event: &Recorded<PersonArchived>) -> Vec<To<RejectMerge>> {
        self.gone(event.id())
    }

    /// Whoever is left of a person after all merges.
    fn remains(&self, mut person: PersonId) -> PersonId {
        while let Some(next) = self.into.get(&person) {
            person = next;
        }
        person
    }

    fn gone(&mut self, person: PersonId) -> Vec<To<RejectMerge>> {
        self.people.insert(&person, false);
        let asked: Vec<_> = self.asked.with_prefix(&person).map(|(key, _)| key).collect();
        let reject = |key: &(PersonId, PersonId)| {
            self.asked.remove(key);
            self.into.remove(&key.1);
            RejectMerge { because: MergeFlaw::Gone }.to(key.1.clone())
        };
        asked.iter().map(reject).collect()
    }
}
