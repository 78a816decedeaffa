//! Takes what came from outside in the log of an order process, and lets the policies do the rest.

use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::Context as _;
use cim_order::Shop;
use cim_order::item::{PickItem, ReorderItem, ReportOutOfStock};
use cim_order::order::{ConfirmOrder, PayOrder, PlaceOrder};
use cim_runtime::store::{self, Store};
use cim_runtime::testing::Simulation;
use cim_runtime::{EventCid, ManualEnvironment, SendError, Sent, Timestamp, Uuid};

use crate::answers::Answers;
use crate::log::{Activity, Log, Row};
use crate::receipts::Receipts;

/// Live through the log of an order process again: what came from outside is sent at its time, and
/// the policies remind, pack and send by themselves.
///
/// The log's own reminders and packages are left out. The clock is the log's, so that the same log
/// brings the same events. A run that was cut short goes on where it was: the store is empty, or has an
/// earlier run of the same log.
#[derive(clap::Args)]
#[command(after_help = "Example:\n  cim-order replay orders.csv --store shop.cim --json")]
pub(crate) struct Arguments {
    /// An object-centric event log, as CSV.
    file: PathBuf,
    /// Where the events go: `memory:`, `file:DIR`, a path, or `nats://HOST/STREAM`.
    #[arg(long, value_name = "URL")]
    store: String,
    /// Stop after so many rows.
    #[arg(long, value_name = "N")]
    rows: Option<u64>,
    /// Write the CID of each event from outside to this file as soon as the store has answered for it.
    #[arg(long, value_name = "FILE")]
    receipts: Option<PathBuf>,
    /// Write what the projection answers in the end to this file, as DAG-JSON.
    #[arg(long, value_name = "FILE")]
    answers: Option<PathBuf>,
    /// End with one JSON object on standard output.
    #[arg(long)]
    json: bool,
}

pub(crate) async fn run(arguments: Arguments) -> anyhow::Result<()> {
    let mut log = Log::open(&arguments.file)?;
    let receipts = arguments.receipts.as_deref().map(Receipts::create).transpose()?;
    let receipts = receipts.unwrap_or_default();
    let store = store::connect(arguments.store).await?;
    let clock = ManualEnvironment::default();
    // What was cut short is still done at its time.
    let last = last_event_at(store.as_ref()).await?;
    clock.set(last.unwrap_or(Timestamp::MIN));
    let shop = Simulation::<Shop>::start_on(store, clock.clone()).await?;

    let bar = cim_program::bar(log.bytes, "bytes");
    let (mut rows, mut inputs) = (0, 0);
    while let Some(row) = log.next()? {
        let row =
            row.map_err(|skipped| anyhow::anyhow!("line {}: {}", skipped.line, skipped.problem))?;
        shop.advance_to(row.at.max(clock.time())).await?;
        if let Some(sent) = take(&shop, &row).await? {
            inputs += 1;
            sent.receipt().map_or(Ok(()), |receipt| receipts.write(receipt))?;
        }
        rows += 1;
        bar.set_position(log.position());
        if arguments.rows == Some(rows) {
            break;
        }
    }
    shop.settled().await?;
    bar.finish_and_clear();
    let answers = Answers::of(&shop).await?;
    arguments.answers.as_deref().map_or(Ok(()), |path| answers.write(path))?;
    report(shop.store().as_ref(), &answers, rows, inputs, arguments.json).await
}

