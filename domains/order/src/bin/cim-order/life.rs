//! The whole life of one simulated order: what its customer, the shop and the carrier do.

use cim_order::Shop;
use cim_order::item::{ItemId, PackItem, PickItem, ReorderItem, ReportOutOfStock, RequestItem};
use cim_order::order::{
    CancelOrder, ConfirmOrder, DeliverOrder, Order, OrderId, PayOrder, PlaceOrder, RemindOfPayment,
    ShipOrder,
};
use cim_order::package::{
    CreatePackage, DeliverPackage, PackageId, ReportFailedDelivery, SendPackage,
};
use cim_runtime::machine::{Aggregate, Command, Handles};
use cim_runtime::prelude::{MachineState as _, Uuid};
use cim_runtime::system::{IdOf, SentTo};
use cim_runtime::{Actor, Cause, Handle, Receipt, SendError, Sent, Timestamp};
use futures::future;
use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;

use crate::receipts::Receipts;

/// The simulation begins on 2026-01-01; one order is placed every minute.
const BEGINNING: i64 = 1_767_225_600;

/// What came of one life.
#[derive(Default)]
pub(crate) struct Life {
    pub(crate) commands: u64,
    pub(crate) refused: u64,
    pub(crate) repeated: u64,
    /// How often a command was decided again because another desk was faster.
    pub(crate) conflicts: u64,
    /// How many events were stored.
    pub(crate) stored: u64,
    /// The state in which the order ended.
    pub(crate) ended: &'static str,
}

/// Two desks of the shop, each with its own view of what is going on.
pub(crate) struct Desks {
    pub(crate) front: Handle<Shop>,
    pub(crate) back: Handle<Shop>,
    pub(crate) receipts: Receipts,
}

/// Lives through the order with this number: the same for the same seed, whatever else goes on.
pub(crate) async fn live(desks: &Desks, seed: u64, number: u64) -> anyhow::Result<Life> {
    let mut chance = ChaCha8Rng::seed_from_u64(seed);
    chance.set_stream(number);
    let mut story = Story { desks, chance, seed, number, step: 0, life: Life::default() };
    story.tell().await?;
    let order = desks.front.load::<Order>(&story.id("o", 0)?).await?;
    story.life.ended = order.state().name();
    Ok(story.life)
}

struct Story<'a> {
    desks: &'a Desks,
    chance: ChaCha8Rng,
    seed: u64,
    number: u64,
    step: u64,
    life: Life,
}

