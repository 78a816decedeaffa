//! The phone numbers of a person.

use std::collections::BTreeMap;

use cim_runtime::prelude::*;

/// The numbers, and which of them is used where one is enough.
#[value]
#[derive(Default)]
pub struct Phones {
    /// By their numbers as in E.164, such as `+493012345`.
    pub by_number: BTreeMap<String, Phone>,
    pub preferred: Option<String>,
}

#[value]
#[derive(Eq)]
pub struct Phone {
    pub usage: PhoneUsage,
    pub verified: bool,
}

/// What a number is, and what it may be used for.
#[value]
#[derive(Copy, Eq)]
pub struct PhoneUsage {
    pub kind: PhoneKind,
    pub texts: bool,
    pub calls: bool,
}

#[value]
#[derive(Copy, Eq)]
pub enum PhoneKind {
    Mobile,
    Home,
    Work,
    Emergency,
    Other,
}

/// How many numbers one person has at the most.
const MOST: usize = 50;

#[value]
#[derive(Eq)]
pub enum PhoneRefused {
    /// A number is a `+`, a country's code and 7 to 15 digits in all (E.164); blanks, `-`, `.`, `/`
    /// and brackets between them are left out, but a `(0)` is dialled by some and not by others.
    Malformed,
    /// It is there already.
    Twice,
    /// There is no such number.
    Unknown,
    /// More than one person can have.
    TooMany { most: u32 },
}

#[command(Phones)]
pub struct AddPhone {
    pub number: String,
    pub usage: PhoneUsage,
}

#[command(Phones)]
pub struct UpdatePhone {
    pub number: String,
    pub usage: PhoneUsage,
}

#[command(Phones)]
pub struct VerifyPhone {
    pub number: String,
}

#[command(Phones)]
pub struct PreferPhone {
    pub number: String,
}

#[command(Phones)]
pub struct RemovePhone {
    pub number: String,
}

#[event(Phones)]
pub struct PhoneAdded {
    #[personal]
    pub number: String,
    pub usage: PhoneUsage,
}

#[event(Phones)]
pub struct PhoneUpdated {
    #[personal]
    pub number: String,
    pub usage: PhoneUsage,
}

#[event(Phones)]
pub struct PhoneVerified {
    #[personal]
    pub number: String,
}

#[event(Phones)]
pub struct PhonePreferred {
    #[personal]
    pub number: String,
}

#[event(Phones)]
pub struct PhoneRemoved {
    #[personal]
    pub number: String,
}

#[state_machine(initial Kept)]
impl Phones {
    #[transition(Kept)]
    fn add(&self, cmd: AddPhone) -> Result<PhoneAdded, PhoneRefused> {
        let number = e164(&cmd.number)?;
        if self.by_number.contains_key(&number) {
            return Err(PhoneRefused::Twice);
        }
        if self.by_number.len() >= MOST {
            return Err(PhoneRefused::TooMany { most: MOST as u32 });
        }
        Ok(PhoneAdded { number, usage: cmd.usage })
    }

    #[transition(Kept)]
    fn update(&self, cmd: UpdatePhone) -> Result<Option<PhoneUpdated>, PhoneRefused> {
        let (number, phone) = self.find(&cmd.number)?;
        let is_new = phone.usage != cmd.usage;
        Ok(is_new.then_some(PhoneUpdated { number, usage: cmd.usage }))
    }

    #[transition(Kept)]
    fn verify(&self, cmd: VerifyPhone) -> Result<Option<PhoneVerified>, PhoneRefused> {
        let (number, phone) = self.find(&cmd.number)?;
        Ok((!phone.verified).then_some(PhoneVerified { number }))
    }

    #[transition(Kept)]
    fn prefer(&self, cmd: PreferPhone) -> Result<Option<PhonePreferred>, PhoneRefused> {
        let (number, _) = self.find(&cmd.number)?;
        let is_new = self.preferred.as_ref() != Some(&number);
        Ok(is_new.then_some(PhonePreferred { number }))
    }

    #[transition(Kept)]
    fn remove(&self, cmd: RemovePhone) -> Result<PhoneRemoved, PhoneRefused> {
        let (number, _) = self.find(&cmd.number)?;
        Ok(PhoneRemoved { number })
    }

    #[apply]
    fn added(&mut self, event: &PhoneAdded) {
        let phone = Phone { usage: event.usage, verified: false };
        self.by_number.insert(event.number.clone(), phone);
    }

    #[apply]
    fn updated(&mut self, event: &PhoneUpdated) {
        self.by_number.entry(event.number.clone()).and_modify(|phone| phone.usage = event.usage);
    }

    #[apply]
    fn verified(&mut self, event: &PhoneVerified) {
        self.by_number.entry(event.number.clone()).and_modify(|phone| phone.verified = true);
    }

    #[apply]
    fn preferred(&mut self, event: &PhonePreferred) {
        self.preferred = Some(event.number.clone());
    }

    #[apply]
    fn removed(&mut self, event: &PhoneRemoved) {
        self.by_number.remove(&event.number);
        self.preferred.take_if(|preferred| *preferred == event.number);
    }

    fn find(&self, number: &str) -> Result<(String, &Phone), PhoneRefused> {
        let number = e164(number)?;
        let phone = self.by_number.get(&number).ok_or(PhoneRefused::Unknown)?;
        Ok((number, phone))
    }
}

/// The number as in E.164.
pub(crate) fn e164(number: &str) -> Result<String, PhoneRefused> {
    let is_filler = |letter: char| letter.is_whitespace() || "-./()".contains(letter);
    let kept: String = number.chars().filter(|letter| !is_filler(*letter)).collect();
    let digits = kept.strip_prefix('+').unwrap_or_default();
    let is_number = (7..=15).contains(&digits.len())
        && digits.bytes().all(|digit| digit.is_ascii_digit())
        && !digits.starts_with('0')
        && !number.contains("(0)");
    if is_number { Ok(kept) } else { Err(PhoneRefused::Malformed) }
}
