//! Takes the log of an order process as commands.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashSet};
use std::path::PathBuf;

use cim_order::Shop;
use cim_order::item::{
    Item, ItemId, PackItem, PickItem, ReorderItem, ReportOutOfStock, RequestItem,
};
use cim_order::order::{ConfirmOrder, OrderId, PayOrder, PlaceOrder, RemindOfPayment};
use cim_order::package::{
    CreatePackage, DeliverPackage, PackageId, ReportFailedDelivery, SendPackage,
};
use cim_runtime::machine::{Aggregate, Command, Handles};
use cim_runtime::system::{IdOf, SentTo};
use cim_runtime::{Cause, Error, Handle, Receipt, SendError, Sent, Uuid};
use futures::future::join_all;

use crate::log::{Activity, Log, Row};
use cim_program::StoreArguments;

/// Take the log of an order process, as commands, into a store.
///
/// Each step of an object becomes one event. Rows that are malformed or unknown, and steps that the
/// domain refuses, are reported with their line; the rest goes on. Steps that were taken before are
/// not taken again.
#[derive(clap::Args)]
#[command(after_help = "Example:\n  cim-order import orders.csv --store shop.cim --json")]
pub(crate) struct Arguments {
    /// An object-centric event log, as CSV.
    file: PathBuf,
    #[command(flatten)]
    store: StoreArguments,
    /// End with one JSON object on standard output.
    #[arg(long)]
    json: bool,
}

/// How many rows are on their way at once, at the most.
const WINDOW: usize = 512;

pub(crate) async fn run(arguments: Arguments) -> anyhow::Result<()> {
    let mut log = Log::open(&arguments.file)?;
    let shop = arguments.store.open::<cim_order::Shop>().await?;

    let bar = cim_program::bar(log.bytes, "bytes");
    let mut import = Import { shop, counts: Counts::default(), reports: Vec::new() };
    let mut window = Window::default();
    while let Some(row) = log.next()? {
        import.counts.rows += 1;
        let row = match row {
            Ok(row) => row,
            Err(skipped) => {
                import.skip(skipped.line, skipped.problem);
                continue;
            }
        };
        if !window.takes(&row) {
            import.take(window.drain()).await?;
            bar.set_position(log.position());
        }
        window.push(row);
    }
    import.take(window.drain()).await?;
    bar.finish_and_clear();
    import.finish(arguments.json);
    Ok(())
}

/// Rows that name different objects, and so can be on their way at once.
#[derive(Default)]
struct Window {
    rows: Vec<Row>,
    objects: HashSet<String>,
}

impl Window {
    fn takes(&self, row: &Row) -> bool {
        self.rows.len() < WINDOW && objects(row).iter().all(|object| !self.objects.contains(object))
    }

    fn push(&mut self, row: Row) {
        self.objects.extend(objects(&row));
        self.rows.push(row);
    }

    fn drain(&mut self) -> Vec<Row> {
        self.objects.clear();
        std::mem::take(&mut self.rows)
    }
}

/// The objects a row names.
fn objects(row: &Row) -> Vec<String> {
    let order = |id: &OrderId| format!("order {id}");
    let item = |id: &ItemId| format!("item {id}");
    let package = |id: &PackageId| format!("package {id}");
    match &row.activity {
        Activity::PlaceOrder { order: id, items, .. } => {
            items.iter().map(item).chain([order(id)]).collect()
        }
        Activity::CreatePackage { package: id, items } => {
            items.iter().map(item).chain([package(id)]).collect()
        }
        Activity::ConfirmOrder { order: id }
        | Activity::RemindOfPayment { order: id }
        | Activity::PayOrder { order: id, .. } => vec![order(id)],
        Activity::ItemOutOfStock { item: id }
        | Activity::ReorderItem { item: id }
        | Activity::PickItem { item: id } => vec![item(id)],
        Activity::SendPackage { package: id }
        | Activity::FailDelivery { package: id }
        | Activity::DeliverPackage { package: id } => vec![package(id)],
    }
}

/// What has been done so far.
#[derive(Default)]
struct Counts {
    rows: u64,
    commands: u64,
    stored: u64,
    repeated: u64,
    refused: u64,
    skipped: u64,
    events: BTreeMap<Cow<'static, str>, u64>,
}

struct Import {
    shop: Handle<Shop>,
    counts: Counts,
    /// What went wrong, by line.
    reports: Vec<(u64, String)>,
}

impl Import {
    fn skip(&mut self, line: u64, problem: String) {
        self.counts.skipped += 1;
        self.reports.push((line, problem));
    }

    /// Sends the commands of rows that have no object in common.
    async fn take(&mut self, rows: Vec<Row>) -> Result<(), Error> {
        let shop = &self.shop;
        let taken = join_all(rows.iter().map(|row| Step { shop, row }.take())).await;
        for (row, steps) in rows.iter().zip(taken) {
            for step in steps {
                self.count(row.line, step?);
            }
        }
        Ok(())
    }