/// Sends what a row says, if it came from outside.
async fn take(shop: &Simulation<Shop>, row: &Row) -> anyhow::Result<Option<Sent>> {
    let (line, shop) = (row.line, shop.acting_as(customer(row)).with_command_id(command_id(row)));
    match &row.activity {
        Activity::PlaceOrder { order, items, price_cents } => {
            let place = PlaceOrder { items: items.clone(), price_cents: *price_cents };
            taken(line, shop.send(order, place).await)
        }
        Activity::ConfirmOrder { order } => taken(line, shop.send(order, ConfirmOrder).await),
        Activity::PayOrder { order, price_cents } => {
            taken(line, shop.send(order, PayOrder { cents: *price_cents }).await)
        }
        Activity::ItemOutOfStock { item } => taken(line, shop.send(item, ReportOutOfStock).await),
        Activity::ReorderItem { item } => taken(line, shop.send(item, ReorderItem).await),
        Activity::PickItem { item } => taken(line, shop.send(item, PickItem).await),
        Activity::RemindOfPayment { .. }
        | Activity::CreatePackage { .. }
        | Activity::SendPackage { .. }
        | Activity::FailDelivery { .. }
        | Activity::DeliverPackage { .. } => Ok(None),
    }
}

/// The same row has the same id in every run: its command is stored once.
fn command_id(row: &Row) -> Uuid {
    let mut id = [0; 16];
    let step = format!("{}\n{}", row.id, row.at);
    id.copy_from_slice(&blake3::hash(step.as_bytes()).as_bytes()[..16]);
    Uuid::new_v8(id)
}

/// When the last event was decided that a run has stored.
async fn last_event_at(store: &dyn Store) -> anyhow::Result<Option<Timestamp>> {
    let Some(head) = store.head().await? else { return Ok(None) };
    let event = store.find(&head.cid).await?.context("the last event")?;
    Ok(Some(event.envelope().context("the last event")?.at))
}

/// The log names no customers: one of a hundred, by the number of the order.
fn customer(row: &Row) -> String {
    let Activity::PlaceOrder { order, .. } = &row.activity else { return "shop".to_owned() };
    let number: u32 = order.to_string().bytes().map(u32::from).sum();
    format!("customer-{}", number % 100)
}

fn taken<M>(line: u64, sent: Result<Sent, SendError<M>>) -> anyhow::Result<Option<Sent>>
where
    M: cim_runtime::machine::Machine,
{
    match sent {
        Ok(sent) => Ok(Some(sent)),
        Err(error) => anyhow::bail!("line {line}: {error}"),
    }
}

async fn report(
    store: &dyn Store,
    answers: &Answers,
    rows: u64,
    inputs: u64,
    json: bool,
) -> anyhow::Result<()> {
    let (events, digest) = stored(store).await?;
    let (orders, paid, open) = (answers.orders(), answers.paid(), answers.open_packages());
    let (days, cents) = (answers.days(), answers.revenue_cents());
    if json {
        let sales: Vec<_> = answers.digests()?.iter().map(EventCid::to_string).collect();
        let summary = serde_json::json!({
            "rows": rows, "inputs": inputs, "events": events, "orders": orders, "paid": paid,
            "open_packages": open, "days": days, "revenue_cents": cents,
            "digest": digest.to_string(), "sales": sales,
        });
        println!("{summary}");
        return Ok(());
    }
    println!("{rows} rows, {inputs} of them from outside");
    println!("{orders} orders, {paid} paid; {open} packages on their way");
    println!("{}.{:02} earned on {days} days", cents / 100, cents % 100);
    for (event, count) in events {
        println!("{count:>8} {event}");
    }
    println!("all of it: {digest}");
    Ok(())
}

/// How many events there are of each type, and one digest of all their CIDs, whatever their order.
async fn stored(store: &dyn Store) -> anyhow::Result<(BTreeMap<String, u64>, EventCid)> {
    let (mut events, mut cids) = (BTreeMap::<String, u64>::new(), Vec::new());
    let mut after = 0;
    loop {
        let page = store.read_all(after, 1000).await?;
        let Some(last) = page.last() else { break };
        after = last.position;
        for event in &page {
            let envelope = event.envelope().context("a stored event")?;
            *events.entry(envelope.event_type.to_owned()).or_default() += 1;
            cids.push(event.cid.to_bytes());
        }
    }
    cids.sort_unstable();
    Ok((events, EventCid::of(&cids.concat())))
}
