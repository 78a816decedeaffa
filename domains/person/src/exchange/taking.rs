//! Records taken in, as commands: each is sent under an id that follows from it, so that what was taken
//! before is not taken again, however often an import is interrupted and repeated.

use std::collections::{BTreeMap, BTreeSet};

use cim_runtime::cbor;
use cim_runtime::jiff::tz::TimeZone;
use cim_runtime::machine::{Command, Handles, InOneAggregate, Machine};
use cim_runtime::prelude::*;
use cim_runtime::system::SentTo;
use cim_runtime::{Error, Handle, SendError, Sent};

use super::record::{PersonRecord, RelationshipEntry, SkillEntry, Status};
use crate::People;
use crate::emails::{AddEmail, EmailRefused, PreferEmail, UpdateEmail, VerifyEmail};
use crate::employments::{EmploymentRefused, EndEmployment, StartEmployment};
use crate::name::PersonName;
use crate::person::{
    AbsorbPerson, ArchivePerson, ChangeName, CompleteMerge, CreatePerson, MergePerson, MergeReason,
    Person, PersonEvent, PersonId, PersonState, RecordDeath, SetBirthDate, SuspendPerson,
};
use crate::phones::{AddPhone, PhoneRefused, PreferPhone, UpdatePhone, VerifyPhone};
use crate::preferences::{GiveConsent, SetCommunication, SetPrivacy, WithdrawConsent};
use crate::profiles::{
    AddSocialProfile, PreferSocialProfile, ProfileRefused, UpdateSocialProfile, VerifySocialProfile,
};
use crate::relationships::{
    AcknowledgeRelationship, ConfirmRelationship, ProposeRelationship, ReceiveProposal,
    RelationshipId, RelationshipKind, RelationshipRefused, RelationshipsEvent,
};
use crate::skills::{ClaimSkill, EndorseSkill, SkillRefused, UpdateSkill, VerifySkill};

/// What came of records.
#[derive(Debug, Default)]
pub struct Taken {
    /// Events that are new.
    pub stored: u64,
    /// Commands that were taken before.
    pub repeated: u64,
    /// Commands that said what was so already.
    pub unchanged: u64,
    /// What was refused, and why.
    pub refused: Vec<String>,
}

/// Takes one record.
///
/// The three steps are for all records of an import one after the other: whoever is related to, and
/// whoever remains of a merge, must be there before.
pub struct Taking<'a> {
    people: &'a Handle<People>,
    record: &'a PersonRecord,
    source: &'a str,
    taken: Taken,
}

impl<'a> Taking<'a> {
    /// The record, which comes from that source, such as a file's name.
    pub fn new(people: &'a Handle<People>, record: &'a PersonRecord, source: &'a str) -> Self {
        Self { people, record, source, taken: Taken::default() }
    }

    /// Takes who it is, and what it has: nothing of a record with a [flaw](PersonRecord::flaw).
    ///
    /// # Errors
    ///
    /// Those of the store; what the business refuses is reported.
    pub async fn person(mut self) -> Result<Taken, Error> {
        if let Some(flaw) = self.record.flaw() {
            self.taken.refused.push(flaw);
        } else if self.names().await? {
            if let Some(date) = self.record.born {
                self.send(0, SetBirthDate { date }).await?;
            }
            self.contacts().await?;
            self.preferences().await?;
            for skill in &self.record.skills {
                self.skill(skill).await?;
            }
            self.employments().await?;
        }
        Ok(self.taken)
    }

    /// Takes whom it knows, on both sides.
    ///
    /// # Errors
    ///
    /// Those of the store; what the business refuses is reported.
    pub async fn relationships(mut self) -> Result<Taken, Error> {
        for entry in &self.record.relationships {
            self.relationship(entry).await?;
        }
        Ok(self.taken)
    }

