//! What an item takes and refuses, state by state.

use cim_order::item::*;
use cim_runtime::prelude::*;

fn requested() -> ItemRequested {
    ItemRequested { order: "990001".parse().unwrap() }
}

#[test]
fn an_item_goes_from_the_shelf_into_a_package() {
    let package = || "660001".parse().unwrap();
    Item::given(()).when(RequestItem { order: requested().order }).then(requested());
    Item::given(requested()).when(PickItem).then(ItemPicked);
    Item::given((requested(), ItemPicked))
        .when(PackItem { package: package() })
        .then(ItemPacked { package: package() });
}

#[test]
fn an_empty_shelf_is_refilled_before_picking() {
    let history = (requested(), ItemOutOfStock);
    Item::given(history.clone()).when(PickItem).then_not_now();
    Item::given(history).when(ReorderItem).then(ItemReordered);
    Item::given((requested(), ItemOutOfStock, ItemReordered)).when(PickItem).then(ItemPicked);
}
