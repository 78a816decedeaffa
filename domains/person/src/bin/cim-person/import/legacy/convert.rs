//! Which commands an older event stands for.

use std::collections::HashMap;

use cim_person::emails::{AddEmail, EmailUsage, PreferEmail, RemoveEmail, UpdateEmail};
use cim_person::employments::{
    ChangePosition, Employer, EmploymentId, EmploymentKind, EndEmployment, Position, Remote,
    RemoveEmployment, StartEmployment,
};
use cim_person::name::PersonName;
use cim_person::person::{
    ArchivePerson, ChangeName, CreatePerson, MergePerson, MergeReason, Person, PersonId,
    ReactivatePerson, RecordDeath, SetBirthDate, SuspendPerson,
};
use cim_person::phones::{AddPhone, PhoneUsage, PreferPhone, RemovePhone, UpdatePhone};
use cim_person::preferences::{GiveConsent, SetCommunication, SetPrivacy, WithdrawConsent};
use cim_person::profiles::{
    About, AddSocialProfile, Platform, RemoveSocialProfile, UpdateSocialProfile,
};
use cim_person::skills::{ClaimSkill, EndorseSkill, Level, RemoveSkill, UpdateSkill};
use cim_runtime::decision::Events;
use cim_runtime::engine::{Live, Message};
use cim_runtime::machine::{Command, Handles, InOneAggregate};
use cim_runtime::prelude::*;

use super::PersonEvent;
use super::fields::{Fields, variant};

/// A command that is decided at its time.
pub(super) type Step =
    Box<dyn FnOnce(&mut Live<Person>, &Message) -> Result<Events<PersonEvent>, String> + Send>;

/// What the ids of components stand for: here things are known by what they are.
#[derive(Default)]
pub(super) struct Components(HashMap<(PersonId, Uuid), String>);

type Steps = Result<Vec<Step>, String>;

fn step<C>(command: C) -> Step
where
    C: Command<Of: Handles<C> + InOneAggregate<Owner = Person>>,
{
    Box::new(move |live, message| live.decide(command, message).map_err(|error| error.to_string()))
}

impl Components {
    pub(super) fn steps(
        &mut self,
        person: &Live<Person>,
        name: &str,
        said: &Fields<'_>,
        today: Date,
    ) -> Steps {
        match name {
            "PersonCreated" | "NameUpdated" | "PersonUpdated" | "BirthDateSet"
            | "DeathRecorded" | "PersonDeactivated" | "PersonSuspended" | "PersonReactivated"
            | "PersonActivated" | "PersonArchived" | "PersonMergedInto" => life(name, said),
            "EmailAdded" | "EmailUpdated" | "EmailRemoved" => self.email(person, name, said),
            "PhoneAdded" | "PhoneUpdated" | "PhoneRemoved" => self.phone(person, name, said),
            "SkillAdded" | "SkillUpdated" | "SkillEndorsed" | "SkillRemoved" => {
                self.skill(person, name, said)
            }
            "SocialProfileAdded" | "SocialProfileUpdated" | "SocialProfileRemoved" => {
                self.profile(person, name, said)
            }
            "EmploymentAdded" | "EmploymentUpdated" | "EmploymentEnded" | "EmploymentRemoved" => {
                employment(person, name, said, today)
            }
            "CommunicationPreferencesUpdated" => communication(person, said),
            "PrivacyPreferencesUpdated" => privacy(person, said),
            "ConsentRecorded" => consent(said),
            "ComponentRegistered" | "ComponentUnregistered" | "ComponentDataUpdated" => {
                Err("components are no events here: what they hold has events of its own"
                    .to_owned())
            }
            _ => Err("there is no such event of a person".to_owned()),
        }
    }

    fn added(&mut self, person: &Live<Person>, said: &Fields<'_>, key: &str) -> Result<(), String> {
        let component = (person.id().clone(), said.uuid("component_id")?);
        self.0.insert(component, key.to_owned());
        Ok(())
    }

    fn known(&self, person: &Live<Person>, said: &Fields<'_>) -> Result<String, String> {
        let component = said.uuid("component_id")?;
        let known = self.0.get(&(person.id().clone(), component)).cloned();
        known.ok_or_else(|| format!("no event before it has added the component {component}"))
    }

