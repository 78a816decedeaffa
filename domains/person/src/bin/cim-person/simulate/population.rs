//! The people of a simulation, and what they do month by month.
//!
//! Commands are sent one after the other, a second apart, and policies settle in between: so all of it
//! follows from the seed.

use cim_person::People;
use cim_person::emails::{AddEmail, EmailKind, EmailUsage, PreferEmail, VerifyEmail};
use cim_person::employments::{
    Employer, EmploymentId, EmploymentKind, EndEmployment, Position, Remote, StartEmployment,
};
use cim_person::name::{NameOrder, PersonName};
use cim_person::onboarding::{
    AddComponents, AssignLocation, CompleteOnboarding, Component, Evidence, LocationKind,
    OnboardingId, ProvideBasicInfo, StartOnboarding, VerifyIdentity,
};
use cim_person::person::{
    ArchivePerson, ChangeName, CreatePerson, MergePerson, MergeReason, Person, PersonId,
    PersonState, ReactivatePerson, RecordDeath, SetBirthDate, SuspendPerson,
};
use cim_person::phones::{AddPhone, PhoneKind, PhoneUsage, PreferPhone};
use cim_person::preferences::{
    Channel, Communication, Frequency, GiveConsent, SetCommunication, SetPrivacy, Visibility,
    WithdrawConsent,
};
use cim_person::profiles::{About, AddSocialProfile, Platform};
use cim_person::relationships::{
    ConfirmRelationship, EndReason, EndRelationship, ProposeRelationship, RelationshipId,
    RelationshipKind,
};
use cim_person::skills::{
    ClaimSkill, EndorseSkill, Level, Proficiency, SkillCategory, UpdateSkill, VerifySkill,
};
use cim_runtime::jiff::tz::TimeZone;
use cim_runtime::machine::{Aggregate, Command, Handles, InOneAggregate, Machine};
use cim_runtime::prelude::*;
use cim_runtime::system::{IdOf, SentTo};
use cim_runtime::testing::Simulation;
use rand::{Rng as _, RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;

use super::words::{EMPLOYERS, FAMILY, GIVEN, PURPOSES, SKILLS, TITLES};

pub(crate) struct Population<'a> {
    world: &'a Simulation<People>,
    chance: ChaCha8Rng,
    /// Those of whom is known that they are there.
    living: Vec<Life>,
    pub(crate) commands: u64,
    pub(crate) refused: u64,
}

#[derive(Clone)]
struct Life {
    id: PersonId,
    born: Date,
    family: String,
    job: Option<EmploymentId>,
    partner: Option<(PersonId, RelationshipId)>,
}

impl<'a> Population<'a> {
    pub(super) fn new(world: &'a Simulation<People>, seed: u64) -> Self {
        let chance = ChaCha8Rng::seed_from_u64(seed);
        Self { world, chance, living: Vec::new(), commands: 0, refused: 0 }
    }

    /// The people who are there at the beginning: each is taken in.
    pub(super) async fn settle(&mut self, people: usize) -> Result<(), Error> {
        for _ in 0..people {
            let days = self.chance.random_range(18 * 365..70 * 365);
            let born = self.today().saturating_sub(i64::from(days).days());
            let family = self.one_of(FAMILY).to_owned();
            let id = self.create(born, family, "register").await?;
            self.onboard(&id).await?;
        }
        Ok(())
    }

    /// What happens in a month.
    pub(super) async fn month(&mut self) -> Result<(), Error> {
        self.look_around().await?;
        for index in 0..self.living.len() {
            let life = self.living[index].clone();
            self.live(index, life).await?;
        }
        if self.happens(0.5) {
            self.settle(1).await?;
        }
        Ok(())
    }

    /// Some have been archived meanwhile, or merged.
    async fn look_around(&mut self) -> Result<(), Error> {
        let mut living = Vec::with_capacity(self.living.len());
        for life in std::mem::take(&mut self.living) {
            let state = self.world.load::<Person>(&life.id).await?.state();
            if matches!(state, PersonState::Active | PersonState::Suspended) {
                living.push(life);
            }
        }
        self.living = living;
        Ok(())
    }

