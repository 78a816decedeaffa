//! Drives whole lives of orders through commands.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use cim_runtime::Handle;
use futures::stream::{self, StreamExt as _, TryStreamExt as _};

use crate::life::{self, Desks, Life};
use crate::receipts::Receipts;
use cim_program::StoreArguments;

/// Drive whole lives of orders through commands: with refusals, and with two desks that get into
/// each other's way.
///
/// The same seed brings the same lives. A run that was interrupted goes on where it was when it is
/// started again.
#[derive(clap::Args)]
#[command(after_help = "Example:\n  cim-order simulate --orders 1000 --store shop.cim")]
pub(crate) struct Arguments {
    /// How many orders.
    #[arg(long, default_value_t = 1000)]
    orders: u64,
    /// What chance follows from.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    #[command(flatten)]
    store: StoreArguments,
    /// How many orders are alive at once.
    #[arg(long, default_value_t = 64)]
    concurrency: usize,
    /// Write the CID of each event to this file as soon as the store has answered for it.
    #[arg(long, value_name = "FILE")]
    receipts: Option<PathBuf>,
    /// End with one JSON object on standard output.
    #[arg(long)]
    json: bool,
}

pub(crate) async fn run(arguments: Arguments) -> anyhow::Result<()> {
    let Arguments { orders, seed, store, concurrency, receipts, json } = arguments;
    let receipts = receipts.as_deref().map(Receipts::create).transpose()?.unwrap_or_default();
    let front = store.open::<cim_order::Shop>().await?;
    let back = Handle::over(Arc::clone(front.store()));
    let desks = Arc::new(Desks { front, back, receipts });

    let bar = cim_program::bar(orders, "orders");
    let start = Instant::now();
    let lives = stream::iter(0..orders).map(|number| {
        let desks = Arc::clone(&desks);
        tokio::spawn(async move { life::live(&desks, seed, number).await })
    });
    let mut lives = lives.buffer_unordered(concurrency.max(1));
    let mut summary = Summary::default();
    while let Some(life) = lives.try_next().await? {
        summary.add(life?);
        bar.inc(1);
    }
    bar.finish_and_clear();
    summary.print(orders, start.elapsed().as_secs_f64(), json);
    Ok(())
}

#[derive(Default)]
struct Summary {
    commands: u64,
    stored: u64,
    repeated: u64,
    refused: u64,
    conflicts: u64,
    ended: BTreeMap<&'static str, u64>,
}

impl Summary {
    fn add(&mut self, life: Life) {
        self.commands += life.commands;
        self.stored += life.stored;
        self.repeated += life.repeated;
        self.refused += life.refused;
        self.conflicts += life.conflicts;
        *self.ended.entry(life.ended).or_default() += 1;
    }

    fn print(self, orders: u64, seconds: f64, json: bool) {
        let Summary { commands, stored, repeated, refused, conflicts, ended } = self;
        if json {
            let summary = serde_json::json!({
                "orders": orders, "commands": commands, "stored": stored, "repeated": repeated,
                "refused": refused, "conflicts": conflicts, "ended": ended, "seconds": seconds,
            });
            println!("{summary}");
            return;
        }
        let rate = commands as f64 / seconds.max(f64::EPSILON);
        println!("{orders} orders, {commands} commands in {seconds:.1} s ({rate:.0} a second)");
        println!("{stored} events stored, {repeated} commands had been sent before");
        println!("{refused} commands refused, {conflicts} decided again after a conflict");
        for (state, count) in ended {
            println!("{count:>8} ended {state}");
        }
    }
}