    fn email(&mut self, person: &Live<Person>, name: &str, said: &Fields<'_>) -> Steps {
        if name == "EmailAdded" {
            // Where events know it as it is kept: the domain in small letters.
            let address = said.text("email")?.trim();
            let address = match address.rsplit_once('@') {
                Some((local, domain)) => format!("{local}@{}", domain.to_lowercase()),
                None => address.to_owned(),
            };
            let usage = EmailUsage {
                kind: said.variant("email_type", &[])?,
                notifications: flag(said, "can_receive_notifications", true)?,
                marketing: flag(said, "can_receive_marketing", false)?,
            };
            self.added(person, said, &address)?;
            let mut steps = vec![step(AddEmail { address: address.clone(), usage })];
            if flag(said, "is_preferred", false)? {
                steps.push(step(PreferEmail { address }));
            }
            return Ok(steps);
        }
        let address = self.known(person, said)?;
        if name == "EmailRemoved" {
            return Ok(vec![step(RemoveEmail { address })]);
        }
        let said = said.changes()?;
        if said.has("email") {
            return Err("another address is another one: expected EmailRemoved, EmailAdded".into());
        }
        let before = person.emails.by_address.get(&address).map(|email| email.usage);
        let mut usage = before.ok_or_else(|| gone(&address))?;
        usage.kind = or(said.optional("email_type", |f, k| f.variant(k, &[]))?, usage.kind);
        usage.notifications = flag(&said, "can_receive_notifications", usage.notifications)?;
        usage.marketing = flag(&said, "can_receive_marketing", usage.marketing)?;
        let mut steps = Vec::new();
        if before != Some(usage) || !said.has("is_preferred") {
            steps.push(step(UpdateEmail { address: address.clone(), usage }));
        }
        if flag(&said, "is_preferred", false)? {
            steps.push(step(PreferEmail { address }));
        }
        Ok(steps)
    }

    fn phone(&mut self, person: &Live<Person>, name: &str, said: &Fields<'_>) -> Steps {
        if name == "PhoneAdded" {
            let mut number = said.owned("phone_number")?;
            if let Some(code) = said.optional("country_code", Fields::text)?
                && !number.trim_start().starts_with('+')
            {
                let code = code.trim_start_matches('+');
                number = format!("+{code}{}", number.trim_start_matches('0'));
            }
            // Where events know it as it is kept, without blanks.
            number.retain(|letter| !letter.is_whitespace() && !"-./()".contains(letter));
            let usage = PhoneUsage {
                kind: said.variant("phone_type", &[])?,
                texts: flag(said, "can_receive_sms", flag(said, "is_mobile", false)?)?,
                calls: flag(said, "can_receive_calls", true)?,
            };
            self.added(person, said, &number)?;
            let mut steps = vec![step(AddPhone { number: number.clone(), usage })];
            if flag(said, "is_preferred", false)? {
                steps.push(step(PreferPhone { number }));
            }
            return Ok(steps);
        }
        let number = self.known(person, said)?;
        if name == "PhoneRemoved" {
            return Ok(vec![step(RemovePhone { number })]);
        }
        let said = said.changes()?;
        let known = person.phones.by_number.get(&number);
        let mut usage = known.ok_or_else(|| gone(&number))?.usage;
        usage.kind = or(said.optional("phone_type", |f, k| f.variant(k, &[]))?, usage.kind);
        usage.texts = flag(&said, "can_receive_sms", usage.texts)?;
        usage.calls = flag(&said, "can_receive_calls", usage.calls)?;
        Ok(vec![step(UpdatePhone { number, usage })])
    }

    fn skill(&mut self, person: &Live<Person>, event: &str, said: &Fields<'_>) -> Steps {
        if event == "SkillAdded" {
            let name = said.owned("skill_name")?;
            let level = Level {
                category: said.variant("category", &[])?,
                proficiency: said.variant("proficiency", &[])?,
                years: said.optional("years_of_experience", Fields::number)?,
                last_used: said.optional("last_used", Fields::date)?,
            };
            self.added(person, said, &name)?;
            return Ok(vec![step(ClaimSkill { name, level })]);
        }
        let name = self.known(person, said)?;
        match event {
            "SkillRemoved" => Ok(vec![step(RemoveSkill { name })]),
            "SkillEndorsed" => {
                let by = said.uuid("endorser_id");
                let by =
                    by.map_err(|problem| format!("{problem}: a person endorses, by its id"))?;
                let comment = said.optional("comment", Fields::owned)?;
                Ok(vec![step(EndorseSkill { name, by: PersonId::from(by), comment })])
            }
            _ => {
                let said = said.changes()?;
                let known = person.skills.by_name.get(&cim_person::skills::key(&name));
                let mut level = known.ok_or_else(|| gone(&name))?.level.clone();
                let proficiency = said.optional("proficiency", |f, k| f.variant(k, &[]))?;
                level.proficiency = or(proficiency, level.proficiency);
                let years = ["years_of_experience", "years"].into_iter().find(|key| said.has(key));
                level.years = years.map(|key| said.number(key)).transpose()?.or(level.years);
                level.last_used = said.optional("last_used", Fields::date)?.or(level.last_used);
                Ok(vec![step(UpdateSkill { name, level })])
            }
        }
    }