    async fn live(&mut self, index: usize, life: Life) -> Result<(), Error> {
        let age = (self.today() - life.born).get_days() / 365;
        if self.happens(0.0005 + f64::from(age.max(0)).powi(4) / 2e10) {
            let date = self.today();
            return self.send(&life.id, RecordDeath { date }).await.map(drop);
        }
        // Who does nothing for a year is archived: children learn most.
        if self.happens(if age < 18 { 0.25 } else { 0.2 }) {
            self.learn(&life).await?;
        }
        if age < 18 {
            return Ok(());
        }
        if self.happens(0.04) {
            self.work(index, &life).await?;
        }
        if self.happens(0.03) {
            self.meet(index, &life).await?;
        }
        if self.happens(0.02) {
            self.tell(&life).await?;
        }
        if self.happens(0.02) {
            self.consent(&life).await?;
        }
        if self.happens(0.004) && age < 45 {
            let born = self.today();
            let child = self.create(born, life.family.clone(), "birth").await?;
            self.relate(&life.id, &child, RelationshipKind::Child).await?;
        }
        if self.happens(0.003) {
            self.trouble(&life).await?;
        }
        if self.happens(0.001) {
            self.duplicate(&life).await?;
        }
        Ok(())
    }

    async fn create(
        &mut self,
        born: Date,
        family: String,
        source: &str,
    ) -> Result<PersonId, Error> {
        let id = PersonId::from(self.uuid());
        let given = self.one_of(GIVEN).to_owned();
        let is_first = matches!(&*family, "王" | "山田");
        let order = if is_first { NameOrder::FamilyFirst } else { NameOrder::GivenFirst };
        let name = PersonName { given, family: Some(family.clone()), others: Vec::new(), order };
        self.send(&id, CreatePerson { name, source: source.to_owned() }).await?;
        self.send(&id, SetBirthDate { date: born }).await?;
        self.living.push(Life { id: id.clone(), born, family, job: None, partner: None });
        Ok(id)
    }

    /// Step by step; some come to no end.
    async fn onboard(&mut self, person: &PersonId) -> Result<(), Error> {
        let id = OnboardingId::from(self.uuid());
        self.send(&id, StartOnboarding { person: person.clone() }).await?;
        let identity = self.uuid();
        self.send(&id, VerifyIdentity { identity, evidence: Evidence::Passport }).await?;
        if self.happens(0.05) {
            return Ok(());
        }
        let (email, phone) = (self.email(), Some(self.phone()));
        self.send(&id, ProvideBasicInfo { email: email.clone(), phone: phone.clone() }).await?;
        let components = vec![Component::Employment, Component::Skills];
        self.send(&id, AddComponents { components }).await?;
        let location = self.uuid();
        self.send(&id, AssignLocation { location, kind: LocationKind::Residence }).await?;
        self.send(&id, CompleteOnboarding).await?;
        self.send(person, VerifyEmail { address: email.clone() }).await?;
        self.send(person, PreferEmail { address: email }).await?;
        if let Some(number) = phone {
            self.send(person, PreferPhone { number }).await?;
        }
        Ok(())
    }

    async fn learn(&mut self, life: &Life) -> Result<(), Error> {
        let name = self.one_of(SKILLS).to_owned();
        let level = Level {
            category: SkillCategory::Other,
            proficiency: Proficiency::Intermediate,
            years: Some(self.chance.random_range(0..20)),
            last_used: Some(self.today()),
        };
        let claim = ClaimSkill { name: name.clone(), level: level.clone() };
        if !self.send(&life.id, claim).await? {
            let level = Level { proficiency: Proficiency::Expert, ..level };
            self.send(&life.id, UpdateSkill { name: name.clone(), level }).await?;
        }
        if self.happens(0.3) {
            let by = self.anybody();
            self.send(&life.id, EndorseSkill { name: name.clone(), by, comment: None }).await?;
        }
        if self.happens(0.2) {
            let until = Some(self.today().saturating_add(730.days()));
            let by = "Board of examiners".to_owned();
            self.send(&life.id, VerifySkill { name, by, until }).await?;
        }
        Ok(())
    }

