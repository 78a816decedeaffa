//! Whatever happens to people and their onboardings, their histories replay.

use cim_person::emails::{Emails, EmailsCommand};
use cim_person::onboarding::{Onboarding, OnboardingCommand};
use cim_person::person::Person;
use cim_person::phones::{Phones, PhonesCommand};
use cim_person::profiles::{Profiles, ProfilesCommand};
use cim_person::skills::{Skills, SkillsCommand};
use cim_runtime::prelude::*;

use crate::some::day;

#[test]
fn every_walk_of_an_onboarding_replays() {
    let real = |command: &mut OnboardingCommand| {
        if let OnboardingCommand::ProvideBasicInfo(info) = command {
            address(&mut info.email);
            info.phone.iter_mut().for_each(number);
        }
    };
    Onboarding::walks().with(real).covering_everything().run();
}

#[test]
fn every_walk_of_a_person_replays() {
    Person::walks()
        .cases(32)
        .steps(60)
        .with_of::<Emails>(|command| match command {
            EmailsCommand::AddEmail(add) => address(&mut add.address),
            EmailsCommand::UpdateEmail(update) => address(&mut update.address),
            EmailsCommand::VerifyEmail(verify) => address(&mut verify.address),
            EmailsCommand::PreferEmail(prefer) => address(&mut prefer.address),
            EmailsCommand::RemoveEmail(remove) => address(&mut remove.address),
        })
        .with_of::<Phones>(|command| match command {
            PhonesCommand::AddPhone(add) => number(&mut add.number),
            PhonesCommand::UpdatePhone(update) => number(&mut update.number),
            PhonesCommand::VerifyPhone(verify) => number(&mut verify.number),
            PhonesCommand::PreferPhone(prefer) => number(&mut prefer.number),
            PhonesCommand::RemovePhone(remove) => number(&mut remove.number),
        })
        .with_of::<Profiles>(|command| match command {
            ProfilesCommand::AddSocialProfile(add) => url(&mut add.url),
            ProfilesCommand::UpdateSocialProfile(update) => url(&mut update.url),
            ProfilesCommand::VerifySocialProfile(verify) => url(&mut verify.url),
            ProfilesCommand::PreferSocialProfile(prefer) => url(&mut prefer.url),
            ProfilesCommand::RemoveSocialProfile(remove) => url(&mut remove.url),
        })
        // What lapses was verified until that day.
        .with_of::<Skills>(|command| match command {
            SkillsCommand::ClaimSkill(claim) => skill(&mut claim.name),
            SkillsCommand::VerifySkill(verify) => {
                skill(&mut verify.name);
                verify.until = Some(day("2030-01-01"));
            }
            SkillsCommand::LapseSkill(lapse) => {
                skill(&mut lapse.name);
                lapse.until = day("2030-01-01");
            }
            _ => {}
        })
        .covering_everything()
        .run();
}

// Whatever is drawn, one of a few.

fn address(drawn: &mut String) {
    *drawn = format!("{}@example.org", drawn.len() % 3);
}

fn number(drawn: &mut String) {
    *drawn = format!("+1212555{:04}", drawn.len() % 3);
}

fn url(drawn: &mut String) {
    *drawn = format!("https://example.org/{}", drawn.len() % 3);
}

fn skill(drawn: &mut String) {
    *drawn = ["a", "b"][drawn.len() % 2].to_owned();
}
