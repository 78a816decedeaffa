//! Whatever happens to orders, items and packages, their histories replay.

use cim_order::item::Item;
use cim_order::order::Order;
use cim_order::package::Package;
use cim_runtime::prelude::*;

#[test]
fn every_walk_of_an_order_replays() {
    Order::walks().covering_everything().run();
}

#[test]
fn every_walk_of_an_item_replays() {
    Item::walks().covering_everything().run();
}

#[test]
fn every_walk_of_a_package_replays() {
    Package::walks().covering_everything().run();
}
