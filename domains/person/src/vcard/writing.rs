//! Cards, written: with a line's end of two bytes, and folded after 75 (RFC 6350, 3.2).

use std::fmt::Write as _;

use super::line::{escaped, parameter};
use super::words;
use crate::exchange::{
    EmailEntry, EmploymentEntry, PersonRecord, PhoneEntry, ProfileEntry, RelationshipEntry,
    SkillEntry, Status,
};
use crate::name::{NameOrder, PersonName};
use crate::relationships::RelationshipKind;

/// The card of a person, with its line ends.
///
/// Who is merged into somebody else, archived or suspended is written like anybody: cards do not tell.
pub fn write(record: &PersonRecord) -> String {
    let mut card = Writing(String::new());
    card.line("BEGIN:VCARD");
    card.line("VERSION:4.0");
    card.line(&format!("UID:urn:uuid:{}", record.id));
    card.name(&record.name.clone().into());
    if let Some(born) = record.born {
        card.line(&format!("BDAY:{}", born.strftime("%Y%m%d")));
    }
    if let Some(Status::Deceased { died }) = record.status {
        card.line(&format!("DEATHDATE:{}", died.strftime("%Y%m%d")));
    }
    record.emails.iter().for_each(|email| card.email(email));
    record.phones.iter().for_each(|phone| card.phone(phone));
    record.profiles.iter().for_each(|profile| card.profile(profile));
    record.skills.iter().for_each(|skill| card.skill(skill));
    let communication = record.communication.iter();
    for language in communication.flat_map(|communication| &communication.language) {
        card.line(&format!("LANG;PREF=1:{}", escaped(language)));
    }
    for (number, employment) in (1..).zip(&record.employments) {
        card.employment(number, employment);
    }
    record.relationships.iter().for_each(|related| card.related(related));
    card.line("END:VCARD");
    card.0
}

struct Writing(String);

impl Writing {
    /// Folds where a character ends, so that who reads lines reads characters.
    fn line(&mut self, line: &str) {
        let mut room = 75;
        for letter in line.chars() {
            if letter.len_utf8() > room {
                self.0.push_str("\r\n ");
                room = 74;
            }
            room -= letter.len_utf8();
            self.0.push(letter);
        }
        self.0.push_str("\r\n");
    }

    fn name(&mut self, name: &PersonName) {
        let PersonName { given, family, others, order } = name;
        self.line(&format!("FN:{}", escaped(&name.to_string())));
        let others: Vec<_> = others.iter().map(|other| escaped(other)).collect();
        let first = match order {
            NameOrder::FamilyFirst => ";X-FAMILY-FIRST=yes",
            NameOrder::GivenFirst => "",
        };
        let family = escaped(family.as_deref().unwrap_or_default());
        self.line(&format!("N{first}:{family};{};{};;", escaped(given), others.join(",")));
    }

    fn email(&mut self, email: &EmailEntry) {
        let mut line = "EMAIL".to_owned();
        if let Some(word) = words::word(words::EMAILS, &email.usage.kind) {
            let _ = write!(line, ";TYPE={word}");
        }
        line.push_str(preferred(email.preferred));
        line.push_str(if email.usage.notifications { "" } else { ";X-NOTIFICATIONS=no" });
        line.push_str(if email.usage.marketing { ";X-MARKETING=yes" } else { "" });
        line.push_str(verified(email.verified));
        self.line(&format!("{line}:{}", escaped(&email.address)));
    }

    fn phone(&mut self, phone: &PhoneEntry) {
        let word = words::word(words::PHONES, &phone.usage.kind).unwrap_or("x-other");
        let texts = if phone.usage.texts { ",text" } else { "" };
        let calls = if phone.usage.calls { ",voice" } else { "" };
        let (preferred, verified) = (preferred(phone.preferred), verified(phone.verified));
        let number = &phone.number;
        self.line(&format!(
            "TEL;VALUE=uri;TYPE=\"{word}{texts}{calls}\"{preferred}{verified}:tel:{number}"
        ));
    }

    fn profile(&mut self, profile: &ProfileEntry) {
        let about = &profile.about;
        let word = words::word(words::PLATFORMS, &about.platform).unwrap_or("Other");
        let mut line =
            format!("SOCIALPROFILE;SERVICE-TYPE={word};USERNAME={}", parameter(&about.username));
        if let Some(name) = &about.display_name {
            let _ = write!(line, ";X-DISPLAY-NAME={}", parameter(name));
        }
        if let Some(bio) = &about.bio {
            let _ = write!(line, ";X-BIO={}", parameter(bio));
        }
        line.push_str(preferred(profile.preferred));
        line.push_str(verified(profile.verified));
        self.line(&format!("{line}:{}", escaped(&profile.url)));
    }

    fn skill(&mut self, skill: &SkillEntry) {
        let mut line = "EXPERTISE".to_owned();
        if let Some(word) = words::word(words::LEVELS, &skill.level.proficiency) {
            let _ = write!(line, ";LEVEL={word}");
        }
        if let Some(word) = words::word(words::CATEGORIES, &skill.level.category) {
            let _ = write!(line, ";X-CATEGORY={word}");
        }
        if let Some(years) = skill.level.years {
            let _ = write!(line, ";X-YEARS={years}");
        }
        if let Some(day) = skill.level.last_used {
            let _ = write!(line, ";X-LAST-USED={day}");
        }
        self.line(&format!("{line}:{}", escaped(&skill.name)));
    }

    fn employment(&mut self, number: usize, employment: &EmploymentEntry) {
        let EmploymentEntry { id, employer, position, start, end } = employment;
        let mut line = format!("job{number}.ORG;X-ID={id}");
        if *start != EmploymentEntry::UNKNOWN_START {
            let _ = write!(line, ";X-START={start}");
        }
        if let Some(end) = end {
            let _ = write!(line, ";X-END={end}");
        }
        let _ = write!(line, ":{}", escaped(&employer.name));
        if let Some(department) = &position.department {
            let _ = write!(line, ";{}", escaped(department));
        }
        self.line(&line);
        self.line(&format!("job{number}.TITLE:{}", escaped(&position.title)));
    }

    fn related(&mut self, related: &RelationshipEntry) {
        let RelationshipEntry { id, with, kind, since, confirmed } = related;
        let mut line = "RELATED".to_owned();
        match (kind, words::word(words::RELATED, kind)) {
            (RelationshipKind::Other { name, inverse }, _) => {
                let (name, inverse) = (parameter(name), parameter(inverse));
                let _ = write!(line, ";X-KIND={name};X-INVERSE={inverse}");
            }
            (_, word) => {
                let _ = write!(line, ";TYPE={}", word.unwrap_or("contact"));
            }
        }
        let _ = write!(line, ";X-ID={id}");
        if let Some(since) = since {
            let _ = write!(line, ";X-SINCE={since}");
        }
        line.push_str(if *confirmed { "" } else { ";X-PROPOSED=yes" });
        self.line(&format!("{line}:urn:uuid:{with}"));
    }
}

fn preferred(is_preferred: bool) -> &'static str {
    if is_preferred { ";PREF=1" } else { "" }
}

fn verified(is_verified: bool) -> &'static str {
    if is_verified { ";X-VERIFIED=yes" } else { "" }
}
