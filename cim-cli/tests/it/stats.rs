//! `cim stats`: the numbers of a store.

use serde_json::json;

use crate::world::World;

#[test]
fn everything_is_counted() {
    let (world, commits) = World::shop();
    let mut stats = world.cim("stats --store shop --json").object();
    let bytes: usize = commits.iter().map(|commit| commit.sections().len()).sum();
    // Two bytes of length and a CID before each block.
    assert_eq!(stats["bytes"].take(), json!(bytes - 4 * 38));
    let expected = json!({
        "events": 4,
        "streams": 2,
        "commits": 3,
        "bytes": null,
        "first": "2026-03-01T00:00:01.000000Z",
        "last": "2026-03-01T00:00:03.000000Z",
        "types": {"OrderPlaced": 2, "OrderPaid": 1, "OrderSent": 1},
    });
    assert_eq!(stats, expected);
}

#[test]
fn people_get_the_same_numbers() {
    let (world, _) = World::shop();
    let out = world.cim("stats --store shop").well();
    for part in ["events   4", "streams  2", "commits  3", "2  OrderPlaced"] {
        assert!(out.contains(part), "expected {part:?} in {out}");
    }
}