    /// Takes where its life has come to: merges in the order of [`in_order`].
    ///
    /// # Errors
    ///
    /// Those of the store; what the business refuses is reported.
    pub async fn status(mut self) -> Result<Taken, Error> {
        let reason = || "imported so".to_owned();
        if self.record.flaw().is_some() {
            // Its person was not taken either, and that was reported.
            return Ok(self.taken);
        }
        match self.record.status.clone().unwrap_or(Status::Active) {
            Status::Active => {}
            Status::Suspended => self.send(0, SuspendPerson { reason: reason() }).await?,
            Status::Archived => self.send(0, ArchivePerson { reason: reason() }).await?,
            Status::Deceased { died } => self.send(0, RecordDeath { date: died }).await?,
            Status::Merged { into } => self.merge(into).await?,
        }
        Ok(self.taken)
    }

    /// Whether the person is there afterwards.
    async fn names(&mut self) -> Result<bool, Error> {
        let record = self.record;
        let names: Vec<PersonName> =
            record.former_names.iter().chain([&record.name]).cloned().map(Into::into).collect();
        let create = CreatePerson { name: names[0].clone(), source: self.source.to_owned() };
        let id = self.command_id(&self.record.id, 0, "CreatePerson", &names[0]);
        match self.people.with_command_id(id).send(&record.id, create).await {
            Err(SendError::NotNow { .. }) => {
                // It is there by another way: what it is called now is what the file says.
                let name = names[names.len() - 1].clone();
                self.send(names.len(), ChangeName { name, reason: None }).await?;
            }
            created => {
                if !self.note("CreatePerson", created)? {
                    return Ok(false);
                }
                for (number, name) in names.into_iter().enumerate().skip(1) {
                    self.send(number, ChangeName { name, reason: None }).await?;
                }
            }
        }
        Ok(true)
    }

    async fn contacts(&mut self) -> Result<(), Error> {
        for email in &self.record.emails {
            let (address, usage) = (email.address.clone(), email.usage);
            match self.sent(0, AddEmail { address: address.clone(), usage }).await {
                Err(SendError::Refused(EmailRefused::Twice)) => {
                    self.send(0, UpdateEmail { address: address.clone(), usage }).await?;
                }
                added => _ = self.note(&format!("AddEmail {}", email.address), added)?,
            }
            if email.verified {
                self.send(0, VerifyEmail { address: address.clone() }).await?;
            }
            if email.preferred {
                self.send(0, PreferEmail { address }).await?;
            }
        }
        for phone in &self.record.phones {
            let (number, usage) = (phone.number.clone(), phone.usage);
            match self.sent(0, AddPhone { number: number.clone(), usage }).await {
                Err(SendError::Refused(PhoneRefused::Twice)) => {
                    self.send(0, UpdatePhone { number: number.clone(), usage }).await?;
                }
                added => _ = self.note(&format!("AddPhone {}", phone.number), added)?,
            }
            if phone.verified {
                self.send(0, VerifyPhone { number: number.clone() }).await?;
            }
            if phone.preferred {
                self.send(0, PreferPhone { number }).await?;
            }
        }
        for profile in &self.record.profiles {
            let (url, about) = (profile.url.clone(), profile.about.clone());
            match self.sent(0, AddSocialProfile { url: url.clone(), about: about.clone() }).await {
                Err(SendError::Refused(ProfileRefused::Twice)) => {
                    self.send(0, UpdateSocialProfile { url: url.clone(), about }).await?;
                }
                added => _ = self.note(&format!("AddSocialProfile {}", profile.url), added)?,
            }
            if profile.verified {
                self.send(0, VerifySocialProfile { url: url.clone() }).await?;
            }
            if profile.preferred {
                self.send(0, PreferSocialProfile { url }).await?;
            }
        }
        Ok(())
    }

    async fn preferences(&mut self) -> Result<(), Error> {
        if let Some(communication) = self.record.communication.clone() {
            self.send(0, SetCommunication { communication }).await?;
        }
        if let Some(privacy) = self.record.privacy.clone() {
            self.send(0, SetPrivacy { privacy }).await?;
        }
        for (purpose, consent) in &self.record.consents {
            let (purpose, version) = (purpose.clone(), consent.version);
            let give = GiveConsent { purpose: purpose.clone(), version, ip_address: None };
            self.send(0, give).await?;
            if !consent.given {
                self.send(version as usize, WithdrawConsent { purpose }).await?;
            }
        }
        Ok(())
    }

