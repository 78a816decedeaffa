//! `cim verify`: a sound store, and one with a byte changed.

use cim_runtime::EventCid;
use serde_json::json;

use crate::world::World;

#[test]
fn a_sound_store_is_one_line() {
    let (world, _) = World::shop();
    let out = world.cim("verify --store shop").well();
    assert!(out.starts_with("sound: 4 events in 2 streams, "), "{out}");
    assert_eq!(out.lines().count(), 1);
    let report = world.cim("verify --store shop --json").object();
    assert_eq!((&report["sound"], &report["damage"]), (&json!(true), &json!([])));
}

/// Changes the note of the nth event, and returns the CID of what stands there then.
fn change(world: &World, commits: &[cim_runtime::Commit], nth: usize) -> (EventCid, EventCid) {
    world.flip("shop", b"note", nth);
    let sections = commits.iter().map(|commit| commit.sections().clone());
    let mut blocks = sections.flat_map(cim_runtime::car::Sections::new);
    let (cid, block) = blocks.nth(nth).unwrap().unwrap();
    let mut block = block.to_vec();
    let at = block.windows(4).position(|bytes| bytes == b"note").unwrap();
    block[at] ^= 0x20;
    (cid, EventCid::of(&block))
}

#[test]
fn a_changed_byte_is_named_down_to_the_event() {
    // The second event of a commit of two, an event alone in its stream, the last of the store.
    for (nth, id, version) in [(0, "a", 1), (1, "a", 2), (2, "b", 1), (3, "a", 3)] {
        let (world, commits) = World::shop();
        let (expected, found) = change(&world, &commits, nth);
        let said = world.cim("verify --store shop");
        assert_eq!(said.code, 1, "{said:?}");
        let segment = world.segment("shop");
        let segment = segment.file_name().unwrap().to_str().unwrap();
        for part in [
            &format!("shop.order/{id} event {version}: the block does not match its CID"),
            &format!("expected  {expected}"),
            &format!("found     {found}"),
            segment,
            "damaged in 1 place: ",
            "cim repair --store shop",
        ] {
            assert!(said.out.contains(part), "event {nth}: expected {part:?} in {said:?}");
        }

        let said = world.cim("verify --store shop --json");
        assert_eq!(said.code, 1);
        let report = said.object();
        let damage = &report["damage"][0];
        assert_eq!(report["sound"], json!(false));
        assert_eq!(damage["aggregate"], "shop.order");
        assert_eq!((&damage["id"], &damage["version"]), (&json!(id), &json!(version)));
        assert_eq!(damage["expected"]["/"], expected.to_string());
        assert_eq!(damage["found"]["/"], found.to_string());
    }
}

#[test]
fn a_changed_event_is_not_shown_as_sound() {
    let (world, commits) = World::shop();
    change(&world, &commits, 1);
    for arguments in
        ["events --store shop --aggregate shop.order --id a", "export --out x.car --store shop"]
    {
        let said = world.cim(arguments);
        assert_eq!(said.code, 1, "{said:?}");
    }
    assert!(!world.path("x.car").exists());
}

#[test]
fn a_log_that_was_cut_is_damage() {
    let (world, commits) = World::shop();
    let segment = world.segment("shop");
    let bytes = std::fs::read(&segment).unwrap();
    let last = commits[2].head().to_bytes();
    let at = bytes.windows(last.len()).position(|bytes| bytes == last).unwrap();
    std::fs::write(segment, &bytes[..at - 2]).unwrap();
    let said = world.cim("verify --store shop");
    assert_eq!(said.code, 1, "{said:?}");
    assert!(said.out.contains(&commits[2].head().to_string()), "{said:?}");
}

#[test]
fn an_incomplete_store_is_shown_with_a_warning_and_exported_when_told() {
    let (world, commits) = World::shop();
    change(&world, &commits, 2);
    let said = world.cim("events --store shop");
    assert_eq!((said.code, said.out.lines().count()), (0, 3), "{said:?}");
    assert!(said.err.starts_with("warning: 1 event missing"), "{said:?}");
    let complaint = world.cim("export --store shop --out x.car").complaint(1);
    assert!(complaint.contains("--incomplete"), "{complaint}");
    world.cim("export --store shop --out x.car --incomplete").well();
    world.cim("import x.car --store copy").well();
    world.cim("verify --store copy").well();
}
