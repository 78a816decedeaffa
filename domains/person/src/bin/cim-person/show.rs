//! `cim-person show`: one person, to be read in a terminal.

use std::fmt::Display;

use anyhow::Context as _;
use cim_person::exchange::{EmploymentEntry, PersonRecord, RelationshipEntry, Status, json};
use cim_person::name::PersonName;
use cim_person::person::{Person, PersonId};
use cim_runtime::jiff::Timestamp;

use crate::kinds::kind;
use cim_program::StoreArguments;

/// Show one person: who it is, how it is reached, what it can, and whom it knows.
#[derive(clap::Args)]
#[command(after_help = "Examples:
  cim-person show 019a0000-0000-7000-8000-000000000001 --store people.cim
  cim-person show 019a0000-0000-7000-8000-000000000001 --store people.cim --json")]
pub(crate) struct Arguments {
    /// The person's id.
    id: PersonId,
    #[command(flatten)]
    store: StoreArguments,
    /// As `export` writes it.
    #[arg(long)]
    json: bool,
}

pub(crate) async fn run(arguments: Arguments) -> anyhow::Result<()> {
    let Arguments { id, store, json } = arguments;
    let people = store.open::<cim_person::People>().await?;
    let person = people.load::<Person>(&id).await?;
    let record = PersonRecord::of(&person).with_context(|| {
        format!("there is nobody with the id {id}: `cim-person search` finds people by their names")
    })?;
    if json {
        println!("{}", json::write(&record)?);
        return Ok(());
    }
    show(&record);
    for known in &record.relationships {
        let other = people.load::<Person>(&known.with).await?;
        row("knows", knows(known, PersonRecord::of(&other)));
    }
    row("events", person.version());
    let last = people.history::<Person>(&id, person.version().saturating_sub(1)).await?;
    for last in last {
        row("last", second(last.at));
    }
    Ok(())
}

fn show(record: &PersonRecord) {
    println!("{}", PersonName::from(record.name.clone()));
    row("id", &record.id);
    row("status", status(record.status.as_ref()));
    for former in &record.former_names {
        row("once", PersonName::from(former.clone()));
    }
    if let Some(born) = record.born {
        row("born", born);
    }
    for email in &record.emails {
        row("e-mail", with_marks(&email.address, email.preferred, email.verified));
    }
    for phone in &record.phones {
        row("phone", with_marks(&phone.number, phone.preferred, phone.verified));
    }
    for profile in &record.profiles {
        row("profile", with_marks(&profile.url, profile.preferred, profile.verified));
    }
    for work in &record.employments {
        let (title, employer) = (&work.position.title, &work.employer.name);
        row("work", format!("{title} at {employer}{}", span(work)));
    }
    for skill in &record.skills {
        let endorsed = match skill.endorsed_by.len() {
            0 => String::new(),
            count => format!(", endorsed by {count}"),
        };
        let verified = if skill.verified.is_some() { ", verified" } else { "" };
        let level = format!("{:?}", skill.level.proficiency).to_lowercase();
        row("skill", format!("{} ({level}{endorsed}{verified})", skill.name));
    }
    for (purpose, consent) in &record.consents {
        let given = if consent.given { "given" } else { "withdrawn" };
        row("consent", format!("{purpose}, version {}: {given}", consent.version));
    }
}

/// Whom the person knows; their name only if they have one.
fn knows(known: &RelationshipEntry, other: Option<PersonRecord>) -> String {
    let name = other.map(|other| format!("{} ", PersonName::from(other.name)));
    let (name, kind) = (name.unwrap_or_default(), kind(&known.kind));
    let proposed = if known.confirmed { "" } else { ", proposed" };
    format!("{}  {name}({kind}{proposed})", known.with)
}

/// From when to when, as far as it is known.
fn span(work: &EmploymentEntry) -> String {
    let start = Some(work.start).filter(|start| *start != EmploymentEntry::UNKNOWN_START);
    match (start, work.end) {
        (None, None) => String::new(),
        (None, Some(end)) => format!(" (until {end})"),
        (Some(start), None) => format!(" (since {start})"),
        (Some(start), Some(end)) => format!(" ({start} – {end})"),
    }
}

fn row(what: &str, value: impl Display) {
    println!("  {what:<8} {value}");
}

fn with_marks(text: &str, is_preferred: bool, is_verified: bool) -> String {
    let preferred = if is_preferred { ", preferred" } else { "" };
    let verified = if is_verified { ", verified" } else { "" };
    format!("{text}{preferred}{verified}")
}

fn status(status: Option<&Status>) -> String {
    match status {
        None | Some(Status::Active) => "active".to_owned(),
        Some(Status::Suspended) => "suspended".to_owned(),
        Some(Status::Archived) => "archived".to_owned(),
        Some(Status::Deceased { died }) => format!("died on {died}"),
        Some(Status::Merged { into }) => format!("merged into {into}"),
    }
}

fn second(at: Timestamp) -> impl Display {
    at.strftime("%Y-%m-%d %H:%M:%S UTC")
}