    async fn skill(&mut self, skill: &SkillEntry) -> Result<(), Error> {
        let SkillEntry { name, level, endorsed_by, verified } = skill.clone();
        match self.sent(0, ClaimSkill { name: name.clone(), level: level.clone() }).await {
            Err(SendError::Refused(SkillRefused::Twice)) => {
                self.send(0, UpdateSkill { name: name.clone(), level }).await?;
            }
            claimed => _ = self.note(&format!("ClaimSkill {}", skill.name), claimed)?,
        }
        for by in endorsed_by {
            match self.sent(0, EndorseSkill { name: name.clone(), by, comment: None }).await {
                Err(SendError::Refused(SkillRefused::Twice)) => self.taken.unchanged += 1,
                endorsed => _ = self.note("EndorseSkill", endorsed)?,
            }
        }
        let Some(proof) = verified else { return Ok(()) };
        let verify = VerifySkill { name, by: self.source.to_owned(), until: proof.until };
        // What was verified until a day that has come was verified the day before at the latest.
        let before = proof.until.and_then(|until| until.yesterday().ok());
        let before = before.and_then(|day| Some(day.to_zoned(TimeZone::UTC).ok()?.timestamp()));
        let people = match before {
            Some(before) => self.people.at(before),
            None => self.people.clone(),
        };
        let (id, until) = (self.record.id.clone(), proof.until.map(|until| until.to_string()));
        let command_id = self.command_id(&id, 0, "VerifySkill", &(verify.name.clone(), until));
        let verified = people.with_command_id(command_id).send(&id, verify).await;
        self.note("VerifySkill", verified).map(drop)
    }

    async fn employments(&mut self) -> Result<(), Error> {
        for entry in &self.record.employments {
            let (employment, employer) = (entry.id.clone(), entry.employer.clone());
            let (position, start) = (entry.position.clone(), entry.start);
            let begin =
                StartEmployment { employment: employment.clone(), employer, position, start };
            match self.sent(0, begin).await {
                Err(SendError::Refused(EmploymentRefused::Twice)) => self.taken.unchanged += 1,
                started => _ = self.note("StartEmployment", started)?,
            }
            if let Some(end) = entry.end {
                match self.sent(0, EndEmployment { employment, end, reason: None }).await {
                    Err(SendError::Refused(EmploymentRefused::HasEnded { end: before }))
                        if before == end =>
                    {
                        self.taken.unchanged += 1;
                    }
                    ended => _ = self.note("EndEmployment", ended)?,
                }
            }
        }
        Ok(())
    }

    /// Both sides may tell of it: whichever does, the commands are the same.
    async fn relationship(&mut self, entry: &RelationshipEntry) -> Result<(), Error> {
        let RelationshipEntry { id: relationship, with, kind, since, confirmed } = entry.clone();
        let here = self.record.id.clone();
        let (from, to, kind) = match confirmed && with < here {
            true => (with, here, kind.inverse()),
            false => (here, with, kind),
        };
        if let Some(flaw) = self.flaw(&relationship, &from, &to).await? {
            // Once it is taken, either side may go, or be merged into somebody else.
            match self.was_proposed(&relationship, &from, &to, &kind).await? {
                true => self.taken.repeated += 1,
                false => self.taken.refused.push(format!("relationship {relationship}: {flaw}")),
            }
            return Ok(());
        }
        let (id, kinds) = (relationship.clone(), (kind.clone(), kind.inverse()));
        let propose =
            ProposeRelationship { relationship: id, with: to.clone(), kind: kinds.0, since };
        match self.sent_to(&from, 0, propose).await {
            Err(SendError::Refused(RelationshipRefused::Twice)) => {
                self.taken.unchanged += 1;
                return Ok(());
            }
            proposed => {
                if !self.note("ProposeRelationship", proposed)? {
                    return Ok(());
                }
            }
        }
        let id = relationship.clone();
        let receive =
            ReceiveProposal { relationship: id, from: from.clone(), kind: kinds.1, since };
        let received = self.sent_to(&to, 0, receive).await;
        if !self.note("ReceiveProposal", received)? || !confirmed {
            return Ok(());
        }
        let confirm = ConfirmRelationship { relationship: relationship.clone() };
        let sent = self.sent_to(&to, 0, confirm).await;
        // What one side refuses the other one does not acknowledge.
        if self.note("ConfirmRelationship", sent)? {
            let acknowledge = AcknowledgeRelationship { relationship };
            let sent = self.sent_to(&from, 0, acknowledge).await;
            self.note("AcknowledgeRelationship", sent)?;
        }
        Ok(())
    }