impl Story<'_> {
    async fn tell(&mut self) -> anyhow::Result<()> {
        let order: OrderId = self.id("o", 0)?;
        let items: Vec<ItemId> = (1..=self.chance.random_range(1..=5))
            .map(|n| self.id("i", n))
            .collect::<Result<_, _>>()?;
        let price_cents = self.chance.random_range(499..250_000);

        if self.happens(5) {
            self.send(&order, PlaceOrder { items: vec![], price_cents: 0 }, None).await?;
        }
        let place = PlaceOrder { items: items.clone(), price_cents };
        let placed = self.send(&order, place, None).await?;
        for item in &items {
            let request = RequestItem { order: order.clone() };
            self.send(item, request, placed.as_ref().map(Cause::from)).await?;
        }
        if self.happens(10) {
            self.send(&order, PayOrder { cents: price_cents }, None).await?;
        }
        self.send(&order, ConfirmOrder, None).await?;
        for _ in 0..self.chance.random_range(0..3) {
            self.remind_from_both_desks(&order).await?;
        }
        if self.happens(8) {
            let reason = "changed my mind".to_owned();
            self.send(&order, CancelOrder { reason }, None).await?;
            return Ok(());
        }
        if self.happens(10) {
            self.send(&order, PayOrder { cents: price_cents + 1 }, None).await?;
        }
        self.send(&order, PayOrder { cents: price_cents }, None).await?;
        self.pick(&items).await?;
        self.deliver(&order, items).await
    }

    async fn pick(&mut self, items: &[ItemId]) -> anyhow::Result<()> {
        for item in items {
            if self.happens(20) {
                self.send(item, ReportOutOfStock, None).await?;
                self.send(item, ReorderItem, None).await?;
            }
            self.send(item, PickItem, None).await?;
        }
        Ok(())
    }

    async fn deliver(&mut self, order: &OrderId, items: Vec<ItemId>) -> anyhow::Result<()> {
        let package: PackageId = self.id("p", 0)?;
        let create = CreatePackage { items: items.clone() };
        let created = self.send(&package, create, None).await?;
        for item in &items {
            let pack = PackItem { package: package.clone() };
            self.send(item, pack, created.as_ref().map(Cause::from)).await?;
        }
        let sent = self.send(&package, SendPackage, None).await?;
        self.send(order, ShipOrder, sent.as_ref().map(Cause::from)).await?;
        if self.happens(5) {
            let reason = "too late".to_owned();
            self.send(order, CancelOrder { reason }, None).await?;
        }
        while self.happens(20) {
            self.send(&package, ReportFailedDelivery, None).await?;
        }
        let delivered = self.send(&package, DeliverPackage, None).await?;
        self.send(order, DeliverOrder, delivered.as_ref().map(Cause::from)).await?;
        Ok(())
    }

    /// Both desks remind the customer at once: one is faster, the other decides again.
    async fn remind_from_both_desks(&mut self, order: &OrderId) -> anyhow::Result<()> {
        let front = self.prepared(&self.desks.front, "front desk");
        let back = self.prepared(&self.desks.back, "back office");
        let (front, back) =
            future::join(front.send(order, RemindOfPayment), back.send(order, RemindOfPayment))
                .await;
        self.note(front)?;
        self.note(back)?;
        Ok(())
    }

    async fn send<C>(
        &mut self,
        id: &IdOf<C>,
        command: C,
        cause: Option<Cause>,
    ) -> anyhow::Result<Option<Receipt>>
    where
        C: Command<Of: Aggregate + Handles<C>> + SentTo<Shop>,
    {
        let mut shop = self.prepared(&self.desks.front, "front desk");
        if let Some(cause) = cause {
            shop = shop.because_of(cause);
        }
        let sent = shop.send(id, command).await;
        self.note(sent)
    }

    /// The desk, with the time and the id of the next command.
    fn prepared(&mut self, desk: &Handle<Shop>, actor: &str) -> Handle<Shop> {
        self.step += 1;
        let seconds = BEGINNING + 60 * self.number as i64 + self.step as i64;
        let at = Timestamp::from_second(seconds).unwrap_or(Timestamp::MAX);
        let id = Uuid::from_u64_pair(self.seed, self.number << 16 | self.step);
        let id = Uuid::new_v8(id.into_bytes());
        desk.acting_as(Actor::new(actor)).at(at).with_command_id(id)
    }

    fn note<A: Aggregate>(
        &mut self,
        sent: Result<Sent, SendError<A>>,
    ) -> anyhow::Result<Option<Receipt>> {
        self.life.commands += 1;
        match sent {
            Ok(Sent::Stored(receipt)) => {
                self.life.conflicts += u64::from(receipt.attempts - 1);
                self.life.stored += receipt.events.len() as u64;
                self.desks.receipts.write(&receipt)?;
                Ok(Some(receipt))
            }
            Ok(Sent::Repeated(receipt)) => {
                self.life.repeated += 1;
                Ok(Some(receipt))
            }
            Ok(Sent::Unchanged { .. }) => Ok(None),
            Err(SendError::Error(error)) => Err(error.into()),
            Err(_) => {
                self.life.refused += 1;
                Ok(None)
            }
        }
    }

    fn happens(&mut self, percent: u32) -> bool {
        self.chance.random_range(0..100) < percent
    }

    /// An id of this order, or of one of its items or packages.
    fn id<I: std::str::FromStr>(&self, kind: &str, n: u32) -> Result<I, I::Err> {
        format!("{kind}{}-{:07}-{n}", self.seed, self.number).parse()
    }
}
