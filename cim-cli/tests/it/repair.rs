//! `cim repair`: a damaged store can be used again.

use serde_json::json;

use crate::shop::Shop;
use crate::world::{World, names};

#[test]
fn a_sound_store_is_left_as_it_is() {
    let (world, _) = World::shop();
    assert_eq!(world.cim("repair --store shop").well(), "sound: nothing to repair, 4 events\n");
    let report = world.cim("repair --store shop --json").object();
    assert_eq!(report, json!({"kept": 4, "lost": [], "set_aside": []}));
}

#[test]
fn what_was_kept_lost_and_set_aside_is_said() {
    let (world, _) = World::shop();
    // The second event of `a`: its commit is lost, and with it the third.
    world.flip("shop", b"note", 1);
    let out = world.cim("repair --store shop").well();
    for part in [
        "lost positions 1 to 2: ",
        "lost position 4 of shop.evt.order.a: ",
        ".car.damaged\n",
        "repaired: 1 event kept, 3 events lost\n",
    ] {
        assert!(out.contains(part), "expected {part:?} in {out}");
    }
    let log = names(&world.path("shop").join("log"));
    assert!(log.iter().any(|name| name.ends_with(".damaged")), "{log:?}");
}

#[test]
fn a_repaired_store_is_sound_and_goes_on() {
    let (world, _) = World::shop();
    world.flip("shop", b"note", 1);
    let report = world.cim("repair --store shop --json").object();
    assert_eq!(report["kept"], 1);
    assert_eq!((&report["lost"][0]["first"], &report["lost"][0]["last"]), (&json!(1), &json!(2)));
    assert_eq!(report["lost"][1]["stream"], "shop.evt.order.a");

    // The order `a` begins anew.
    world.store("shop", &[Shop::default().commit("a", &["OrderPlaced"])]);
    let out = world.cim("verify --store shop").well();
    assert!(out.starts_with("sound: 2 events in 2 streams"), "{out}");
    assert!(out.ends_with("; lost before a repair: 3 events\n"), "{out}");
}
