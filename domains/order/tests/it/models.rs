//! In whatever order the commands come, what was promised holds.

use cim_order::item::Item;
use cim_order::order::{Order, OrderState, PlaceOrder};
use cim_order::package::Package;
use cim_runtime::prelude::*;

#[test]
fn an_order_comes_to_each_of_its_ends() {
    Order::model()
        .sending(PlaceOrder { items: vec![], price_cents: 0 })
        .sometimes("delivered", |_, order| order.state() == OrderState::Delivered)
        .sometimes("cancelled", |_, order| order.state() == OrderState::Cancelled)
        .check();
}

#[test]
fn items_and_packages_are_as_their_tables_say() {
    Item::model().check();
    Package::model().check();
}
