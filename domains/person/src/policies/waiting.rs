//! What happens when a time has come.

use cim_runtime::jiff::tz::TimeZone;
use cim_runtime::prelude::*;

use crate::relationships::{ExpireProposal, RelationshipProposed};
use crate::settings::SETTINGS;
use crate::skills::{LapseSkill, SkillVerified};

/// A proposal that nobody confirms is not kept for ever.
#[policy(refused = ignore)]
pub fn proposal_expires(event: &Recorded<RelationshipProposed>) -> To<ExpireProposal> {
    let relationship = event.event.relationship.clone();
    ExpireProposal { relationship }.to(event.id()).after(SETTINGS.proposal_days.days())
}

/// What was verified until a day is not verified on the next one, of UTC.
#[policy(refused = ignore)]
pub fn skill_lapses(event: &Recorded<SkillVerified>) -> Option<To<LapseSkill>> {
    let SkillVerified { name, until, .. } = event.event.clone();
    let until = until?;
    let next_day = until.tomorrow().ok()?.to_zoned(TimeZone::UTC).ok()?;
    Some(LapseSkill { name, until }.to(event.id()).at(next_day.timestamp()))
}
