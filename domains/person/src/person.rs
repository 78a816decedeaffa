//! A person: who it is, and how its record lives.

use std::collections::BTreeSet;

use cim_runtime::jiff::tz::{self, TimeZone};
use cim_runtime::prelude::*;

use crate::emails::Emails;
use crate::employments::Employments;
use crate::name::{NoName, PersonName};
use crate::phones::Phones;
use crate::preferences::Preferences;
use crate::profiles::Profiles;
use crate::relationships::Relationships;
use crate::skills::Skills;
use crate::text::{LINE, is_plain};

/// Who it is, wherever it is spoken of. The nil UUID is nobody.
#[derive(DomainId, Default)]
pub struct PersonId(Uuid);

impl PersonId {
    pub(crate) fn is_nobody(&self) -> bool {
        self.0.is_nil()
    }
}

/// Why a person's record says no.
#[value]
#[derive(Eq)]
pub enum PersonRefused {
    /// It is not called so.
    Name(NoName),
    /// A reason or a source is a line of at most 200 characters.
    Unreadable,
    /// The day has not come yet, anywhere on earth.
    InTheFuture { date: Date },
    /// Who is born twice was noted wrongly: correct the day.
    BirthDateIsSet { born: Date },
    /// What is not known cannot be corrected.
    NoBirthDate,
    /// Nobody dies before they are born.
    DeathBeforeBirth { born: Date },
    /// A record is not merged into itself.
    MergeIntoItself,
    /// The nil UUID is nobody: there is nothing to be merged into, or to absorb.
    MergeIntoNobody,
    /// The other person is merged into this one.
    MergeInACircle,
}

/// A person.
#[aggregate(domain = "people", id = PersonId)]
#[derive(Default)]
pub struct Person {
    pub name: PersonName,
    /// The names before this one, the oldest first.
    pub former_names: Vec<PersonName>,
    pub born: Option<Date>,
    pub died: Option<Date>,
    /// Into whom it is merged, or is about to be.
    pub merges_into: Option<PersonId>,
    /// Who is merged into it, and who is merged into those.
    pub absorbed: BTreeSet<PersonId>,
    pub emails: Emails,
    pub phones: Phones,
    pub profiles: Profiles,
    pub skills: Skills,
    pub preferences: Preferences,
    pub relationships: Relationships,
    pub employments: Employments,
}

/// Why two records are of one person.
#[value]
#[derive(Copy, Eq)]
pub enum MergeReason {
    DuplicateIdentity,
    DataQualityIssue,
    UserRequested,
    PolicyDetermined,
}

/// Why a merge cannot be.
#[value]
#[derive(Copy, Eq)]
pub enum MergeFlaw {
    /// There is nobody to be merged into.
    Nobody,
    /// Who should remain is archived or dead.
    Gone,
    /// Who should remain is merged, or about to be, into this person.
    Circle,
}

#[command(Person)]
pub struct CreatePerson {
    pub name: PersonName,
    pub source: String,
}

#[command(Person)]
pub struct ChangeName {
    pub name: PersonName,
    pub reason: Option<String>,
}

#[command(Person)]
pub struct SetBirthDate {
    pub date: Date,
}

/// The day was noted wrongly.
#[command(Person)]
pub struct CorrectBirthDate {
    pub date: Date,
    pub reason: String,
}

#[command(Person)]
pub struct RecordDeath {
    pub date: Date,
}

#[command(Person)]
pub struct SuspendPerson {
    pub reason: String,
}

#[command(Person)]
pub struct ReactivatePerson {
    pub reason: String,
}

#[command(Person)]
pub struct ArchivePerson {
    pub reason: String,
}

/// This record is of the same person as another, which remains.
#[command(Person)]
pub struct MergePerson {
    pub into: PersonId,
    pub reason: MergeReason,
}

/// From the policy: another record, and what that has absorbed, is of this person.
#[command(Person)]
pub struct AbsorbPerson {
    pub person: PersonId,
    pub with: BTreeSet<PersonId>,
}

/// From the policy: who remains has absorbed this record.
#[command(Person)]
pub struct CompleteMerge {
    pub into: PersonId,
}

