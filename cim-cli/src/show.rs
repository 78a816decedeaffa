//! `cim show`: one event, whole.

use cim_runtime::{Causation, EventCid};

use crate::failure::Failure;
use crate::open::StoreUrl;
use crate::output::{FAINT, NAME, Output};
use crate::time;
use crate::view::{View, name, printable};

/// Show one event, by its CID
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  cim show bafyr4i… --store shop.cim
  cim show bafyr4i… --store shop.cim --json | jq .data

Exit code 1 says that the store has no such event.")]
pub(crate) struct Show {
    /// The event's CID
    cid: EventCid,

    #[command(flatten)]
    store: StoreUrl,
}

impl Show {
    pub(crate) async fn run(self, out: &mut Output) -> Result<(), Failure> {
        let url = self.store.as_str();
        let store = self.store.existing().await?;
        let found = store.find(&self.cid).await.map_err(|error| Failure::store(url, &error))?;
        let Some(event) = found else {
            return Err(Failure::no(format!("{url} has no event {}", self.cid)));
        };
        let view = View::of(&event, url)?;
        if out.is_json() { out.object(&view) } else { text(&view, out) }
    }
}

fn text(view: &View<'_>, out: &mut Output) -> Result<(), Failure> {
    let event = &view.envelope;
    let causation = match event.causation {
        Causation::Command(id) => format!("command {id}"),
        Causation::Event(cid) => format!("event {cid}"),
    };
    out.line(format_args!(
        "{NAME}{}{NAME:#} version {}",
        printable(event.event_type),
        event.schema
    ))?;
    let mut field =
        |name: &str, value: String| out.line(format_args!("{FAINT}{name:<12}{FAINT:#}{value}"));
    field("cid", view.cid.to_string())?;
    field("stream", name(event.aggregate, event.id))?;
    field("number", event.version.to_string())?;
    field("position", view.position.to_string())?;
    field("part", format!("{} of {}", event.part, event.parts))?;
    field("at", time::text(event.at))?;
    field("actor", printable(event.actor))?;
    field("event", event.event_id.to_string())?;
    field("command", event.command_id.to_string())?;
    field("causation", causation)?;
    field("correlation", event.correlation.to_string())?;
    field(
        "prev",
        event.prev.map_or("none: the first of its stream".to_owned(), |cid| cid.to_string()),
    )?;
    field("data", view.pretty_data()?)
}
