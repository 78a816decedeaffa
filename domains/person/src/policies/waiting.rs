//! What happens when a time has come.

use cim_runtime::jiff::tz::TimeZone;
use cim_runtime::prelude::*;

use crate::relationships::{ExpireProposal, RelationshipProposed};
use crate::skills::{LapseSkill, SkillVerified};

/// A proposal that nobody confirms is not kept for ever.
#[derive(Tables)]
pub struct ProposalExpires {
    settings: Settings<ProposalSettings>,
}

/// How long somebody may think about a proposal.
#[derive(Settings)]
pub struct ProposalSettings {
    /// After so many days one that nobody has confirmed has expired.
    #[setting(default = 90, min = 1, max = 3650)]
    pub days: i64,
}

#[policy(refused = ignore)]
impl ProposalExpires {
    #[on]
    fn proposed(&self, event: &Recorded<RelationshipProposed>) -> To<ExpireProposal> {
        let relationship = event.event.relationship.clone();
        ExpireProposal { relationship }.to(event.id()).after(self.settings.days.days())
    }
}

/// What was verified until a day is not verified on the next one, of UTC.
#[policy(refused = ignore)]
pub fn skill_lapses(event: &Recorded<SkillVerified>) -> Option<To<LapseSkill>> {
    let SkillVerified { name, until, .. } = event.event.clone();
    let until = until?;
    let next_day = until.tomorrow().ok()?.to_zoned(TimeZone::UTC).ok()?;
    Some(LapseSkill { name, until }.to(event.id()).at(next_day.timestamp()))
}