/// From the policy: the merge that was asked for cannot be.
#[command(Person)]
pub struct RejectMerge {
    pub because: MergeFlaw,
}

#[event(Person)]
pub struct PersonCreated {
    #[personal]
    pub name: PersonName,
    pub source: String,
}

#[event(Person)]
pub struct NameChanged {
    #[personal]
    pub name: PersonName,
    pub reason: Option<String>,
}

#[event(Person)]
pub struct BirthDateSet {
    #[personal]
    pub date: Date,
}

#[event(Person)]
pub struct BirthDateCorrected {
    #[personal]
    pub date: Date,
    pub reason: String,
}

#[event(Person)]
pub struct DeathRecorded {
    #[personal]
    pub date: Date,
}

#[event(Person, unread)]
pub struct PersonSuspended {
    pub reason: String,
}

#[event(Person, unread)]
pub struct PersonReactivated {
    pub reason: String,
}

#[event(Person, unread)]
pub struct PersonArchived {
    pub reason: String,
}

#[event(Person)]
pub struct MergeRequested {
    pub into: PersonId,
    pub reason: MergeReason,
    /// Whom this record has absorbed.
    pub with: BTreeSet<PersonId>,
}

#[event(Person)]
pub struct PersonAbsorbed {
    pub person: PersonId,
    pub with: BTreeSet<PersonId>,
}

#[event(Person)]
pub struct PersonMerged {
    /// Whoever remains: not the one that was asked for, if that was merged meanwhile.
    pub into: PersonId,
}

#[event(Person)]
pub struct MergeRejected {
    pub because: MergeFlaw,
}

#[state_machine(
    /// Nobody yet.
    initial Draft,
    Active,
    Suspended,
    /// Another record is asked to take this one in.
    Merging,
    terminal Archived,
    terminal Deceased,
    terminal Merged,
    region emails: Emails in Active,
    region phones: Phones in Active,
    region profiles: Profiles in Active,
    region skills: Skills in Active,
    region preferences: Preferences in Active | Suspended,
    region relationships: Relationships in Active | Suspended | Merging,
    region employments: Employments in Active | Suspended,
)]
impl Person {
    #[transition(Draft -> Active)]
    fn create(&self, cmd: CreatePerson) -> Result<PersonCreated, PersonRefused> {
        cmd.name.check().map_err(PersonRefused::Name)?;
        Ok(PersonCreated { name: cmd.name, source: readable(cmd.source)? })
    }

    #[transition(Active)]
    fn change_name(&self, cmd: ChangeName) -> Result<Option<NameChanged>, PersonRefused> {
        cmd.name.check().map_err(PersonRefused::Name)?;
        let reason = cmd.reason.map(readable).transpose()?;
        Ok((cmd.name != self.name).then_some(NameChanged { name: cmd.name, reason }))
    }

    #[transition(Active | Suspended)]
    fn set_birth_date(
        &self,
        cmd: SetBirthDate,
        cx: &Context<Self>,
    ) -> Result<BirthDateSet, PersonRefused> {
        if let Some(born) = self.born {
            return Err(PersonRefused::BirthDateIsSet { born });
        }
        Ok(BirthDateSet { date: past(cmd.date, cx.now())? })
    }

    #[transition(Active | Suspended)]
    fn correct_birth_date(
        &self,
        cmd: CorrectBirthDate,
        cx: &Context<Self>,
    ) -> Result<BirthDateCorrected, PersonRefused> {
        if self.born.is_none() {
            return Err(PersonRefused::NoBirthDate);
        }
        let (date, reason) = (past(cmd.date, cx.now())?, readable(cmd.reason)?);
        Ok(BirthDateCorrected { date, reason })
    }

    /// Whoever is suspended may die, too.
    #[transition(Active | Suspended -> Deceased)]
    fn die(&self, cmd: RecordDeath, cx: &Context<Self>) -> Result<DeathRecorded, PersonRefused> {
        let date = past(cmd.date, cx.now())?;
        match self.born {
            Some(born) if date < born => Err(PersonRefused::DeathBeforeBirth { born }),
            _ => Ok(DeathRecorded { date }),
        }
    }

