//! Whatever a command, an event, a value or an id holds, it has one encoding, which every DAG-CBOR
//! library reads.

use std::fmt::Debug;

use cim_order::item::*;
use cim_order::order::*;
use cim_order::package::*;
use cim_runtime::cbor;
use cim_runtime::event::EventSet;
use cim_runtime::prelude::*;
use ipld_core::ipld::Ipld;
use proptest::prelude::*;

/// What any DAG-CBOR library makes of the bytes, written again.
fn rewritten(bytes: &[u8]) -> Vec<u8> {
    let ipld: Ipld = serde_ipld_dagcbor::from_slice(bytes).unwrap();
    serde_ipld_dagcbor::to_vec(&ipld).unwrap()
}

/// Encodes, decodes strictly, and lets another library read and write the bytes.
fn round_trip<T: Value + Debug>(value: &T) -> T {
    let bytes = cbor::to_vec(value).unwrap();
    assert_eq!(rewritten(&bytes), bytes, "{value:?}");
    let read: T = cbor::from_slice(&bytes).unwrap();
    assert_eq!(cbor::to_vec(&read).unwrap(), bytes, "{value:?}");
    for len in 0..bytes.len() {
        assert!(cbor::from_slice::<T>(&bytes[..len]).is_err(), "{value:?} cut at {len}");
    }
    read
}

fn holds<T: Value + Debug + PartialEq>(value: &T) {
    assert_eq!(round_trip(value), *value);
}

/// The same for an event as its machine writes and reads it, and for its variant in the set.
fn event_holds<T, E>(event: &T)
where
    T: Value + Debug + PartialEq + Clone + Into<E>,
    E: EventSet,
{
    holds(event);
    let set: E = event.clone().into();
    let mut to = cbor::Encoder::default();
    set.encode(&mut to);
    let bytes = to.finish().unwrap();
    assert_eq!(bytes, cbor::to_vec(event).unwrap(), "an event in its set is the event");
    let kind = set.kind();
    let mut from = cbor::Decoder::new(&bytes);
    assert_eq!(E::decode(kind.name, kind.schema, &mut from).unwrap().unwrap(), set);
    from.finish().unwrap();
    assert!(E::decode("Unheard", 1, &mut cbor::Decoder::new(&bytes)).is_none());
    assert!(E::decode(kind.name, 2, &mut cbor::Decoder::new(&bytes)).unwrap().is_err());
}

/// Commands are not compared: two that are written alike are one.
macro_rules! commands {
    ($($name:ident: $value:expr, $($arg:ident in $strategy:expr),*;)*) => {
        proptest! {
            $(
                #[test]
                fn $name($($arg in $strategy),*) {
                    let command = $value;
                    let read = round_trip(&command);
                    prop_assert_eq!(format!("{read:?}"), format!("{command:?}"));
                }
            )*
        }
    };
}

macro_rules! events {
    ($($set:ident $name:ident: $value:expr, $($arg:ident in $strategy:expr),*;)*) => {
        proptest! {
            $(
                #[test]
                fn $name($($arg in $strategy),*) {
                    event_holds::<_, $set>(&$value);
                }
            )*
        }
    };
}

/// Any text that an id may be: every character, up to the length that a subject can take.
fn id_text() -> impl Strategy<Value = String> {
    prop_oneof![".{1,16}", "[a-zA-Z0-9_-]{1,200}", any::<char>().prop_map(String::from)]
}

fn item() -> impl Strategy<Value = ItemId> {
    id_text().prop_map(|text| text.parse().unwrap())
}

fn order() -> impl Strategy<Value = OrderId> {
    id_text().prop_map(|text| text.parse().unwrap())
}

fn package() -> impl Strategy<Value = PackageId> {
    id_text().prop_map(|text| text.parse().unwrap())
}

fn items() -> impl Strategy<Value = Vec<ItemId>> {
    proptest::collection::vec(item(), 0..30)
}

fn actor() -> impl Strategy<Value = Actor> {
    any::<String>().prop_map(Actor::new)
}

/// Lengths of heads change at these numbers.
fn number() -> impl Strategy<Value = u64> {
    prop_oneof![
        any::<u64>(),
        prop::sample::select(vec![0, 23, 24, 255, 256, 65_535, 65_536, 1 << 32, u64::MAX])
    ]
}

commands! {
    place_order: PlaceOrder { items, price_cents }, items in items(), price_cents in number();
    pay_order: PayOrder { cents }, cents in number();
    cancel_order: CancelOrder { reason }, reason in any::<String>();
    request_item: RequestItem { order }, order in order();
    pack_item: PackItem { package }, package in package();
    create_package: CreatePackage { items }, items in items();
}

#[test]
fn commands_without_fields() {
    round_trip(&ConfirmOrder);
    round_trip(&RemindOfPayment);
    round_trip(&ShipOrder);
    round_trip(&DeliverOrder);
    round_trip(&ReportOutOfStock);
    round_trip(&ReorderItem);
    round_trip(&PickItem);
    round_trip(&SendPackage);
    round_trip(&ReportFailedDelivery);
    round_trip(&DeliverPackage);
}

events! {
    OrderEvent order_placed: OrderPlaced { items, price_cents },
        items in items(), price_cents in number();
    OrderEvent order_paid: OrderPaid { cents }, cents in number();
    OrderEvent order_cancelled: OrderCancelled { reason, refund_cents, by },
        reason in any::<String>(), refund_cents in number(), by in actor();
    ItemEvent item_requested: ItemRequested { order }, order in order();
    ItemEvent item_packed: ItemPacked { package }, package in package();
    PackageEvent package_created: PackageCreated { items }, items in items();
    PackageEvent delivery_failed: DeliveryFailed { attempt }, attempt in any::<u32>();
}

#[test]
fn events_without_fields() {
    event_holds::<_, OrderEvent>(&OrderConfirmed);
    event_holds::<_, OrderEvent>(&PaymentReminded);
    event_holds::<_, OrderEvent>(&OrderShipped);
    event_holds::<_, OrderEvent>(&OrderDelivered);
    event_holds::<_, ItemEvent>(&ItemOutOfStock);
    event_holds::<_, ItemEvent>(&ItemReordered);
    event_holds::<_, ItemEvent>(&ItemPicked);
    event_holds::<_, PackageEvent>(&PackageSent);
    event_holds::<_, PackageEvent>(&PackageDelivered);
}

#[test]
fn refusals_without_fields() {
    holds(&OrderRefused::Empty);
    holds(&PackageRefused::Empty);
}

proptest! {
    #[test]
    fn refusals(due_cents in number()) {
        holds(&OrderRefused::WrongAmount { due_cents });
    }

    #[test]
    fn ids(order in order(), item in item(), package in package(), actor in actor()) {
        holds(&order);
        holds(&item);
        holds(&package);
        holds(&actor);
        prop_assert_eq!(order.to_string().parse::<OrderId>().unwrap(), order);
    }
}

// A new event or command has a test above, or this says so.
#[test]
fn every_row_of_the_machines_is_tested() {
    let count = |machine: &cim_runtime::machine::MachineTable| {
        let mut events: Vec<_> = machine.transitions.iter().map(|row| row.event).collect();
        let mut commands: Vec<_> = machine.transitions.iter().map(|row| row.command).collect();
        events.sort_unstable();
        events.dedup();
        commands.sort_unstable();
        commands.dedup();
        (events.len(), commands.len())
    };
    assert_eq!(count(Order::MACHINE), (7, 7));
    assert_eq!(count(Item::MACHINE), (5, 5));
    assert_eq!(count(Package::MACHINE), (4, 4));
}
