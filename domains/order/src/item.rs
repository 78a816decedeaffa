//! One item of an order, from the shelf into a package.

use cim_runtime::prelude::*;

use crate::order::OrderId;
use crate::package::PackageId;

/// The number on the item's label.
#[derive(DomainId)]
pub struct ItemId(String);

/// An item on its way from the shelf into a package.
#[aggregate(domain = "shop", id = ItemId)]
#[derive(Default)]
pub struct Item {}

/// Ask the warehouse for the item.
#[command(Item)]
pub struct RequestItem {
    pub order: OrderId,
}

/// Say that the shelf is empty.
#[command(Item)]
pub struct ReportOutOfStock;

/// Order the item from the supplier.
#[command(Item)]
pub struct ReorderItem;

/// Take the item from the shelf.
#[command(Item)]
pub struct PickItem;

/// Put the item into a package.
#[command(Item)]
pub struct PackItem {
    pub package: PackageId,
}

#[event(Item, unread)]
pub struct ItemRequested {
    pub order: OrderId,
}

#[event(Item)]
pub struct ItemOutOfStock;

#[event(Item)]
pub struct ItemReordered;

#[event(Item)]
pub struct ItemPicked;

#[event(Item, unread)]
pub struct ItemPacked {
    pub package: PackageId,
}

#[state_machine(initial Unknown, Requested, OutOfStock, Reordered, Picked, terminal Packed)]
impl Item {
    #[transition(Unknown -> Requested)]
    fn request(&self, cmd: RequestItem) -> ItemRequested {
        ItemRequested { order: cmd.order }
    }

    #[transition(Requested -> OutOfStock)]
    fn run_out(&self, _: ReportOutOfStock) -> ItemOutOfStock {
        ItemOutOfStock
    }

    #[transition(OutOfStock -> Reordered)]
    fn reorder(&self, _: ReorderItem) -> ItemReordered {
        ItemReordered
    }

    #[transition(Requested | Reordered -> Picked)]
    fn pick(&self, _: PickItem) -> ItemPicked {
        ItemPicked
    }

    #[transition(Picked -> Packed)]
    fn pack(&self, cmd: PackItem) -> ItemPacked {
        ItemPacked { package: cmd.package }
    }
}
