//! What the properties of a card say of a person.

use std::collections::BTreeMap;

use cim_runtime::prelude::{Date, Uuid};

use super::date::day;
use super::error::{BadCard, Flaw};
use super::line::{Property, split_unescaped, unescaped};
use super::words;
use crate::emails::{EmailKind, EmailUsage};
use crate::employments::{Employer, EmploymentId, EmploymentKind, Position, Remote};
use crate::exchange::{
    EmailEntry, EmploymentEntry, NameEntry, PersonRecord, PhoneEntry, ProfileEntry,
    RelationshipEntry, SkillEntry, Status, named,
};
use crate::name::{NameOrder, PersonName};
use crate::person::PersonId;
use crate::phones::{PhoneKind, PhoneUsage};
use crate::preferences::Communication;
use crate::profiles::{About, Platform};
use crate::relationships::{RelationshipId, RelationshipKind};
use crate::skills::{Level, Proficiency, SkillCategory};

/// The record of the card that begins at this line.
pub(super) fn record(begin: u64, properties: &[(u64, Property)]) -> Result<PersonRecord, BadCard> {
    let mut reading = Reading::new(properties);
    for (line, property) in properties {
        reading.property(property).map_err(|flaw| BadCard { line: *line, flaw })?;
    }
    reading.finish().map_err(|flaw| BadCard { line: begin, flaw })
}

struct Reading {
    record: PersonRecord,
    formatted: Option<String>,
    name: Option<NameEntry>,
    /// By their groups; those without one belong together, too.
    jobs: BTreeMap<Option<String>, Job>,
    died: Option<Date>,
    has_uid: bool,
}

/// Who employs, and as what.
#[derive(Default)]
struct Job {
    id: Option<Uuid>,
    employer: Option<String>,
    department: Option<String>,
    title: Option<String>,
    start: Option<Date>,
    end: Option<Date>,
}

impl Reading {
    fn new(properties: &[(u64, Property)]) -> Self {
        // Without an id of its own a card is known by all that it says.
        let text: String = properties.iter().map(|(_, line)| format!("{line:?}\n")).collect();
        let id = PersonId::from(named("card", text.as_bytes()));
        Self {
            record: PersonRecord::new(id, PersonName::default()),
            formatted: None,
            name: None,
            jobs: BTreeMap::new(),
            died: None,
            has_uid: false,
        }
    }

