//! `cim export` and `cim import`, from one directory to another.

use serde_json::json;

use crate::shop::Shop;
use crate::world::{World, names};

#[test]
fn a_copy_of_a_copy_is_the_same_file() {
    let mut shop = Shop::default();
    let ids = ["a", "b", "c d", "é*>."];
    let commits: Vec<_> = (0..2000)
        .map(|i| shop.commit(ids[i % 4], &["OrderPlaced", "OrderPaid"][..1 + i % 2]))
        .collect();
    let world = World::with(&commits);
    world.cim("export --store shop --out 1.car").well();
    let imported = world.cim("import 1.car --store copy --json").object();
    let expected = json!({"events": 3000, "commits": 2000, "streams": 4, "duplicates": 0});
    assert_eq!(imported, expected);
    let exported = world.cim("export --store copy --out 2.car --json").object();
    assert_eq!(exported["events"], 3000);
    assert_eq!(exported["root"]["/"], commits[1999].head().to_string());
    let read = |name| std::fs::read(world.path(name)).unwrap();
    assert!(read("1.car") == read("2.car"));
    assert_eq!(exported["bytes"], read("2.car").len());
    world.cim("verify --store copy").well();
}

#[test]
fn a_segment_of_a_log_can_be_imported() {
    let (world, _) = World::shop();
    // Without the zeros that the log keeps at its end.
    let mut bytes = std::fs::read(world.segment("shop")).unwrap();
    let used = bytes.iter().rposition(|byte| *byte != 0).unwrap();
    bytes.truncate(used + 1);
    std::fs::write(world.path("segment.car"), bytes).unwrap();
    let out = world.cim("import segment.car --store copy").well();
    assert!(out.contains("4 events of 2 streams; 0 of 3 commits there before"), "{out}");
}

#[test]
fn what_is_there_is_counted() {
    let (world, _) = World::shop();
    world.cim("export --store shop --out shop.car").well();
    let imported = world.cim("import shop.car --store shop --json").object();
    let expected = json!({"events": 0, "commits": 3, "streams": 2, "duplicates": 3});
    assert_eq!(imported, expected);
}

#[test]
fn an_export_does_not_overwrite_unless_forced() {
    let (world, _) = World::shop();
    world.cim("export --store shop --out shop.car").well();
    let complaint = world.cim("export --store shop --out shop.car").complaint(2);
    assert!(complaint.contains("shop.car is there already") && complaint.contains("--force"));
    world.cim("export --store shop --out shop.car --force").well();
    assert_eq!(names(&world.path("")), ["shop", "shop.car"]);
}

#[test]
fn a_bad_file_leaves_no_store_behind() {
    let (world, _) = World::shop();
    world.cim("export --store shop --out shop.car").well();
    let bytes = std::fs::read(world.path("shop.car")).unwrap();
    std::fs::write(world.path("cut.car"), &bytes[..bytes.len() - 1]).unwrap();
    let mut changed = bytes;
    *changed.last_mut().unwrap() ^= 1;
    std::fs::write(world.path("changed.car"), changed).unwrap();
    for (file, why) in
        [("cut.car", "ends in the middle"), ("changed.car", "does not match its CID")]
    {
        let complaint = world.cim(&format!("import {file} --store copy")).complaint(1);
        assert!(complaint.contains(file) && complaint.contains("byte "), "{complaint}");
        assert!(complaint.contains(why) && complaint.contains("nothing was stored"), "{complaint}");
    }
    assert!(!world.path("copy").exists());
    let complaint = world.cim("import none.car --store copy").complaint(2);
    assert!(complaint.contains("none.car could not be opened"), "{complaint}");
}

#[test]
fn another_history_is_refused() {
    let (world, _) = World::shop();
    let mut other = Shop::default();
    other.commit("b", &["OrderPlaced"]);
    world.store("other", &[other.commit("a", &["OrderPlaced"])]);
    world.cim("export --store shop --out shop.car").well();
    let complaint = world.cim("import shop.car --store other").complaint(1);
    assert!(complaint.contains("different histories of shop.evt.order.a: event 1"), "{complaint}");
    assert_eq!(world.cim("stats --store other --json").object()["events"], 1);
}

#[test]
fn a_store_is_copied_and_then_followed() {
    let (world, _) = World::shop();
    let copied = world.cim("copy --from shop --to copy --json").object();
    assert_eq!(copied, json!({"events": 4, "commits": 3, "streams": 2}));
    let out = world.cim("copy --from shop --to copy").well();
    assert_eq!(out, "copied 0 events in 0 commits; 2 streams verified\n");
    world.cim("verify --store copy").well();
    world.cim("export --store shop --out 1.car").well();
    world.cim("export --store copy --out 2.car").well();
    let read = |name| std::fs::read(world.path(name)).unwrap();
    assert!(read("1.car") == read("2.car"));

    let complaint = world.cim("copy --from missing --to copy").complaint(2);
    assert!(complaint.contains("missing does not exist"), "{complaint}");
}

#[test]
fn a_damaged_store_is_not_copied() {
    let (world, _) = World::shop();
    world.flip("shop", b"OrderPlaced", 1);
    let complaint = world.cim("copy --from shop --to copy").complaint(1);
    assert!(complaint.contains("`cim verify --store shop`"), "{complaint}");
}
