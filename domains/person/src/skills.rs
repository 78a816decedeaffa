//! What a person can.

use std::collections::{BTreeMap, BTreeSet};

use cim_runtime::prelude::*;

use crate::person::PersonId;
use crate::text::{LINE, is_plain};

/// The skills, each under its name in small letters: `Rust` and `rust` are one.
#[value]
#[derive(Default)]
pub struct Skills {
    pub by_name: BTreeMap<String, Skill>,
    /// The names of those that were recommended.
    pub recommended: BTreeSet<String>,
}

/// A skill, and how far it is to be believed.
#[value]
#[derive(Eq)]
pub struct Skill {
    /// As its person writes it.
    pub name: String,
    pub level: Level,
    pub endorsed_by: BTreeSet<PersonId>,
    pub proof: Proof,
}

/// How well somebody can do something.
#[value]
#[derive(Eq)]
pub struct Level {
    pub category: SkillCategory,
    pub proficiency: Proficiency,
    pub years: Option<u32>,
    pub last_used: Option<Date>,
}

#[value]
#[derive(Copy, Eq)]
pub enum SkillCategory {
    Technical,
    Programming,
    Language,
    Management,
    Creative,
    Analytical,
    Communication,
    Other,
}

#[value]
#[derive(Copy, Eq, PartialOrd, Ord)]
pub enum Proficiency {
    Beginner,
    Intermediate,
    Advanced,
    Expert,
}

/// What there is for a skill besides what its person and others say.
#[value]
#[derive(Copy, Eq)]
pub enum Proof {
    /// Nobody else has looked.
    None,
    /// Somebody vouches for it, for so long.
    Verified { until: Option<Date> },
    /// Somebody has vouched for it once.
    Lapsed,
}

/// How many people with both skills there are.
#[value]
#[derive(Eq)]
pub struct Companion {
    pub skill: String,
    pub people: u32,
}

/// How many skills one person has at the most.
pub const MOST: usize = 500;

/// How many people endorse one skill at the most.
const MOST_ENDORSEMENTS: usize = 1000;

#[value]
#[derive(Eq)]
pub enum SkillRefused {
    /// A name or a comment is a line of at most 200 characters.
    Unreadable,
    /// It is claimed, or endorsed by them, already.
    Twice,
    /// There is no such skill.
    Unknown,
    /// More than one person can have.
    TooMany { most: u32 },
    /// Nobody endorses a skill of their own.
    EndorsedByOneself,
    /// The nil UUID is nobody.
    EndorsedByNobody,
    /// What has lapsed already verifies nothing.
    LapsedBefore { until: Date },
}

#[command(Skills)]
pub struct ClaimSkill {
    pub name: String,
    pub level: Level,
}

#[command(Skills)]
pub struct UpdateSkill {
    pub name: String,
    pub level: Level,
}

#[command(Skills)]
pub struct EndorseSkill {
    pub name: String,
    pub by: PersonId,
    pub comment: Option<String>,
}

/// An examiner, a school or an employer vouches for the skill.
#[command(Skills)]
pub struct VerifySkill {
    pub name: String,
    pub by: String,
    pub until: Option<Date>,
}

/// From the policy: the day has come until which the skill was verified.
#[command(Skills)]
pub struct LapseSkill {
    pub name: String,
    pub until: Date,
}

#[command(Skills)]
pub struct RemoveSkill {
    pub name: String,
}

/// From the policy: people with these skills have that one, too.
#[command(Skills)]
pub struct RecommendSkill {
    pub name: String,
    pub because_of: Vec<Companion>,
}

#[event(Skills)]
pub struct SkillClaimed {
    pub name: String,
    pub level: Level,
}

#[event(Skills)]
pub struct SkillUpdated {
    pub name: String,
    pub level: Level,
}

#[event(Skills)]
pub struct SkillEndorsed {
    pub name: String,
    pub by: PersonId,
    #[personal]
    pub comment: Option<String>,
}

#[event(Skills)]
pub struct SkillVerified {
    pub name: String,
    pub by: String,
    pub until: Option<Date>,
}

#[event(Skills)]
pub struct SkillLapsed {
    pub name: String,
    pub until: Date,
}

#[event(Skills)]
pub struct SkillRemoved {
    pub name: String,
}

#[event(Skills)]
pub struct SkillRecommended {
    pub name: String,
    pub because_of: Vec<Companion>,
}

#[state_machine(initial Kept)]
impl Skills {
    #[transition(Kept)]
    fn claim(&self, cmd: ClaimSkill) -> Result<SkillClaimed, SkillRefused> {
        let name = readable(cmd.name)?;
        if self.by_name.contains_key(&key(&name)) {
            return Err(SkillRefused::Twice);
        }
        if self.by_name.len() >= MOST {
            return Err(SkillRefused::TooMany { most: MOST as u32 });
        }
        Ok(SkillClaimed { name, level: cmd.level })
    }

