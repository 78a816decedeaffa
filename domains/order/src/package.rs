//! A package, from the packing table to the doorstep.

use cim_runtime::prelude::*;

use crate::item::ItemId;

/// The carrier's tracking number.
#[derive(DomainId)]
pub struct PackageId(String);

/// Why a package says no.
#[value]
pub enum PackageRefused {
    /// A package holds one item at least.
    Empty,
}

/// A package and its attempts to arrive.
#[aggregate(domain = "shop", id = PackageId)]
#[derive(Default)]
pub struct Package {
    failed_attempts: u32,
}

/// Put these items into one package.
#[command(Package)]
pub struct CreatePackage {
    pub items: Vec<ItemId>,
}

/// Give the package to the carrier.
#[command(Package)]
pub struct SendPackage;

/// Say that nobody opened the door.
#[command(Package)]
pub struct ReportFailedDelivery;

/// Hand the package over.
#[command(Package)]
pub struct DeliverPackage;

#[event(Package, unread)]
pub struct PackageCreated {
    pub items: Vec<ItemId>,
}

#[event(Package)]
pub struct PackageSent;

#[event(Package)]
pub struct DeliveryFailed {
    pub attempt: u32,
}

#[event(Package)]
pub struct PackageDelivered;

#[state_machine(initial Empty, Created, Sent, terminal Delivered)]
impl Package {
    /// Closes the package; an empty one is refused.
    #[transition(Empty -> Created)]
    fn create(&self, cmd: CreatePackage) -> Result<PackageCreated, PackageRefused> {
        if cmd.items.is_empty() {
            return Err(PackageRefused::Empty);
        }
        Ok(PackageCreated { items: cmd.items })
    }

    #[transition(Created -> Sent)]
    fn send(&self, _: SendPackage) -> PackageSent {
        PackageSent
    }

    /// The carrier tries again until somebody opens.
    #[transition(Sent)]
    fn fail(&self, _: ReportFailedDelivery) -> DeliveryFailed {
        DeliveryFailed { attempt: self.failed_attempts + 1 }
    }

    #[transition(Sent -> Delivered)]
    fn deliver(&self, _: DeliverPackage) -> PackageDelivered {
        PackageDelivered
    }

    #[apply]
    fn failed(&mut self, event: &DeliveryFailed) {
        self.failed_attempts = event.attempt;
    }
}
