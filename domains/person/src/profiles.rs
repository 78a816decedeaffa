//! Where a person is found on social networks.

use std::collections::BTreeMap;

use cim_runtime::prelude::*;

use crate::text::{PARAGRAPH, are_lines, is_plain};

/// The profiles, and which of them is shown where one is enough.
#[value]
#[derive(Default)]
pub struct Profiles {
    pub by_url: BTreeMap<String, Profile>,
    pub preferred: Option<String>,
}

#[value]
#[derive(Eq)]
pub struct Profile {
    pub about: About,
    pub verified: bool,
}

/// What a profile says of its person.
#[value]
#[derive(Eq)]
pub struct About {
    pub platform: Platform,
    pub username: String,
    pub display_name: Option<String>,
    /// At most 4000 characters, on several lines if need be.
    pub bio: Option<String>,
}

#[value]
#[derive(Copy, Eq)]
pub enum Platform {
    Facebook,
    GitHub,
    GitLab,
    Instagram,
    LinkedIn,
    Mastodon,
    StackOverflow,
    TikTok,
    X,
    YouTube,
    Other,
}

/// How many profiles one person has at the most.
const MOST: usize = 50;

#[value]
#[derive(Eq)]
pub enum ProfileRefused {
    /// An address begins with `https://` or `http://`, has no blanks, and at most 2048 characters.
    NoUrl,
    /// A name is a line of at most 200 characters.
    Unreadable,
    /// It is there already.
    Twice,
    /// There is no such profile.
    Unknown,
    /// More than one person can have.
    TooMany { most: u32 },
}

#[command(Profiles)]
pub struct AddSocialProfile {
    pub url: String,
    pub about: About,
}

#[command(Profiles)]
pub struct UpdateSocialProfile {
    pub url: String,
    pub about: About,
}

#[command(Profiles)]
pub struct VerifySocialProfile {
    pub url: String,
}

#[command(Profiles)]
pub struct PreferSocialProfile {
    pub url: String,
}

#[command(Profiles)]
pub struct RemoveSocialProfile {
    pub url: String,
}

#[event(Profiles)]
pub struct SocialProfileAdded {
    #[personal]
    pub url: String,
    #[personal]
    pub about: About,
}

#[event(Profiles)]
pub struct SocialProfileUpdated {
    #[personal]
    pub url: String,
    #[personal]
    pub about: About,
}

#[event(Profiles)]
pub struct SocialProfileVerified {
    #[personal]
    pub url: String,
}

#[event(Profiles)]
pub struct SocialProfilePreferred {
    #[personal]
    pub url: String,
}

#[event(Profiles)]
pub struct SocialProfileRemoved {
    #[personal]
    pub url: String,
}

#[state_machine(initial Kept)]
impl Profiles {
    #[transition(Kept)]
    fn add(&self, cmd: AddSocialProfile) -> Result<SocialProfileAdded, ProfileRefused> {
        if !is_url(&cmd.url) {
            return Err(ProfileRefused::NoUrl);
        }
        if self.by_url.contains_key(&cmd.url) {
            return Err(ProfileRefused::Twice);
        }
        if self.by_url.len() >= MOST {
            return Err(ProfileRefused::TooMany { most: MOST as u32 });
        }
        Ok(SocialProfileAdded { url: cmd.url, about: readable(cmd.about)? })
    }

    #[transition(Kept)]
    fn update(
        &self,
        cmd: UpdateSocialProfile,
    ) -> Result<Option<SocialProfileUpdated>, ProfileRefused> {
        let is_new = self.find(&cmd.url)?.about != cmd.about;
        let about = readable(cmd.about)?;
        Ok(is_new.then_some(SocialProfileUpdated { url: cmd.url, about }))
    }

    #[transition(Kept)]
    fn verify(
        &self,
        cmd: VerifySocialProfile,
    ) -> Result<Option<SocialProfileVerified>, ProfileRefused> {
        let is_new = !self.find(&cmd.url)?.verified;
        Ok(is_new.then_some(SocialProfileVerified { url: cmd.url }))
    }

    #[transition(Kept)]
    fn prefer(
        &self,
        cmd: PreferSocialProfile,
    ) -> Result<Option<SocialProfilePreferred>, ProfileRefused> {
        self.find(&cmd.url)?;
        let is_new = self.preferred.as_ref() != Some(&cmd.url);
        Ok(is_new.then_some(SocialProfilePreferred { url: cmd.url }))
    }

    #[transition(Kept)]
    fn remove(&self, cmd: RemoveSocialProfile) -> Result<SocialProfileRemoved, ProfileRefused> {
        self.find(&cmd.url)?;
        Ok(SocialProfileRemoved { url: cmd.url })
    }

    #[apply]
    fn added(&mut self, event: &SocialProfileAdded) {
        let profile = Profile { about: event.about.clone(), verified: false };
        self.by_url.insert(event.url.clone(), profile);
    }

    /// What was verified was another name, perhaps.
    #[apply]
    fn updated(&mut self, event: &SocialProfileUpdated) {
        let profile = Profile { about: event.about.clone(), verified: false };
        self.by_url.insert(event.url.clone(), profile);
    }

    #[apply]
    fn verified(&mut self, event: &SocialProfileVerified) {
        self.by_url.entry(event.url.clone()).and_modify(|profile| profile.verified = true);
    }

    #[apply]
    fn preferred(&mut self, event: &SocialProfilePreferred) {
        self.preferred = Some(event.url.clone());
    }

    #[apply]
    fn removed(&mut self, event: &SocialProfileRemoved) {
        self.by_url.remove(&event.url);
        self.preferred.take_if(|preferred| *preferred == event.url);
    }

    fn find(&self, url: &str) -> Result<&Profile, ProfileRefused> {
        self.by_url.get(url).ok_or(ProfileRefused::Unknown)
    }
}

fn is_url(url: &str) -> bool {
    let address = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    address.is_some_and(|address| is_plain(address, 2048) && !address.contains(char::is_whitespace))
}

fn readable(about: About) -> Result<About, ProfileRefused> {
    let mut bio = about.bio.iter().flat_map(|bio| bio.lines());
    let is_readable = are_lines([&about.username].into_iter().chain(&about.display_name))
        && bio.all(|line| line.is_empty() || is_plain(line, PARAGRAPH))
        && about.bio.as_ref().is_none_or(|bio| bio.chars().count() <= PARAGRAPH);
    if is_readable { Ok(about) } else { Err(ProfileRefused::Unreadable) }
}
