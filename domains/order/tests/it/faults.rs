//! Whatever goes wrong on the way, the shop comes to the same.

use std::collections::BTreeMap;

use cim_order::Shop;
use cim_order::item::{ItemId, PickItem};
use cim_order::order::{ConfirmOrder, OrderId, PayOrder, PlaceOrder};
use cim_order::package::{DeliverPackage, PackageId};
use cim_order::sales::{
    AllOrders, CustomerByName, CustomerSummary, OpenPackage, OpenPackages, OrderSummary, Revenue,
};
use cim_runtime::jiff::civil::Date;
use cim_runtime::prelude::*;
use cim_runtime::testing::proptest::prelude::*;
use cim_runtime::testing::{Fault, Faults, Simulation};

/// What the shop has come to.
#[derive(Debug, PartialEq)]
struct End {
    orders: Vec<(OrderId, OrderSummary)>,
    customers: Vec<Option<CustomerSummary>>,
    packages: Vec<(PackageId, OpenPackage)>,
    revenue: Vec<(Date, u64)>,
    /// The events of each aggregate, as they are stored.
    streams: BTreeMap<String, Vec<String>>,
    dead: Vec<String>,
}

/// A story that was told.
#[derive(Debug, PartialEq)]
struct Told {
    end: End,
    /// How often the processes have ended on the way.
    ends: u32,
    /// All events, in the order in which they were stored.
    log: Vec<String>,
}

fn order(number: u32) -> OrderId {
    format!("o{number}").parse().unwrap()
}

fn items(number: u32) -> [ItemId; 2] {
    [1, 2].map(|item| format!("o{number}-i{item}").parse().unwrap())
}

/// Three orders: one is paid late and picked, one is paid, and one is forgotten.
async fn story(faults: Faults) -> Told {
    let shop = Simulation::<Shop>::with_faults(faults).await.unwrap();
    for (number, customer) in [(1, "alice"), (2, "bob"), (3, "alice")] {
        let place = PlaceOrder { items: items(number).into(), price_cents: 500 };
        shop.acting_as(customer).send(&order(number), place).await.unwrap();
        shop.send(&order(number), ConfirmOrder).await.unwrap();
    }
    shop.settled().await.unwrap();
    shop.send(&order(2), PayOrder { cents: 500 }).await.unwrap();
    for number in [1, 2] {
        for item in items(number) {
            shop.send(&item, PickItem).await.unwrap();
        }
    }
    shop.advance(20.days()).await.unwrap();
    shop.send(&order(1), PayOrder { cents: 500 }).await.unwrap();
    shop.send(&"of-o1".parse().unwrap(), DeliverPackage).await.unwrap();
    shop.advance(20.days()).await.unwrap();
    let log = shop.store().read_all(0, 1000).await.unwrap();
    let log = log.iter().map(|event| event.cid.to_string()).collect();
    Told { end: end(&shop).await, ends: shop.ends(), log }
}

async fn end(shop: &Simulation<Shop>) -> End {
    let mut streams = BTreeMap::<_, Vec<_>>::new();
    for event in shop.store().read_all(0, 1000).await.unwrap() {
        let envelope = event.envelope().unwrap();
        let stream = format!("{}/{}", envelope.aggregate, envelope.id);
        streams.entry(stream).or_default().push(format!("{} {}", envelope.event_type, event.cid));
    }
    let mut customers = Vec::new();
    for name in ["alice", "bob"] {
        customers.push(shop.ask(CustomerByName { name: name.to_owned() }).await.unwrap());
    }
    let mut dead = Vec::new();
    for policy in ["request_items", "reminders", "packing"] {
        let letters = shop.workers().dead_letters(policy).unwrap().list().await.unwrap();
        dead.extend(letters.into_iter().map(|(_, letter)| format!("{policy}: {}", letter.reason)));
    }
    End {
        orders: shop.ask(AllOrders).await.unwrap(),
        customers,
        packages: shop.ask(OpenPackages).await.unwrap(),
        revenue: shop.ask(Revenue { from: Date::MIN, to: Date::MAX }).await.unwrap(),
        streams,
        dead,
    }
}

fn told(faults: Faults) -> Told {
    // Who tries again waits, but on a clock that is not the wall's.
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
    runtime.unwrap().block_on(story(faults))
}

#[test]
fn the_story_is_one() {
    let Told { end, ends, .. } = told(Faults::none());
    assert_eq!(ends, 0);
    let reminders: Vec<_> = end.orders.iter().map(|(_, order)| order.reminders).collect();
    assert_eq!(reminders, [1, 0, 2]);
    let packages: Vec<_> = end.packages.iter().map(|(id, _)| id.to_string()).collect();
    assert_eq!(packages, ["of-o2"]);
    assert_eq!(end.dead, [""; 0]);
    let placed = end.streams.values().flatten().filter(|event| event.starts_with("OrderPlaced"));
    assert_eq!(placed.count(), 3);
}

#[test]
fn what_goes_wrong_at_one_moment_changes_nothing() {
    let expected = told(Faults::none()).end;
    let mut ended = 0;
    for moment in 0..40 {
        for fault in [
            Fault::LostAnswer { commit: moment },
            Fault::RowsRefused { transaction: moment },
            Fault::RowsUnanswered { transaction: moment },
            Fault::EndBehindCommit { commit: moment },
            Fault::EndBeforeRows { transaction: moment },
            Fault::EndBehindRows { transaction: moment },
        ] {
            let found = told(Faults::from([fault]));
            assert_eq!(found.end, expected, "{fault:?}");
            ended += found.ends;
        }
    }
    // The story is not as long as that, but long.
    assert!(ended > 60, "{ended}");
}

#[test]
fn what_is_delivered_twice_counts_once() {
    let expected = told(Faults::none()).end;
    for consumer in 0..6 {
        for event in 0..12 {
            let fault = Fault::DeliveredTwice { consumer, event };
            assert_eq!(told(Faults::from([fault])).end, expected, "{fault:?}");
        }
    }
}

#[test]
fn a_plan_goes_wrong_in_the_same_way_each_time() {
    let mut logs = std::collections::BTreeSet::new();
    for seed in 0..10 {
        let told_once = told(Faults::seeded(seed));
        assert_eq!(told_once, told(Faults::seeded(seed)), "seed {seed}");
        logs.insert(told_once.log);
    }
    // And each plan in another.
    assert!(logs.len() > 1, "{}", logs.len());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_goes_wrong_the_shop_comes_to_the_same(faults: Faults) {
        let expected = told(Faults::none()).end;
        prop_assert_eq!(told(faults).end, expected);
    }
}
