//! The e-mail addresses of a person.

use std::collections::BTreeMap;

use cim_runtime::prelude::*;

use crate::text::is_plain;

/// The addresses, and which of them is used where one is enough.
#[value]
#[derive(Default)]
pub struct Emails {
    pub by_address: BTreeMap<String, Email>,
    pub preferred: Option<String>,
}

#[value]
#[derive(Eq)]
pub struct Email {
    pub usage: EmailUsage,
    pub verified: bool,
}

/// What an address is, and what it may be used for.
#[value]
#[derive(Copy, Eq)]
pub struct EmailUsage {
    pub kind: EmailKind,
    pub notifications: bool,
    pub marketing: bool,
}

#[value]
#[derive(Copy, Eq)]
pub enum EmailKind {
    Personal,
    Work,
    School,
    Other,
}

/// How many addresses one person has at the most.
const MOST: usize = 50;

#[value]
#[derive(Eq)]
pub enum EmailRefused {
    /// An address is `local@domain`, without quotes, comments, or literals for the domain.
    Malformed,
    /// Longer than RFC 5321 allows, in octets: 64 before the `@`, 254 in all.
    TooLong { most: u32 },
    /// It is there already.
    Twice,
    /// There is no such address.
    Unknown,
    /// More than one person can have.
    TooMany { most: u32 },
}

#[command(Emails)]
pub struct AddEmail {
    pub address: String,
    pub usage: EmailUsage,
}

#[command(Emails)]
pub struct UpdateEmail {
    pub address: String,
    pub usage: EmailUsage,
}

#[command(Emails)]
pub struct VerifyEmail {
    pub address: String,
}

#[command(Emails)]
pub struct PreferEmail {
    pub address: String,
}

#[command(Emails)]
pub struct RemoveEmail {
    pub address: String,
}

#[event(Emails)]
pub struct EmailAdded {
    #[personal]
    pub address: String,
    pub usage: EmailUsage,
}

#[event(Emails)]
pub struct EmailUpdated {
    #[personal]
    pub address: String,
    pub usage: EmailUsage,
}

#[event(Emails)]
pub struct EmailVerified {
    #[personal]
    pub address: String,
}

#[event(Emails)]
pub struct EmailPreferred {
    #[personal]
    pub address: String,
}

#[event(Emails)]
pub struct EmailRemoved {
    #[personal]
    pub address: String,
}

#[state_machine(initial Kept)]
impl Emails {
    #[transition(Kept)]
    fn add(&self, cmd: AddEmail) -> Result<EmailAdded, EmailRefused> {
        let address = mailbox(&cmd.address)?;
        if self.by_address.contains_key(&address) {
            return Err(EmailRefused::Twice);
        }
        if self.by_address.len() >= MOST {
            return Err(EmailRefused::TooMany { most: MOST as u32 });
        }
        Ok(EmailAdded { address, usage: cmd.usage })
    }

    #[transition(Kept)]
    fn update(&self, cmd: UpdateEmail) -> Result<Option<EmailUpdated>, EmailRefused> {
        let (address, email) = self.find(&cmd.address)?;
        let is_new = email.usage != cmd.usage;
        Ok(is_new.then_some(EmailUpdated { address, usage: cmd.usage }))
    }

    #[transition(Kept)]
    fn verify(&self, cmd: VerifyEmail) -> Result<Option<EmailVerified>, EmailRefused> {
        let (address, email) = self.find(&cmd.address)?;
        Ok((!email.verified).then_some(EmailVerified { address }))
    }

    #[transition(Kept)]
    fn prefer(&self, cmd: PreferEmail) -> Result<Option<EmailPreferred>, EmailRefused> {
        let (address, _) = self.find(&cmd.address)?;
        let is_new = self.preferred.as_ref() != Some(&address);
        Ok(is_new.then_some(EmailPreferred { address }))
    }

    #[transition(Kept)]
    fn remove(&self, cmd: RemoveEmail) -> Result<EmailRemoved, EmailRefused> {
        let (address, _) = self.find(&cmd.address)?;
        Ok(EmailRemoved { address })
    }

    #[apply]
    fn added(&mut self, event: &EmailAdded) {
        let email = Email { usage: event.usage, verified: false };
        self.by_address.insert(event.address.clone(), email);
    }

    #[apply]
    fn updated(&mut self, event: &EmailUpdated) {
        self.by_address.entry(event.address.clone()).and_modify(|email| email.usage = event.usage);
    }

    #[apply]
    fn verified(&mut self, event: &EmailVerified) {
        self.by_address.entry(event.address.clone()).and_modify(|email| email.verified = true);
    }

    #[apply]
    fn preferred(&mut self, event: &EmailPreferred) {
        self.preferred = Some(event.address.clone());
    }

    #[apply]
    fn removed(&mut self, event: &EmailRemoved) {
        self.by_address.remove(&event.address);
        self.preferred.take_if(|preferred| *preferred == event.address);
    }

    fn find(&self, address: &str) -> Result<(String, &Email), EmailRefused> {
        let address = mailbox(address)?;
        let email = self.by_address.get(&address).ok_or(EmailRefused::Unknown)?;
        Ok((address, email))
    }
}

/// The address as it is kept: its domain in small letters. Before the `@` capitals may count.
///
/// What RFC 5321 calls a dot-string before the `@`, also of other scripts (RFC 6531); after it a
/// domain of two labels at least.
pub(crate) fn mailbox(address: &str) -> Result<String, EmailRefused> {
    let (local, domain) = address.trim().rsplit_once('@').ok_or(EmailRefused::Malformed)?;
    if local.len() > 64 {
        return Err(EmailRefused::TooLong { most: 64 });
    }
    if local.len() + 1 + domain.len() > 254 {
        return Err(EmailRefused::TooLong { most: 254 });
    }
    let is_atom = |letter: char| {
        letter.is_ascii_alphanumeric()
            || "!#$%&'*+-/=?^_`{|}~".contains(letter)
            || is_foreign(letter)
    };
    let is_atoms = local.split('.').all(|atom| !atom.is_empty() && atom.chars().all(is_atom));
    if !is_atoms || !is_domain(domain) || !is_plain(address, 254) {
        return Err(EmailRefused::Malformed);
    }
    Ok(format!("{local}@{}", domain.to_lowercase()))
}

fn is_domain(domain: &str) -> bool {
    let is_letter =
        |letter: char| letter.is_ascii_alphanumeric() || letter == '-' || is_foreign(letter);
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.chars().all(is_letter)
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    domain.contains('.') && domain.split('.').all(is_label)
}

/// Of other scripts than ours every character is taken: many are no letters, and belong to one.
fn is_foreign(letter: char) -> bool {
    !letter.is_ascii() && !letter.is_whitespace()
}