    fn count(&mut self, line: u64, taken: Taken) {
        self.counts.commands += 1;
        match taken {
            Taken::Stored(receipt) => {
                self.counts.stored += receipt.events.len() as u64;
                for event in receipt.event_types {
                    *self.counts.events.entry(event).or_default() += 1;
                }
            }
            Taken::Repeated(_) => self.counts.repeated += 1,
            Taken::Refused(problem) => {
                self.counts.refused += 1;
                self.reports.push((line, problem));
            }
        }
    }

    fn finish(mut self, json: bool) {
        self.reports.sort();
        for (line, problem) in &self.reports {
            eprintln!("line {line}: {problem}");
        }
        let Counts { rows, commands, stored, repeated, refused, skipped, events } = self.counts;
        if json {
            let summary = serde_json::json!({
                "rows": rows, "commands": commands, "stored": stored, "repeated": repeated,
                "refused": refused, "skipped": skipped, "events": events,
            });
            println!("{summary}");
            return;
        }
        println!("{rows} rows, {commands} commands: {stored} events stored");
        println!("{repeated} steps were there before, {refused} refused; {skipped} rows skipped");
        for (event, count) in events {
            println!("{count:>8} {event}");
        }
    }
}

/// What came of one command.
enum Taken {
    Stored(Receipt),
    Repeated(Receipt),
    Refused(String),
}

impl Taken {
    fn receipt(&self) -> Option<&Receipt> {
        match self {
            Taken::Stored(receipt) | Taken::Repeated(receipt) => Some(receipt),
            Taken::Refused(_) => None,
        }
    }
}

/// One row on its way.
struct Step<'a> {
    shop: &'a Handle<Shop>,
    row: &'a Row,
}

impl Step<'_> {
    /// Sends the row's command, and what follows from it to the other objects of the row.
    async fn take(self) -> Vec<Result<Taken, Error>> {
        match &self.row.activity {
            Activity::PlaceOrder { order, items, price_cents } => {
                let place = PlaceOrder { items: items.clone(), price_cents: *price_cents };
                let placed = self.send(order, place, None).await;
                let request = RequestItem { order: order.clone() };
                self.then(placed, items, request).await
            }
            Activity::CreatePackage { package, items } => {
                let create = CreatePackage { items: items.clone() };
                let created = self.send(package, create, None).await;
                let pack = PackItem { package: package.clone() };
                self.then(created, items, pack).await
            }
            Activity::ConfirmOrder { order } => self.only(order, ConfirmOrder).await,
            Activity::RemindOfPayment { order } => self.only(order, RemindOfPayment).await,
            Activity::PayOrder { order, price_cents } => {
                self.only(order, PayOrder { cents: *price_cents }).await
            }
            Activity::ItemOutOfStock { item } => self.only(item, ReportOutOfStock).await,
            Activity::ReorderItem { item } => self.only(item, ReorderItem).await,
            Activity::PickItem { item } => self.only(item, PickItem).await,
            Activity::SendPackage { package } => self.only(package, SendPackage).await,
            Activity::FailDelivery { package } => self.only(package, ReportFailedDelivery).await,
            Activity::DeliverPackage { package } => self.only(package, DeliverPackage).await,
        }
    }

    async fn only<C>(&self, id: &IdOf<C>, command: C) -> Vec<Result<Taken, Error>>
    where
        C: Command<Of: Aggregate + Handles<C>> + SentTo<Shop>,
    {
        vec![self.send(id, command, None).await]
    }

    /// Sends `command` to the items because of what was stored first, if it was.
    async fn then<C>(
        &self,
        first: Result<Taken, Error>,
        items: &[ItemId],
        command: C,
    ) -> Vec<Result<Taken, Error>>
    where
        Item: Handles<C>,
        C: Command<Of = Item>,
    {
        let cause = first.as_ref().ok().and_then(Taken::receipt).map(Cause::from);
        let mut taken = vec![first];
        if cause.is_some() {
            let sent = items.iter().map(|item| self.send(item, command.clone(), cause));
            taken.extend(join_all(sent).await);
        }
        taken
    }

    async fn send<C>(&self, id: &IdOf<C>, command: C, cause: Option<Cause>) -> Result<Taken, Error>
    where
        C: Command<Of: Aggregate + Handles<C>> + SentTo<Shop>,
    {
        let object = format!("{}/{id}", <C::Of as Aggregate>::NAME);
        let mut shop = self.shop.at(self.row.at).with_command_id(self.command_id(&object));
        if let Some(cause) = cause {
            shop = shop.because_of(cause);
        }
        Ok(match shop.send(id, command).await {
            Ok(Sent::Stored(receipt)) => Taken::Stored(receipt),
            Ok(Sent::Repeated(receipt)) => Taken::Repeated(receipt),
            Ok(Sent::Unchanged { .. }) => Taken::Refused(format!("{object}: nothing happened")),
            Err(SendError::Error(error)) => return Err(error),
            Err(refusal) => Taken::Refused(format!("{object}: {refusal}")),
        })
    }

    /// The same step has the same id in every run: it is stored once.
    fn command_id(&self, object: &str) -> Uuid {
        let step = format!("{}\n{}\n{object}", self.row.id, self.row.at);
        let mut id = [0; 16];
        id.copy_from_slice(&blake3::hash(step.as_bytes()).as_bytes()[..16]);
        Uuid::new_v8(id)
    }
}