    /// Why there can be no such relationship: of two records, one refuses only once the other is changed.
    async fn flaw(
        &self,
        relationship: &RelationshipId,
        from: &PersonId,
        to: &PersonId,
    ) -> Result<Option<String>, Error> {
        for (id, other) in [(from, to), (to, from)] {
            let person = self.people.load::<Person>(id).await?;
            if let Some(gone) = gone(person.state()) {
                return Ok(Some(format!("{id} is {gone}")));
            }
            let known = person.relationships.by_id.get(relationship);
            if known.is_some_and(|known| known.with != *other) {
                return Ok(Some(format!("{id} has another one of this id")));
            }
        }
        Ok(None)
    }

    /// Whether one of this id, or of this kind, was proposed between the two at any time.
    async fn was_proposed(
        &self,
        relationship: &RelationshipId,
        from: &PersonId,
        to: &PersonId,
        kind: &RelationshipKind,
    ) -> Result<bool, Error> {
        let is_it = |event: &RelationshipsEvent| match event {
            RelationshipsEvent::RelationshipProposed(event) => {
                event.with == *to && (event.relationship == *relationship || event.kind == *kind)
            }
            RelationshipsEvent::ProposalReceived(event) => {
                event.from == *to && (event.relationship == *relationship || event.kind == *kind)
            }
            _ => false,
        };
        let history = self.people.history::<Person>(from, 0).await?;
        Ok(history.iter().any(|recorded| match &recorded.event {
            PersonEvent::Relationships(event) => is_it(event),
            _ => false,
        }))
    }

    async fn merge(&mut self, into: PersonId) -> Result<(), Error> {
        let is_merged =
            self.people.load::<Person>(&self.record.id).await?.state() == PersonState::Merged;
        let (remains, state) = self.remains(&into).await?;
        if let Some(gone) = gone(state).filter(|_| !is_merged) {
            self.taken.refused.push(format!("merge: {remains} is {gone}"));
            return Ok(());
        }
        let merge = MergePerson { into, reason: MergeReason::DuplicateIdentity };
        let sent = self.sent(0, merge).await;
        if !self.note("MergePerson", sent)? || is_merged {
            return Ok(());
        }
        let with = self.people.load::<Person>(&self.record.id).await?.absorbed.clone();
        let absorb = AbsorbPerson { person: self.record.id.clone(), with };
        let sent = self.sent_to(&remains, 0, absorb).await;
        if self.note("AbsorbPerson", sent)? {
            self.send(0, CompleteMerge { into: remains }).await?;
        }
        Ok(())
    }

    /// Whoever is left of a person after the merges that are stored, and where they have come to.
    async fn remains(&self, person: &PersonId) -> Result<(PersonId, PersonState), Error> {
        let (mut person, mut before) = (person.clone(), BTreeSet::new());
        loop {
            let found = self.people.load::<Person>(&person).await?;
            match &found.merges_into {
                Some(into) if found.state() == PersonState::Merged && before.insert(person) => {
                    person = into.clone();
                }
                _ => return Ok((found.id().clone(), found.state())),
            }
        }
    }

    async fn send<C>(&mut self, number: usize, command: C) -> Result<(), Error>
    where
        C: Command<Of: Handles<C> + InOneAggregate<Owner = Person>> + SentTo<People>,
    {
        let sent = self.sent(number, command).await;
        self.note(C::NAME, sent).map(drop)
    }

