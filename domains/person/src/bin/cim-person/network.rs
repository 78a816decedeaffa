//! `cim-person network`: whom a person knows, and by way of whom.

use std::collections::BTreeMap;

use cim_person::person::PersonId;
use cim_person::views::network::{Clustering, NeighboursOf, Reach, ShortestPath};
use cim_person::views::summary::PersonById;
use cim_runtime::Handle;

use crate::asking::{self, Asked};
use crate::kinds::kind;
use cim_program::StoreArguments;

/// Show whom a person knows, how many people are how many steps away, and the way to another one.
#[derive(clap::Args)]
#[command(after_help = "Examples:
  cim-person network 019a0000-0000-7000-8000-000000000001 --store people.cim
  cim-person network 019a0000-0000-7000-8000-000000000001 --store people.cim \\
      --to 019a0000-0000-7000-8000-000000000002 --json")]
pub(crate) struct Arguments {
    /// The person's id.
    id: PersonId,
    #[command(flatten)]
    store: StoreArguments,
    /// The way to this person, too: one of the shortest.
    #[arg(long, value_name = "ID")]
    to: Option<PersonId>,
    /// How many steps to count people for.
    #[arg(long, value_name = "N", default_value_t = 3)]
    depth: u32,
    /// End with one JSON object on standard output.
    #[arg(long)]
    json: bool,
}

pub(crate) async fn run(arguments: Arguments) -> anyhow::Result<()> {
    let Arguments { id, store, to, depth, json } = arguments;
    let (people, workers) = asking::start(store).await?;
    let Some(person) = people.ask(PersonById { id: id.clone() }).await? else {
        anyhow::bail!(
            "there is nobody with the id {id}: `cim-person search` finds people by their names"
        );
    };
    let neighbours = people.ask(NeighboursOf { id: id.clone() }).await?;
    let reach = people.ask(Reach { of: id.clone(), depth }).await?;
    let cluster = people.ask(Clustering { of: id.clone() }).await?;
    let path = match &to {
        Some(to) => people.ask(ShortestPath { from: id.clone(), to: to.clone() }).await?,
        None => None,
    };
    let mut names = Names(BTreeMap::new());
    for id in neighbours.iter().map(|known| &known.person).chain(path.iter().flatten()) {
        names.learn(&people, id).await?;
    }
    workers.stop().await;
    if json {
        let known: Vec<_> = neighbours
            .iter()
            .map(|known| {
                serde_json::json!({
                    "id": known.person.to_string(), "name": names.of(&known.person),
                    "kinds": known.kinds.iter().map(kind).collect::<Vec<_>>(),
                })
            })
            .collect();
        let path = path.map(|path| path.iter().map(PersonId::to_string).collect::<Vec<_>>());
        let summary = serde_json::json!({
            "id": id.to_string(), "name": person.name.to_string(), "neighbours": known,
            "reach": reach, "clustering": cluster.coefficient, "path": path,
        });
        println!("{summary}");
        return Ok(());
    }
    println!("{} knows {} people", person.name, neighbours.len());
    for known in &neighbours {
        let kinds: Vec<_> = known.kinds.iter().map(kind).collect();
        println!("  {}  {} ({})", known.person, names.of(&known.person), kinds.join(", "));
    }
    for (steps, count) in (1..).zip(&reach) {
        println!("{count:>8} {steps} step{} away", if steps == 1 { "" } else { "s" });
    }
    println!("{:.0} % of those it knows know each other", 100.0 * cluster.coefficient);
    match (to, path) {
        (None, _) => {}
        (Some(to), None) => println!("there is no way to {to}"),
        (Some(_), Some(path)) => {
            let way: Vec<_> = path.iter().map(|id| names.of(id)).collect();
            println!("{}", way.join(" → "));
        }
    }
    Ok(())
}

/// What people are called.
struct Names(BTreeMap<PersonId, String>);

impl Names {
    async fn learn(&mut self, people: &Handle<Asked>, id: &PersonId) -> anyhow::Result<()> {
        if let Some(person) = people.ask(PersonById { id: id.clone() }).await? {
            self.0.insert(id.clone(), person.name.to_string());
        }
        Ok(())
    }

    fn of(&self, id: &PersonId) -> String {
        self.0.get(id).cloned().unwrap_or_else(|| id.to_string())
    }
}