    async fn work(&mut self, index: usize, life: &Life) -> Result<(), Error> {
        let today = self.today();
        if let Some(employment) = life.job.clone() {
            let reason = Some("moved on".to_owned());
            self.send(&life.id, EndEmployment { employment, end: today, reason }).await?;
            self.living[index].job = None;
            if self.happens(0.2) {
                return Ok(());
            }
        }
        let employment = EmploymentId::from(self.uuid());
        let employer = Employer { name: self.one_of(EMPLOYERS).to_owned(), organization: None };
        let position = Position {
            title: self.one_of(TITLES).to_owned(),
            department: None,
            location: None,
            kind: EmploymentKind::FullTime,
            remote: Remote::Unknown,
        };
        self.living[index].job = Some(employment.clone());
        let start = StartEmployment { employment, employer, position, start: today };
        self.send(&life.id, start).await.map(drop)
    }

    async fn meet(&mut self, index: usize, life: &Life) -> Result<(), Error> {
        if let Some((_, relationship)) = life.partner.clone() {
            if self.happens(0.05) {
                self.living[index].partner = None;
                let end = EndRelationship { relationship, reason: EndReason::Over };
                self.send(&life.id, end).await?;
            }
        } else if self.happens(0.3) {
            let other = self.anybody();
            let known = self.relate(&life.id, &other, RelationshipKind::Partner).await?;
            if let Some(relationship) = known {
                self.living[index].partner = Some((other, relationship));
                let given = self.one_of(GIVEN).to_owned();
                let name = PersonName::new(given, self.one_of(FAMILY));
                let reason = Some("marriage".to_owned());
                self.send(&life.id, ChangeName { name, reason }).await?;
            }
            return Ok(());
        }
        let kind = match self.chance.random_range(0..4) {
            0 => RelationshipKind::Colleague,
            1 => RelationshipKind::Mentor,
            2 => RelationshipKind::Other { name: "neighbour".into(), inverse: "neighbour".into() },
            _ => RelationshipKind::Friend,
        };
        let other = self.anybody();
        self.relate(&life.id, &other, kind).await.map(drop)
    }

    /// One proposes, and the other may confirm it.
    async fn relate(
        &mut self,
        from: &PersonId,
        with: &PersonId,
        kind: RelationshipKind,
    ) -> Result<Option<RelationshipId>, Error> {
        let relationship = RelationshipId::from(self.uuid());
        let (with, since) = (with.clone(), Some(self.today()));
        let propose = ProposeRelationship {
            relationship: relationship.clone(),
            with: with.clone(),
            kind,
            since,
        };
        if !self.send(from, propose).await? {
            return Ok(None);
        }
        let is_confirmed = self.happens(0.8)
            && self.send(&with, ConfirmRelationship { relationship: relationship.clone() }).await?;
        if is_confirmed {
            // Both sides were active at the same time, which would let them be archived at the same
            // time, too: whichever came first would end the relationship of the other.
            self.speak(from).await?;
        }
        Ok(is_confirmed.then_some(relationship))
    }

    /// Wants to be spoken to more often, or less.
    async fn speak(&mut self, person: &PersonId) -> Result<(), Error> {
        let known = self.world.load::<Person>(person).await?;
        let mut communication = known.preferences.communication.clone();
        communication.frequency = match communication.frequency {
            Frequency::Weekly => Frequency::Monthly,
            _ => Frequency::Weekly,
        };
        self.send(person, SetCommunication { communication }).await.map(drop)
    }