    fn profile(&mut self, person: &Live<Person>, name: &str, said: &Fields<'_>) -> Steps {
        if name == "SocialProfileAdded" {
            let url = said.owned("profile_url")?;
            let platform = said.text("platform")?;
            let about = About {
                platform: variant(platform, &[("Twitter", "X")]).unwrap_or(Platform::Other),
                username: said.owned("username")?,
                display_name: said.optional("display_name", Fields::owned)?,
                bio: said.optional("bio", Fields::owned)?,
            };
            self.added(person, said, &url)?;
            return Ok(vec![step(AddSocialProfile { url, about })]);
        }
        let url = self.known(person, said)?;
        if name == "SocialProfileRemoved" {
            return Ok(vec![step(RemoveSocialProfile { url })]);
        }
        let said = said.changes()?;
        let known = person.profiles.by_url.get(&url);
        let mut about = known.ok_or_else(|| gone(&url))?.about.clone();
        about.username = or(said.optional("username", Fields::owned)?, about.username);
        about.display_name = said.optional("display_name", Fields::owned)?.or(about.display_name);
        about.bio = said.optional("bio", Fields::owned)?.or(about.bio);
        Ok(vec![step(UpdateSocialProfile { url, about })])
    }
}

fn life(event: &str, said: &Fields<'_>) -> Steps {
    let reason =
        || said.optional("reason", Fields::owned).map(|reason| or(reason, "unknown".into()));
    Ok(vec![match event {
        "PersonCreated" => {
            let source = or(said.optional("source", Fields::owned)?, "an older system".to_owned());
            step(CreatePerson { name: name(said, "name")?, source })
        }
        "NameUpdated" | "PersonUpdated" => {
            let key = if said.has("new_name") { "new_name" } else { "name" };
            let reason = said.optional("reason", Fields::owned)?;
            step(ChangeName { name: name(said, key)?, reason })
        }
        "BirthDateSet" => step(SetBirthDate { date: said.date("birth_date")? }),
        "DeathRecorded" => step(RecordDeath { date: said.date("date_of_death")? }),
        "PersonDeactivated" | "PersonSuspended" => step(SuspendPerson { reason: reason()? }),
        "PersonReactivated" | "PersonActivated" => step(ReactivatePerson { reason: reason()? }),
        "PersonArchived" => step(ArchivePerson { reason: reason()? }),
        // It is completed as any merge is, by the policy.
        _ => {
            let into = PersonId::from(said.uuid("merged_into_id")?);
            let reason = said.optional("merge_reason", |f, k| f.variant(k, &[]))?;
            step(MergePerson { into, reason: or(reason, MergeReason::DuplicateIdentity) })
        }
    }])
}

/// A text, all of it given, or an object with the parts.
fn name(said: &Fields<'_>, key: &str) -> Result<PersonName, String> {
    if said.get(key)?.is_string() {
        return Ok(PersonName { given: said.owned(key)?, ..PersonName::default() });
    }
    let name = said.inside(key)?;
    let either = |long: &'static str, short: &'static str| {
        if name.has(long) { long } else { short }
    };
    let family = name.optional(either("family_name", "family"), Fields::owned)?;
    let given = name.owned(either("given_name", "given"))?;
    let middle = name.optional(either("middle_name", "middle"), Fields::owned)?;
    let others = middle.into_iter().filter(|name| !name.is_empty()).collect();
    Ok(PersonName { given, family, others, ..PersonName::default() })
}

