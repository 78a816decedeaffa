//! `cim dead list`: what policies could not do, and why.

use cim_runtime::EventCid;
use cim_runtime::dag_json::Link;
use cim_runtime::policy::Filed;
use serde::Serialize;

use super::letters::{Letters, Place};
use super::number::Number;
use crate::failure::Failure;
use crate::output::{FAINT, NAME, Output, WARNING};
use crate::view::{name, printable};

/// List dead letters, in the order of their policies and numbers
#[derive(Debug, clap::Args)]
#[command(after_help = "\
With --json, each line is one letter. One with `retry` waits for the program to send it again.

Examples:
  cim dead list --store shop.cim
  cim dead list --store nats://localhost/SHOP --policy packing --json | jq -r .number")]
pub(super) struct List {
    #[command(flatten)]
    place: Place,
}

/// A letter with what the store knows of its event.
#[derive(Serialize)]
struct Shown<'a> {
    policy: &'a str,
    number: String,
    event: Link<EventCid>,
    event_type: Option<String>,
    aggregate: Option<&'a str>,
    id: Option<&'a str>,
    command: Option<&'a str>,
    reason: &'a str,
    attempts: u32,
    retry: bool,
}

impl List {
    pub(super) async fn run(self, out: &mut Output) -> Result<(), Failure> {
        let letters = self.place.open().await?;
        let mut is_none = true;
        for policy in self.place.policies(&letters).await? {
            for filed in letters.of(&policy).await? {
                is_none = false;
                let event_type = event_type(&letters, &filed).await?;
                let shown = Shown::of(&policy, &filed, event_type);
                match out.is_json() {
                    true => out.object(&shown)?,
                    false => shown.text(out)?,
                }
            }
        }
        match is_none && !out.is_json() {
            true => out.line("no dead letters"),
            false => Ok(()),
        }
    }
}

/// The type of a letter's event, which is where its number says.
async fn event_type(letters: &Letters, filed: &Filed) -> Result<Option<String>, Failure> {
    if let Some(name) = &filed.letter.event_type {
        return Ok(Some(name.clone()));
    }
    let before = filed.number.0.saturating_sub(1);
    let found = letters.store.read_all(before, 1).await;
    let found = found.map_err(|error| letters.trouble(&error))?;
    let event = found.first().filter(|event| event.cid == filed.letter.event);
    let envelope = event.and_then(|event| event.envelope().ok());
    Ok(envelope.map(|envelope| envelope.event_type.to_owned()))
}

impl<'a> Shown<'a> {
    fn of(policy: &'a str, filed: &'a Filed, event_type: Option<String>) -> Self {
        let letter = &filed.letter;
        Self {
            policy,
            number: Number(filed.number).to_string(),
            event: Link(letter.event),
            event_type,
            aggregate: letter.target().map(|(aggregate, _)| aggregate),
            id: letter.target().map(|(_, id)| id),
            command: letter.command_name(),
            reason: &letter.reason,
            attempts: letter.attempts(),
            retry: filed.is_asked_for,
        }
    }

    /// Two lines: what to what, and why not.
    fn text(&self, out: &mut Output) -> Result<(), Failure> {
        let Self { policy, number, event: Link(cid), attempts, .. } = self;
        let event = self.event_type.as_deref().unwrap_or("an event that is not there");
        let command = match (self.command, self.aggregate, self.id) {
            (Some(command), Some(aggregate), Some(id)) => {
                format!(" → {} {NAME}{}{NAME:#}", name(aggregate, id), printable(command))
            }
            _ => String::new(),
        };
        let times = if *attempts == 1 { String::new() } else { format!(", {attempts} times") };
        let again = match self.retry {
            true => format!("  {WARNING}to be sent again{WARNING:#}"),
            false => String::new(),
        };
        let (policy, event) = (printable(policy), printable(event));
        out.line(format_args!(
            "{policy} {number:>8}  {NAME}{event}{NAME:#}{command}{times}{again}  {FAINT}{cid}{FAINT:#}"
        ))?;
        out.line(format_args!("    {}", printable(self.reason)))
    }
}
