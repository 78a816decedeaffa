//! What a package takes and refuses, state by state.

use cim_order::item::ItemId;
use cim_order::package::*;
use cim_runtime::prelude::*;

fn created() -> PackageCreated {
    PackageCreated { items: vec!["880001".parse::<ItemId>().unwrap()] }
}

#[test]
fn an_empty_package_is_refused() {
    Package::given(()).when(CreatePackage { items: vec![] }).then_refused(PackageRefused::Empty);
}

#[test]
fn the_carrier_tries_again_and_counts() {
    Package::given((created(), PackageSent))
        .when(ReportFailedDelivery)
        .then(DeliveryFailed { attempt: 1 });
    Package::given((created(), PackageSent, DeliveryFailed { attempt: 1 }))
        .when(ReportFailedDelivery)
        .then(DeliveryFailed { attempt: 2 });
    Package::given((created(), PackageSent, DeliveryFailed { attempt: 1 }))
        .when(DeliverPackage)
        .then(PackageDelivered);
}

#[test]
fn nothing_happens_to_a_delivered_package() {
    Package::given((created(), PackageSent, PackageDelivered))
        .when(ReportFailedDelivery)
        .then_not_now();
}
