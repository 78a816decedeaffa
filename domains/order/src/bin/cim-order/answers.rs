//! All that the shop answers, to be compared with what others make of the same events.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::Context as _;
use cim_order::Shop;
use cim_order::order::OrderId;
use cim_order::package::PackageId;
use cim_order::sales::{
    AllOrders, CustomerByName, CustomerSummary, OpenPackage, OpenPackages, OrderSummary, OrdersOf,
    Progress, Revenue,
};
use cim_runtime::EventCid;
use cim_runtime::cbor::{self, Value};
use cim_runtime::dag_json::DagJson;
use cim_runtime::jiff::civil::Date;
use cim_runtime::testing::Simulation;
use ipld_core::ipld::Ipld;

/// The answers to each question, of all there is.
pub(crate) struct Answers {
    orders: Vec<(OrderId, OrderSummary)>,
    customers: Vec<(String, CustomerSummary)>,
    /// The orders of each customer.
    orders_of: Vec<(String, Vec<OrderId>)>,
    packages: Vec<(PackageId, OpenPackage)>,
    revenue: Vec<(Date, u64)>,
}

impl Answers {
    pub(crate) async fn of(shop: &Simulation<Shop>) -> anyhow::Result<Self> {
        let orders = shop.ask(AllOrders).await?;
        let names: BTreeSet<_> = orders.iter().map(|(_, order)| order.customer.clone()).collect();
        let (mut customers, mut orders_of) = (Vec::new(), Vec::new());
        for name in names {
            let known = shop.ask(CustomerByName { name: name.clone() }).await?;
            let known = known.with_context(|| format!("{name} has orders, and is not known"))?;
            customers.push((name.clone(), known));
            let theirs = shop.ask(OrdersOf { customer: name.clone() }).await?;
            orders_of.push((name, theirs.into_iter().map(|(id, _)| id).collect()));
        }
        let packages = shop.ask(OpenPackages).await?;
        let revenue = shop.ask(Revenue { from: Date::MIN, to: Date::MAX }).await?;
        Ok(Self { orders, customers, orders_of, packages, revenue })
    }

    pub(crate) fn orders(&self) -> usize {
        self.orders.len()
    }

    pub(crate) fn paid(&self) -> usize {
        self.orders.iter().filter(|(_, order)| order.progress == Progress::Paid).count()
    }

    pub(crate) fn open_packages(&self) -> usize {
        self.packages.len()
    }

    pub(crate) fn days(&self) -> usize {
        self.revenue.len()
    }

    pub(crate) fn revenue_cents(&self) -> u64 {
        self.revenue.iter().map(|(_, cents)| cents).sum()
    }

    /// One digest of each answer.
    pub(crate) fn digests(&self) -> anyhow::Result<Vec<EventCid>> {
        Ok(self.encoded()?.iter().map(|(_, bytes)| EventCid::of(bytes)).collect())
    }

    /// Writes them to a file, as one object of DAG-JSON with a list for each question.
    pub(crate) fn write(&self, path: &Path) -> anyhow::Result<()> {
        let lists = self.encoded()?.into_iter().map(|(name, bytes)| {
            let list: Ipld = serde_ipld_dagcbor::from_slice(&bytes)?;
            anyhow::Ok((name.to_owned(), list))
        });
        let all = Ipld::Map(lists.collect::<Result<_, _>>()?);
        let text = format!("{}\n", DagJson(&all));
        std::fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))
    }

    fn encoded(&self) -> anyhow::Result<[(&'static str, Vec<u8>); 5]> {
        fn list<T: Value>(items: &Vec<T>) -> anyhow::Result<Vec<u8>> {
            cbor::to_vec(items).context("an answer has no encoding")
        }
        Ok([
            ("orders", list(&self.orders)?),
            ("customers", list(&self.customers)?),
            ("orders_of", list(&self.orders_of)?),
            ("packages", list(&self.packages)?),
            ("revenue", list(&self.revenue)?),
        ])
    }
}
