//! The runtime without its features. This crate asks for none; but cargo gives it those of the crates
//! that are built with it, so `.ci/run` runs this alone.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use framework::store;

#[test]
#[ignore = "only alone has this crate no features: `.ci/run` runs it so"]
fn a_store_in_jetstream_asks_for_its_feature() {
    let error = store::open("nats://shop:s3cret@localhost/SHOP").unwrap_err();
    assert_eq!(error.kind(), store::StoreErrorKind::Invalid);
    let error = error.to_string();
    assert!(error.contains("nats://***@localhost/SHOP"), "{error}");
    assert!(error.contains("the feature `jetstream`"), "{error}");
    store::open("memory:").unwrap();
}
