//! How a person wants to be spoken to, what others may see, and what they have consented to.

use std::collections::BTreeMap;

use cim_runtime::prelude::*;

use crate::text::{LINE, is_plain};

#[value]
#[derive(Default)]
pub struct Preferences {
    pub communication: Communication,
    pub privacy: Privacy,
    /// By what for.
    pub consents: BTreeMap<String, Consent>,
}

#[value]
#[derive(Default, Eq)]
pub struct Communication {
    /// A tag as in BCP 47, such as `pt-BR`.
    pub language: Option<String>,
    /// The one that is best stands first.
    pub channels: Vec<Channel>,
    pub frequency: Frequency,
    pub format: EmailFormat,
}

#[value]
#[derive(Copy, Eq)]
pub enum Channel {
    Email,
    Phone,
    Text,
    WhatsApp,
    InApp,
    Post,
}

#[value]
#[derive(Copy, Default, Eq)]
pub enum Frequency {
    Daily,
    Weekly,
    Monthly,
    Quarterly,
    #[default]
    OnlyImportant,
    Never,
}

#[value]
#[derive(Copy, Default, Eq)]
pub enum EmailFormat {
    PlainText,
    Html,
    #[default]
    Both,
}

/// What others may see and do. Nothing that was not allowed.
#[value]
#[derive(Default, Eq)]
pub struct Privacy {
    pub analytics: bool,
    pub marketing: bool,
    pub sharing: bool,
    pub visibility: Visibility,
    pub retention: Retention,
}

#[value]
#[derive(Copy, Default, Eq)]
pub enum Visibility {
    Public,
    RegisteredUsers,
    Connections,
    #[default]
    Private,
}

#[value]
#[derive(Copy, Default, Eq)]
pub enum Retention {
    #[default]
    MinimumRequired,
    OneYear,
    ThreeYears,
    FiveYears,
    Indefinite,
}

/// Whether somebody agrees, and to which version of what they were shown.
#[value]
#[derive(Copy, Eq)]
pub struct Consent {
    pub version: u32,
    pub given: bool,
}

/// How many purposes one person consents to at the most.
const MOST: usize = 200;

#[value]
#[derive(Eq)]
pub enum PreferenceRefused {
    /// A purpose is a line of at most 200 characters.
    Unreadable,
    /// A language has a tag of letters, digits and `-`, of at most 35 characters.
    NoLanguage,
    /// A newer text was shown before.
    Outdated { newest: u32 },
    /// What was not given is not withdrawn.
    NotGiven,
    /// More than one person can have.
    TooMany { most: u32 },
}

#[command(Preferences)]
pub struct SetCommunication {
    pub communication: Communication,
}

#[command(Preferences)]
pub struct SetPrivacy {
    pub privacy: Privacy,
}

#[command(Preferences)]
pub struct GiveConsent {
    pub purpose: String,
    pub version: u32,
    /// From where, if that must be proved.
    pub ip_address: Option<String>,
}

#[command(Preferences)]
pub struct WithdrawConsent {
    pub purpose: String,
}

#[event(Preferences)]
pub struct CommunicationSet {
    pub communication: Communication,
}

#[event(Preferences)]
pub struct PrivacySet {
    pub privacy: Privacy,
}

#[event(Preferences)]
pub struct ConsentGiven {
    pub purpose: String,
    pub version: u32,
    #[personal]
    pub ip_address: Option<String>,
}

#[event(Preferences)]
pub struct ConsentWithdrawn {
    pub purpose: String,
    pub version: u32,
}

#[state_machine(initial Kept)]
impl Preferences {
    #[transition(Kept)]
    fn communicate(
        &self,
        cmd: SetCommunication,
    ) -> Result<Option<CommunicationSet>, PreferenceRefused> {
        let communication = cmd.communication;
        let language = communication.language.iter();
        if !language.clone().all(|tag| is_language(tag)) {
            return Err(PreferenceRefused::NoLanguage);
        }
        let is_new = communication != self.communication;
        Ok(is_new.then_some(CommunicationSet { communication }))
    }

    #[transition(Kept)]
    fn protect(&self, cmd: SetPrivacy) -> Option<PrivacySet> {
        (cmd.privacy != self.privacy).then_some(PrivacySet { privacy: cmd.privacy })
    }

    #[transition(Kept)]
    fn consent(&self, cmd: GiveConsent) -> Result<Option<ConsentGiven>, PreferenceRefused> {
        let GiveConsent { purpose, version, ip_address } = cmd;
        if !is_plain(&purpose, LINE) || !ip_address.iter().all(|address| is_plain(address, LINE)) {
            return Err(PreferenceRefused::Unreadable);
        }
        let before = self.consents.get(&purpose);
        if before.is_none() && self.consents.len() >= MOST {
            return Err(PreferenceRefused::TooMany { most: MOST as u32 });
        }
        if let Some(before) = before.filter(|before| before.version > version) {
            return Err(PreferenceRefused::Outdated { newest: before.version });
        }
        let is_new = before != Some(&Consent { version, given: true });
        Ok(is_new.then_some(ConsentGiven { purpose, version, ip_address }))
    }

    /// As easy as giving it: also who is suspended can.
    #[transition(Kept)]
    fn withdraw(&self, cmd: WithdrawConsent) -> Result<ConsentWithdrawn, PreferenceRefused> {
        let consent = self.consents.get(&cmd.purpose).filter(|consent| consent.given);
        let version = consent.ok_or(PreferenceRefused::NotGiven)?.version;
        Ok(ConsentWithdrawn { purpose: cmd.purpose, version })
    }

    #[apply]
    fn communication_set(&mut self, event: &CommunicationSet) {
        self.communication = event.communication.clone();
    }

    #[apply]
    fn privacy_set(&mut self, event: &PrivacySet) {
        self.privacy = event.privacy.clone();
    }

    #[apply]
    fn consent_given(&mut self, event: &ConsentGiven) {
        let consent = Consent { version: event.version, given: true };
        self.consents.insert(event.purpose.clone(), consent);
    }

    #[apply]
    fn consent_withdrawn(&mut self, event: &ConsentWithdrawn) {
        let consent = Consent { version: event.version, given: false };
        self.consents.insert(event.purpose.clone(), consent);
    }
}

fn is_language(tag: &str) -> bool {
    let is_part = |part: &str| {
        (1..=8).contains(&part.len()) && part.bytes().all(|letter| letter.is_ascii_alphanumeric())
    };
    tag.len() <= 35 && tag.split('-').all(is_part)
}