    #[transition(Active -> Suspended)]
    fn suspend(&self, cmd: SuspendPerson) -> Result<PersonSuspended, PersonRefused> {
        Ok(PersonSuspended { reason: readable(cmd.reason)? })
    }

    #[transition(Suspended -> Active)]
    fn reactivate(&self, cmd: ReactivatePerson) -> Result<PersonReactivated, PersonRefused> {
        Ok(PersonReactivated { reason: readable(cmd.reason)? })
    }

    #[transition(Active | Suspended -> Archived)]
    fn archive(&self, cmd: ArchivePerson) -> Result<PersonArchived, PersonRefused> {
        Ok(PersonArchived { reason: readable(cmd.reason)? })
    }

    /// A circle of which this record knows is refused; of the others the policy knows.
    #[transition(Active -> Merging)]
    fn merge(&self, cmd: MergePerson, cx: &Context<Self>) -> Result<MergeRequested, PersonRefused> {
        if cmd.into == *cx.id() {
            return Err(PersonRefused::MergeIntoItself);
        }
        if cmd.into.is_nobody() {
            return Err(PersonRefused::MergeIntoNobody);
        }
        if self.absorbed.contains(&cmd.into) {
            return Err(PersonRefused::MergeInACircle);
        }
        let with = self.absorbed.clone();
        Ok(MergeRequested { into: cmd.into, reason: cmd.reason, with })
    }

    /// Also while it waits to be merged itself: in the end one of all remains.
    #[transition(Active | Suspended | Merging)]
    fn absorb(
        &self,
        cmd: AbsorbPerson,
        cx: &Context<Self>,
    ) -> Result<Option<PersonAbsorbed>, PersonRefused> {
        if cmd.person == *cx.id() {
            return Err(PersonRefused::MergeIntoItself);
        }
        if cmd.person.is_nobody() {
            return Err(PersonRefused::MergeIntoNobody);
        }
        let is_new = !self.absorbed.contains(&cmd.person);
        Ok(is_new.then_some(PersonAbsorbed { person: cmd.person, with: cmd.with }))
    }

    #[transition(Merging -> Merged)]
    fn complete_merge(&self, cmd: CompleteMerge) -> PersonMerged {
        PersonMerged { into: cmd.into }
    }

    #[transition(Merging -> Active)]
    fn reject_merge(&self, cmd: RejectMerge) -> MergeRejected {
        MergeRejected { because: cmd.because }
    }

    #[apply]
    fn created(&mut self, event: &PersonCreated) {
        self.name = event.name.clone();
    }

    #[apply]
    fn name_changed(&mut self, event: &NameChanged) {
        let former = std::mem::replace(&mut self.name, event.name.clone());
        self.former_names.push(former);
    }

    #[apply]
    fn birth_date_set(&mut self, event: &BirthDateSet) {
        self.born = Some(event.date);
    }

    #[apply]
    fn birth_date_corrected(&mut self, event: &BirthDateCorrected) {
        self.born = Some(event.date);
    }

    #[apply]
    fn died(&mut self, event: &DeathRecorded) {
        self.died = Some(event.date);
    }

    #[apply]
    fn merge_requested(&mut self, event: &MergeRequested) {
        self.merges_into = Some(event.into.clone());
    }

    #[apply]
    fn absorbed(&mut self, event: &PersonAbsorbed) {
        self.absorbed.extend(event.with.iter().chain([&event.person]).cloned());
    }

    #[apply]
    fn merged(&mut self, event: &PersonMerged) {
        self.merges_into = Some(event.into.clone());
    }

    #[apply]
    fn merge_rejected(&mut self, _: &MergeRejected) {
        self.merges_into = None;
    }
}

fn readable(text: String) -> Result<String, PersonRefused> {
    if is_plain(&text, LINE) { Ok(text) } else { Err(PersonRefused::Unreadable) }
}

/// A day that has come somewhere on earth: east of Greenwich it is tomorrow first.
fn past(date: Date, now: Timestamp) -> Result<Date, PersonRefused> {
    let first = TimeZone::fixed(tz::offset(14));
    let has_come = date <= now.to_zoned(first).date();
    if has_come { Ok(date) } else { Err(PersonRefused::InTheFuture { date }) }
}