    async fn tell(&mut self, life: &Life) -> Result<(), Error> {
        match self.chance.random_range(0..4) {
            0 => {
                let usage =
                    EmailUsage { kind: EmailKind::Work, notifications: true, marketing: false };
                let address = self.email();
                self.send(&life.id, AddEmail { address, usage }).await?;
            }
            1 => {
                let usage = PhoneUsage { kind: PhoneKind::Home, texts: false, calls: true };
                let number = self.phone();
                self.send(&life.id, AddPhone { number, usage }).await?;
            }
            2 => {
                let username = format!("user{}", self.chance.random_range(0..1_000_000));
                let url = format!("https://example.org/{username}");
                let bio = Some("First line;\nand, \"another\" ^line".to_owned());
                let platform = Platform::GitHub;
                let about = About { platform, username, display_name: None, bio };
                self.send(&life.id, AddSocialProfile { url, about }).await?;
            }
            _ => {
                let communication = Communication {
                    language: Some("pt-BR".to_owned()),
                    channels: vec![Channel::Email, Channel::Post],
                    ..Communication::default()
                };
                self.send(&life.id, SetCommunication { communication }).await?;
            }
        }
        Ok(())
    }

    async fn consent(&mut self, life: &Life) -> Result<(), Error> {
        let purpose = self.one_of(PURPOSES).to_owned();
        if self.happens(0.3) {
            return self.send(&life.id, WithdrawConsent { purpose }).await.map(drop);
        }
        let version = self.chance.random_range(1..4);
        self.send(&life.id, GiveConsent { purpose, version, ip_address: None }).await?;
        let person = self.world.load::<Person>(&life.id).await?;
        let mut privacy = person.preferences.privacy.clone();
        privacy.visibility = Visibility::Connections;
        self.send(&life.id, SetPrivacy { privacy }).await.map(drop)
    }

    async fn trouble(&mut self, life: &Life) -> Result<(), Error> {
        let reason = || "asked to".to_owned();
        match self.chance.random_range(0..3) {
            0 => self.send(&life.id, SuspendPerson { reason: reason() }).await?,
            1 => self.send(&life.id, ReactivatePerson { reason: reason() }).await?,
            _ => self.send(&life.id, ArchivePerson { reason: reason() }).await?,
        };
        Ok(())
    }

    /// Somebody was noted twice, and it is found out.
    async fn duplicate(&mut self, life: &Life) -> Result<(), Error> {
        let again = self.create(life.born, life.family.clone(), "other register").await?;
        let other = self.anybody();
        self.relate(&again, &other, RelationshipKind::Friend).await?;
        let into = life.id.clone();
        let merge = MergePerson { into, reason: MergeReason::DuplicateIdentity };
        self.send(&again, merge).await.map(drop)
    }

    /// Whether it was taken: what is refused is part of life.
    async fn send<C>(&mut self, id: &IdOf<C>, command: C) -> Result<bool, Error>
    where
        C: Command<Of: Handles<C> + InOneAggregate<Owner: Aggregate> + Machine> + SentTo<People>,
    {
        self.commands += 1;
        let is_taken = match self.world.send(id, command).await {
            Ok(_) => true,
            Err(SendError::Error(error)) => return Err(error),
            Err(_) => {
                self.refused += 1;
                false
            }
        };
        // Each at a time of its own, so that what becomes due of it later does so by itself.
        self.world.advance(1.second()).await?;
        Ok(is_taken)
    }

    fn today(&self) -> Date {
        self.world.clock().time().to_zoned(TimeZone::UTC).date()
    }

    fn happens(&mut self, chance: f64) -> bool {
        self.chance.random_bool(chance.clamp(0.0, 1.0))
    }

    fn one_of(&mut self, words: &'static [&'static str]) -> &'static str {
        words[self.chance.random_range(0..words.len())]
    }

    fn anybody(&mut self) -> PersonId {
        self.living[self.chance.random_range(0..self.living.len())].id.clone()
    }

    fn uuid(&mut self) -> Uuid {
        let mut id = [0; 16];
        self.chance.fill_bytes(&mut id);
        Uuid::new_v8(id)
    }

    fn email(&mut self) -> String {
        format!("person{}@example.org", self.chance.random_range(0..1_000_000_000))
    }

    fn phone(&mut self) -> String {
        format!("+49{}", self.chance.random_range(100_000_000..999_999_999))
    }
}