fn employment(person: &Live<Person>, event: &str, said: &Fields<'_>, today: Date) -> Steps {
    let employment = EmploymentId::from(said.uuid("component_id")?);
    match event {
        "EmploymentAdded" => {
            let employer = Employer {
                name: said.owned("company_name")?,
                organization: said.optional("company_id", Fields::uuid)?,
            };
            let kind = said.optional("employment_type", |f, k| f.variant(k, &[]))?;
            let remote = said.optional("remote_type", |f, k| f.variant(k, &[]))?;
            let position = Position {
                title: said.owned("job_title")?,
                department: said.optional("department", Fields::owned)?,
                location: said.optional("location", Fields::owned)?,
                kind: or(kind, EmploymentKind::Other),
                remote: or(remote, Remote::Unknown),
            };
            // Some do not say since when: since it was noted.
            let start = or(said.optional("start_date", Fields::date)?, today);
            Ok(vec![step(StartEmployment { employment, employer, position, start })])
        }
        "EmploymentEnded" => {
            let end = said.date("end_date")?;
            Ok(vec![step(EndEmployment { employment, end, reason: None })])
        }
        "EmploymentRemoved" => Ok(vec![step(RemoveEmployment { employment })]),
        _ => {
            let said = said.changes()?;
            let known = person.employments.by_id.get(&employment);
            let known = known.ok_or_else(|| gone(&employment.to_string()))?;
            let mut position = known.position.clone();
            position.title = or(said.optional("job_title", Fields::owned)?, position.title);
            position.department =
                said.optional("department", Fields::owned)?.or(position.department);
            let mut steps = Vec::new();
            if position != known.position {
                let employment = employment.clone();
                steps.push(step(ChangePosition { employment, position, from: today }));
            }
            if let Some(end) = said.optional("end_date", Fields::date)? {
                steps.push(step(EndEmployment { employment, end, reason: None }));
            }
            if steps.is_empty() {
                Err("it changes nothing that is kept".to_owned())
            } else {
                Ok(steps)
            }
        }
    }
}

fn communication(person: &Live<Person>, said: &Fields<'_>) -> Steps {
    let said = said.changes()?;
    let mut communication = person.preferences.communication.clone();
    let language = said.optional("preferred_language", Fields::owned)?;
    communication.language = language.or(communication.language);
    if said.has("preferred_channels") {
        let channels = said.get("preferred_channels")?.as_array();
        let channels = channels.ok_or("`preferred_channels` is no list")?;
        let older = [("SMS", "Text"), ("InAppNotification", "InApp"), ("PostalMail", "Post")];
        let channel = |json: &serde_json::Value| variant(json.as_str().unwrap_or_default(), &older);
        communication.channels = channels.iter().map(channel).collect::<Result<_, _>>()?;
    }
    let frequency = said.optional("contact_frequency", |f, k| f.variant(k, &[]))?;
    communication.frequency = or(frequency, communication.frequency);
    let format = said.optional("email_format", |f, k| f.variant(k, &[("HTML", "Html")]))?;
    communication.format = or(format, communication.format);
    Ok(vec![step(SetCommunication { communication })])
}

fn privacy(person: &Live<Person>, said: &Fields<'_>) -> Steps {
    let said = said.changes()?;
    let mut privacy = person.preferences.privacy.clone();
    privacy.analytics = flag(&said, "allow_analytics", privacy.analytics)?;
    privacy.marketing = flag(&said, "allow_marketing", privacy.marketing)?;
    privacy.sharing = flag(&said, "allow_third_party_sharing", privacy.sharing)?;
    let visibility = said.optional("profile_visibility", |f, k| f.variant(k, &[]))?;
    privacy.visibility = or(visibility, privacy.visibility);
    let retention = said.optional("data_retention_preference", |f, k| f.variant(k, &[]))?;
    privacy.retention = or(retention, privacy.retention);
    Ok(vec![step(SetPrivacy { privacy })])
}

fn consent(said: &Fields<'_>) -> Steps {
    let purpose = said.owned("consent_type")?;
    if !said.is("granted")? {
        return Ok(vec![step(WithdrawConsent { purpose })]);
    }
    let (version, ip_address) =
        (said.number("version")?, said.optional("ip_address", Fields::owned)?);
    Ok(vec![step(GiveConsent { purpose, version, ip_address })])
}

fn flag(said: &Fields<'_>, key: &str, otherwise: bool) -> Result<bool, String> {
    said.optional(key, Fields::is).map(|given| or(given, otherwise))
}

fn or<T>(given: Option<T>, otherwise: T) -> T {
    given.unwrap_or(otherwise)
}

fn gone(what: &str) -> String {
    format!("`{what}` is not there")
}