    #[transition(Kept)]
    fn update(&self, cmd: UpdateSkill) -> Result<Option<SkillUpdated>, SkillRefused> {
        let skill = self.find(&cmd.name)?;
        let event = SkillUpdated { name: skill.name.clone(), level: cmd.level };
        Ok((event.level != skill.level).then_some(event))
    }

    #[transition(Kept)]
    fn endorse(
        &self,
        cmd: EndorseSkill,
        cx: &Context<Self>,
    ) -> Result<SkillEndorsed, SkillRefused> {
        let skill = self.find(&cmd.name)?;
        if cmd.by == *cx.id() {
            return Err(SkillRefused::EndorsedByOneself);
        }
        if cmd.by.is_nobody() {
            return Err(SkillRefused::EndorsedByNobody);
        }
        if skill.endorsed_by.contains(&cmd.by) {
            return Err(SkillRefused::Twice);
        }
        if skill.endorsed_by.len() >= MOST_ENDORSEMENTS {
            return Err(SkillRefused::TooMany { most: MOST_ENDORSEMENTS as u32 });
        }
        let comment = cmd.comment.map(readable).transpose()?;
        Ok(SkillEndorsed { name: skill.name.clone(), by: cmd.by, comment })
    }

    #[transition(Kept)]
    fn verify(&self, cmd: VerifySkill, cx: &Context<Self>) -> Result<SkillVerified, SkillRefused> {
        let name = self.find(&cmd.name)?.name.clone();
        if let Some(until) = cmd.until.filter(|until| has_come(*until, cx.now())) {
            return Err(SkillRefused::LapsedBefore { until });
        }
        Ok(SkillVerified { name, by: readable(cmd.by)?, until: cmd.until })
    }

    /// Nothing happens if it was verified again meanwhile, or removed.
    #[transition(Kept)]
    fn lapse(&self, cmd: LapseSkill) -> Option<SkillLapsed> {
        let skill = self.find(&cmd.name).ok()?;
        let is_due = skill.proof == Proof::Verified { until: Some(cmd.until) };
        is_due.then(|| SkillLapsed { name: skill.name.clone(), until: cmd.until })
    }

    #[transition(Kept)]
    fn remove(&self, cmd: RemoveSkill) -> Result<SkillRemoved, SkillRefused> {
        Ok(SkillRemoved { name: self.find(&cmd.name)?.name.clone() })
    }

    /// Once, and not to who has it.
    #[transition(Kept)]
    fn recommend(&self, cmd: RecommendSkill) -> Option<SkillRecommended> {
        let key = key(&cmd.name);
        let is_new = !self.by_name.contains_key(&key) && !self.recommended.contains(&key);
        is_new.then_some(SkillRecommended { name: cmd.name, because_of: cmd.because_of })
    }

    #[apply]
    fn claimed(&mut self, event: &SkillClaimed) {
        let skill = Skill {
            name: event.name.clone(),
            level: event.level.clone(),
            endorsed_by: BTreeSet::new(),
            proof: Proof::None,
        };
        self.by_name.insert(key(&event.name), skill);
    }

    #[apply]
    fn updated(&mut self, event: &SkillUpdated) {
        self.change(&event.name, |skill| skill.level = event.level.clone());
    }

    #[apply]
    fn endorsed(&mut self, event: &SkillEndorsed) {
        self.change(&event.name, |skill| {
            skill.endorsed_by.insert(event.by.clone());
        });
    }

    #[apply]
    fn verified(&mut self, event: &SkillVerified) {
        self.change(&event.name, |skill| skill.proof = Proof::Verified { until: event.until });
    }

    #[apply]
    fn lapsed(&mut self, event: &SkillLapsed) {
        self.change(&event.name, |skill| skill.proof = Proof::Lapsed);
    }

    #[apply]
    fn removed(&mut self, event: &SkillRemoved) {
        self.by_name.remove(&key(&event.name));
    }

    #[apply]
    fn recommended(&mut self, event: &SkillRecommended) {
        self.recommended.insert(key(&event.name));
    }

    fn find(&self, name: &str) -> Result<&Skill, SkillRefused> {
        self.by_name.get(&key(name)).ok_or(SkillRefused::Unknown)
    }

    fn change(&mut self, name: &str, change: impl FnOnce(&mut Skill)) {
        self.by_name.get_mut(&key(name)).map(change);
    }
}

/// What a skill is found under.
pub fn key(name: &str) -> String {
    name.trim().to_lowercase()
}

fn readable(text: String) -> Result<String, SkillRefused> {
    if is_plain(&text, LINE) { Ok(text) } else { Err(SkillRefused::Unreadable) }
}

/// Whether the day has begun, in UTC.
fn has_come(day: Date, now: Timestamp) -> bool {
    day <= now.to_zoned(cim_runtime::jiff::tz::TimeZone::UTC).date()
}