    fn property(&mut self, line: &Property) -> Result<(), Flaw> {
        match &*line.name {
            "UID" => {
                once(std::mem::replace(&mut self.has_uid, true), "UID")?;
                self.record.id = PersonId::from(uid(&line.text()));
            }
            // Several are other forms of one name.
            "FN" => _ = self.formatted.get_or_insert_with(|| line.text()),
            "N" => {
                once(self.name.is_some(), "N")?;
                self.name = Some(name(line));
            }
            "BDAY" => {
                once(self.record.born.is_some(), "BDAY")?;
                self.record.born = day(line, "BDAY")?;
            }
            "DEATHDATE" => {
                once(self.died.is_some(), "DEATHDATE")?;
                self.died = day(line, "DEATHDATE")?;
            }
            "EMAIL" => self.record.emails.push(email(line)),
            "TEL" => self.record.phones.push(phone(line)),
            "SOCIALPROFILE" => self.record.profiles.push(profile(line)),
            "EXPERTISE" => self.record.skills.push(skill(line)?),
            "LANG" => self.language(line),
            "ORG" | "TITLE" => self.job(line)?,
            "RELATED" => {
                if let Some(related) = related(line)? {
                    self.record.relationships.push(related);
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn language(&mut self, line: &Property) {
        let is_better = line.first("PREF") == Some("1");
        let communication = self.record.communication.get_or_insert_with(Communication::default);
        if communication.language.is_none() || is_better {
            communication.language = Some(line.text());
        }
    }

    fn job(&mut self, line: &Property) -> Result<(), Flaw> {
        let job = self.jobs.entry(line.group.clone()).or_default();
        if line.name == "TITLE" {
            job.title.get_or_insert_with(|| line.text());
            return Ok(());
        }
        let mut parts = line.parts().into_iter().map(unescaped).filter(|part| !part.is_empty());
        job.employer = parts.next();
        job.department = parts.next();
        job.id = line.first("X-ID").and_then(|id| id.parse().ok());
        job.start = parameter_day(line, "X-START")?;
        job.end = parameter_day(line, "X-END")?;
        Ok(())
    }

    fn finish(mut self) -> Result<PersonRecord, Flaw> {
        let formatted = self.formatted.filter(|name| !name.trim().is_empty());
        let from_formatted = |given| NameEntry { given, family: None, others: vec![], order: None };
        let name = match (self.name, formatted) {
            (Some(name), _) if !name.given.is_empty() => name,
            // Who has one name only has a given one.
            (Some(NameEntry { family: Some(given), .. }), _) => from_formatted(given),
            (_, Some(formatted)) => from_formatted(formatted),
            _ => return Err(Flaw::Nameless),
        };
        self.record.name = name;
        self.record.status = self.died.map(|died| Status::Deceased { died });
        let id = &self.record.id;
        let jobs = self.jobs.into_values().filter_map(|job| job.entry(id));
        self.record.employments = jobs.collect();
        // The UID may stand behind them.
        for related in &mut self.record.relationships {
            if related.id == RelationshipId::from(Uuid::nil()) {
                related.id = relationship_id(id, &related.with, &related.kind);
            }
        }
        only_one(self.record.emails.iter_mut().map(|email| &mut email.preferred));
        only_one(self.record.phones.iter_mut().map(|phone| &mut phone.preferred));
        only_one(self.record.profiles.iter_mut().map(|profile| &mut profile.preferred));
        Ok(self.record)
    }
}

impl Job {
    fn entry(self, person: &PersonId) -> Option<EmploymentEntry> {
        let employer = self.employer?;
        let title = self.title.unwrap_or_else(|| "unknown".to_owned());
        let text = format!("{person}\n{employer}\n{title}");
        let id = self.id.unwrap_or_else(|| named("employment", text.as_bytes()));
        let position = Position {
            title,
            department: self.department,
            location: None,
            kind: EmploymentKind::Other,
            remote: Remote::Unknown,
        };
        Some(EmploymentEntry {
            id: EmploymentId::from(id),
            employer: Employer { name: employer, organization: None },
            position,
            // Cards say since when of nothing: as long as there are people.
            start: self.start.unwrap_or(EmploymentEntry::UNKNOWN_START),
            end: self.end,
        })
    }
}

fn once(is_there: bool, property: &'static str) -> Result<(), Flaw> {
    if is_there { Err(Flaw::Twice(property)) } else { Ok(()) }
}

/// Of several that are preferred the first one is.
fn only_one<'a>(preferred: impl Iterator<Item = &'a mut bool>) {
    let mut is_found = false;
    for preferred in preferred {
        *preferred &= !is_found;
        is_found |= *preferred;
    }
}

/// A UUID is the id itself; of any other text the id follows.
fn uid(text: &str) -> Uuid {
    uuid(text).unwrap_or_else(|| named("uid", text.trim().as_bytes()))
}

fn uuid(text: &str) -> Option<Uuid> {
    let text = text.trim();
    let begins = text.get(..9).is_some_and(|start| start.eq_ignore_ascii_case("urn:uuid:"));
    if begins { text[9..].parse().ok() } else { text.parse().ok() }
}

/// `family;given;others;prefixes;suffixes`, each of them a list.
fn name(line: &Property) -> NameEntry {
    let part = |at: usize| -> Vec<String> {
        let parts = line.parts();
        let words = parts.get(at).map(|part| split_unescaped(part, ',')).unwrap_or_default();
        let words = words.into_iter().map(|word| unescaped(word).trim().to_owned());
        words.filter(|word| !word.is_empty()).collect()
    };
    let family = Some(part(0).join(" ")).filter(|family| !family.is_empty());
    let order = line.says_yes("X-FAMILY-FIRST").then_some(NameOrder::FamilyFirst);
    NameEntry { given: part(1).join(" "), family, others: part(2), order }
}

fn is_preferred(line: &Property) -> bool {
    line.first("PREF") == Some("1")
}

fn email(line: &Property) -> EmailEntry {
    let kinds = words::EMAILS.iter().filter(|(word, _)| line.is_of_type(word));
    let kind = kinds.map(|(_, kind)| *kind).next().unwrap_or(EmailKind::Personal);
    let address = line.text();
    let usage = EmailUsage {
        kind,
        notifications: line.first("X-NOTIFICATIONS").is_none_or(|value| value != "no"),
        marketing: line.says_yes("X-MARKETING"),
    };
    EmailEntry {
        address: address.strip_prefix("mailto:").unwrap_or(&address).to_owned(),
        usage,
        verified: line.says_yes("X-VERIFIED"),
        preferred: is_preferred(line),
    }
}

fn phone(line: &Property) -> PhoneEntry {
    let kinds = words::PHONES.iter().filter(|(word, _)| line.is_of_type(word));
    let kind = kinds.map(|(_, kind)| *kind).next().unwrap_or(PhoneKind::Other);
    let number = line.text();
    let usage = PhoneUsage {
        kind,
        texts: line.is_of_type("text"),
        // Of itself a number is for calls (RFC 6350, 6.4.1).
        calls: line.is_of_type("voice") || !line.is_of_type("text"),
    };
    // An extension is dialled by hand.
    let number = number.strip_prefix("tel:").unwrap_or(&number);
    let number = number.split(';').next().unwrap_or_default().to_owned();
    PhoneEntry {
        number,
        usage,
        verified: line.says_yes("X-VERIFIED"),
        preferred: is_preferred(line),
    }
}

fn profile(line: &Property) -> ProfileEntry {
    let url = line.text();
    let platform = line.first("SERVICE-TYPE").and_then(|word| words::value(words::PLATFORMS, word));
    let last = url.trim_end_matches('/').rsplit('/').next().unwrap_or_default().to_owned();
    let about = About {
        platform: platform.unwrap_or(Platform::Other),
        username: line.first("USERNAME").map_or(last, str::to_owned),
        display_name: line.first("X-DISPLAY-NAME").map(str::to_owned),
        bio: line.first("X-BIO").map(str::to_owned),
    };
    let (verified, preferred) = (line.says_yes("X-VERIFIED"), is_preferred(line));
    ProfileEntry { url, about, verified, preferred }
}

fn skill(line: &Property) -> Result<SkillEntry, Flaw> {
    let level = line.first("LEVEL").and_then(|word| words::value(words::LEVELS, word));
    let category = line.first("X-CATEGORY").and_then(|word| words::value(words::CATEGORIES, word));
    let level = Level {
        category: category.unwrap_or(SkillCategory::Other),
        proficiency: level.unwrap_or(Proficiency::Intermediate),
        years: line.first("X-YEARS").and_then(|years| years.parse().ok()),
        last_used: parameter_day(line, "X-LAST-USED")?,
    };
    Ok(SkillEntry { name: line.text(), level, endorsed_by: Default::default(), verified: None })
}

/// Who is named in words, or by an address, is not known here.
fn related(line: &Property) -> Result<Option<RelationshipEntry>, Flaw> {
    let Some(with) = uuid(&line.text()) else { return Ok(None) };
    let mut kinds = words::RELATED.iter().filter(|(word, _)| line.is_of_type(word));
    let own = line.first("X-KIND").zip(line.first("X-INVERSE"));
    let kind = match (own, kinds.next()) {
        (Some((name, inverse)), _) => {
            RelationshipKind::Other { name: name.to_owned(), inverse: inverse.to_owned() }
        }
        (None, Some((_, kind))) => kind.clone(),
        (None, None) => RelationshipKind::Friend,
    };
    let id = line.first("X-ID").and_then(|id| id.parse().ok()).unwrap_or(Uuid::nil());
    Ok(Some(RelationshipEntry {
        id: RelationshipId::from(id),
        with: PersonId::from(with),
        kind,
        since: parameter_day(line, "X-SINCE")?,
        confirmed: !line.says_yes("X-PROPOSED"),
    }))
}

/// Both sides come to the same id.
fn relationship_id(here: &PersonId, with: &PersonId, kind: &RelationshipKind) -> RelationshipId {
    let (first, second, kind) = match with < here {
        true => (with, here, kind.inverse()),
        false => (here, with, kind.clone()),
    };
    named("relationship", format!("{first}\n{second}\n{kind:?}").as_bytes()).into()
}

fn parameter_day(line: &Property, parameter: &'static str) -> Result<Option<Date>, Flaw> {
    let Some(value) = line.first(parameter) else { return Ok(None) };
    match value.parse() {
        Ok(date) => Ok(Some(date)),
        Err(_) => Err(Flaw::NoDay { property: parameter, value: value.to_owned() }),
    }
}
