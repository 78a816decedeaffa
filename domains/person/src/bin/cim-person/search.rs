//! `cim-person search`: finds people by what one remembers of them.

use cim_person::views::search::Search;

use crate::asking;
use cim_program::StoreArguments;

/// Find people by their names, e-mail addresses, employers and skills: by the start of a word, too,
/// and with a mistake or two. The best first.
#[derive(clap::Args)]
#[command(after_help = "Examples:
  cim-person search ada lovelace --store people.cim
  cim-person search rust --store people.cim --limit 50 --json")]
pub(crate) struct Arguments {
    /// What is remembered: all of these words.
    #[arg(required = true, value_name = "TEXT")]
    words: Vec<String>,
    #[command(flatten)]
    store: StoreArguments,
    /// How many at the most.
    #[arg(long, value_name = "N", default_value_t = 10)]
    limit: u32,
    /// A JSON object in a line for each.
    #[arg(long)]
    json: bool,
}

pub(crate) async fn run(arguments: Arguments) -> anyhow::Result<()> {
    let Arguments { words, store, limit, json } = arguments;
    let (people, workers) = asking::start(store).await?;
    let hits = people.ask(Search { text: words.join(" "), limit }).await?;
    workers.stop().await;
    if hits.is_empty() && !json {
        println!("nobody is found by {}", words.join(" "));
    }
    for hit in hits {
        let why = hit.matched.iter().map(|matched| {
            let field = format!("{:?}", matched.field).to_lowercase();
            (field, matched.word.clone())
        });
        if json {
            let matched: Vec<_> = why
                .map(|(field, word)| serde_json::json!({"field": field, "word": word}))
                .collect();
            let line = serde_json::json!({
                "id": hit.id.to_string(), "name": hit.name.to_string(), "score": hit.score,
                "matched": matched,
            });
            println!("{line}");
            continue;
        }
        let why: Vec<_> = why.map(|(field, word)| format!("{field}: {word}")).collect();
        println!("{}  {} ({})", hit.id, hit.name, why.join(", "));
    }
    Ok(())
}