    async fn sent<C>(&self, number: usize, command: C) -> Result<Sent, SendError<C::Of>>
    where
        C: Command<Of: Handles<C> + InOneAggregate<Owner = Person>> + SentTo<People>,
    {
        self.sent_to(&self.record.id, number, command).await
    }

    async fn sent_to<C>(
        &self,
        id: &PersonId,
        number: usize,
        command: C,
    ) -> Result<Sent, SendError<C::Of>>
    where
        C: Command<Of: Handles<C> + InOneAggregate<Owner = Person>> + SentTo<People>,
    {
        let command_id = self.command_id(id, number, C::NAME, &command);
        self.people.with_command_id(command_id).send(id, command).await
    }

    /// The same step has the same id in every import; equal steps of one record differ in their number.
    fn command_id(&self, id: &PersonId, number: usize, name: &str, what: &impl Value) -> Uuid {
        let mut step = format!("{id}\n{number}\n{name}\n").into_bytes();
        // Nothing that is sent has no encoding; two commands without would share their id.
        step.extend(cbor::to_vec(what).unwrap_or_default());
        named("import", &step)
    }

    /// Whether it was taken.
    fn note<M: Machine>(
        &mut self,
        command: &str,
        sent: Result<Sent, SendError<M>>,
    ) -> Result<bool, Error> {
        match sent {
            Ok(Sent::Stored(receipt)) => self.taken.stored += receipt.events.len() as u64,
            Ok(Sent::Repeated(_)) => self.taken.repeated += 1,
            Ok(Sent::Unchanged { .. }) => self.taken.unchanged += 1,
            Err(SendError::Error(error)) => return Err(error),
            Err(refusal) => {
                self.taken.refused.push(format!("`{command}`: {refusal}"));
                return Ok(false);
            }
        }
        Ok(true)
    }
}

/// Why nobody can be related to this person, or merged into it.
fn gone(state: PersonState) -> Option<&'static str> {
    match state {
        PersonState::Draft => Some("not there"),
        PersonState::Archived => Some("archived"),
        PersonState::Deceased => Some("dead"),
        PersonState::Merged => Some("merged into somebody else"),
        PersonState::Active | PersonState::Suspended | PersonState::Merging => None,
    }
}

impl Taken {
    /// Adds what came of another record.
    pub fn add(&mut self, other: Self) {
        self.stored += other.stored;
        self.repeated += other.repeated;
        self.unchanged += other.unchanged;
        self.refused.extend(other.refused);
    }
}

/// In which order to take where lives have come to: of merges in a row the first one first, and then
/// all others. Those that are active are left out.
pub fn in_order<T>(records: Vec<(PersonRecord, T)>) -> Vec<(PersonRecord, T)> {
    let into = |record: &PersonRecord| match &record.status {
        Some(Status::Merged { into }) => Some(into.clone()),
        _ => None,
    };
    let merges: BTreeMap<_, _> =
        records.iter().filter_map(|(record, _)| Some((record.id.clone(), into(record)?))).collect();
    let hops = |record: &PersonRecord| {
        let mut at = &record.id;
        let mut hops = 0;
        // In a circle, as many as there are: which one goes first does not matter then.
        while let Some(next) = merges.get(at).filter(|_| hops < merges.len()) {
            (at, hops) = (next, hops + 1);
        }
        hops
    };
    let is_over = |record: &PersonRecord| !matches!(record.status, None | Some(Status::Active));
    let records = records.into_iter().filter(|(record, _)| is_over(record));
    let mut placed: Vec<_> = records.map(|record| (hops(&record.0), record)).collect();
    placed.sort_by_key(|(hops, _)| std::cmp::Reverse(*hops));
    placed.into_iter().map(|(_, record)| record).collect()
}

/// The id that follows from a text, of everything of this kind.
pub(crate) fn named(kind: &str, text: &[u8]) -> Uuid {
    let mut hash = blake3::Hasher::new();
    hash.update(b"cim-person\n").update(kind.as_bytes()).update(b"\n").update(text);
    let mut id = [0; 16];
    id.copy_from_slice(&hash.finalize().as_bytes()[..16]);
    Uuid::new_v8(id)
}
