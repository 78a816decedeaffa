//! `cim events`: which events are listed, and how.

use std::io::Read as _;
use std::process::Stdio;

use serde_json::json;

use crate::shop::Shop;
use crate::world::World;

/// The positions of the events that are listed.
#[track_caller]
fn listed(world: &World, filter: &str) -> Vec<u64> {
    let said = world.cim(&format!("events --store shop --json {filter}"));
    assert_eq!((said.code, said.err.as_str()), (0, ""));
    said.json().iter().map(|event| event["position"].as_u64().unwrap()).collect()
}

#[test]
fn an_event_is_shown_whole() {
    let (world, commits) = World::shop();
    let events = world.cim("events --store shop --json").json();
    let [first, second] = commits[0].events() else { panic!("two events") };
    let command = "00000000-0000-0000-0000-000000000001";
    let expected = json!({
        "position": 2,
        "cid": {"/": second.cid.to_string()},
        "at": "2026-03-01T00:00:01.000000Z",
        "aggregate": "shop.order",
        "id": "a",
        "version": 2,
        "type": "OrderPaid",
        "schema": 1,
        "data": {
            "note": "größer",
            "photo": {"/": {"bytes": "AQID"}},
            "link": {"/": cim_runtime::EventCid::of(b"elsewhere").to_string()},
        },
        "part": [2, 2],
        "prev": {"/": first.cid.to_string()},
        "actor": "tests",
        "event": "00000000-0000-0000-0000-000100000002",
        "command": command,
        "causation": command,
        "correlation": command,
    });
    assert_eq!(events[1], expected);
}

#[test]
fn people_get_a_line_per_event() {
    let (world, commits) = World::shop();
    let out = world.cim("events --store shop").well();
    let lines: Vec<_> = out.lines().collect();
    assert_eq!(lines.len(), 4);
    let cid = commits[0].events()[0].cid;
    let line =
        format!("       1  2026-03-01T00:00:01.000000Z  shop.order/a #1  OrderPlaced  {cid}");
    assert_eq!(lines[0], line);
}

#[test]
fn each_filter_leaves_what_it_asks_for() {
    let (world, _) = World::shop();
    assert_eq!(listed(&world, ""), [1, 2, 3, 4]);
    assert_eq!(listed(&world, "--aggregate shop.order"), [1, 2, 3, 4]);
    assert!(listed(&world, "--aggregate shop.cart").is_empty());
    assert_eq!(listed(&world, "--aggregate shop.order --id a"), [1, 2, 4]);
    assert_eq!(listed(&world, "--id b"), [3]);
    assert_eq!(listed(&world, "--type OrderPlaced"), [1, 3]);
    assert_eq!(listed(&world, "--correlation 00000000-0000-0000-0000-000000000002"), [3]);
    assert_eq!(listed(&world, "--since 2026-03-01T00:00:02"), [3, 4]);
    assert_eq!(listed(&world, "--until 2026-03-01T00:00:02"), [1, 2]);
    assert_eq!(listed(&world, "--limit 3"), [1, 2, 3]);
    assert!(listed(&world, "--limit 0").is_empty());
}

#[test]
fn filters_are_joined_by_and() {
    let (world, _) = World::shop();
    assert_eq!(listed(&world, "--type OrderPlaced --id b --limit 5"), [3]);
    assert_eq!(listed(&world, "--aggregate shop.order --id a --since 2026-03-01T00:00:02"), [4]);
    assert_eq!(listed(&world, "--type OrderPlaced --until 2026-03-01T00:00:02"), [1]);
}

#[test]
fn more_than_a_page_is_listed() {
    let mut shop = Shop::default();
    let commits: Vec<_> = (0..600).map(|_| shop.commit("a", &["OrderPlaced"])).collect();
    let world = World::with(&commits);
    assert_eq!(listed(&world, "").len(), 600);
    assert_eq!(listed(&world, "--type OrderPlaced").len(), 600);
    assert_eq!(listed(&world, "--limit 300").len(), 300);
}

#[test]
fn a_name_that_cannot_be_is_refused() {
    let (world, _) = World::shop();
    let complaint = world.cim("events --store shop --aggregate shop --id a").complaint(2);
    assert!(complaint.contains("`shop` is not the name of an aggregate"), "{complaint}");
}

#[test]
fn following_begins_with_what_is_stored() {
    let (world, _) = World::shop();
    assert_eq!(listed(&world, "--follow --limit 4"), [1, 2, 3, 4]);
}

#[test]
fn whoever_stops_reading_ends_it_quietly() {
    let mut shop = Shop::default();
    let commits: Vec<_> = (0..2000).map(|_| shop.commit("a", &["OrderPlaced"])).collect();
    let world = World::with(&commits);
    let mut command = world.command("events --store shop --json");
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut first = [0; 10];
    child.stdout.take().unwrap().read_exact(&mut first).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), output.stderr.as_slice()), (Some(0), &b""[..]));
}

#[test]
fn what_a_terminal_would_obey_is_escaped() {
    let mut shop = Shop::default();
    let world = World::with(&[shop.commit("a\x1b[2J", &["OrderPlaced"])]);
    let out = world.cim("events --store shop").well();
    assert!(out.contains(r"shop.order/a\u{1b}[2J #1"), "{out}");
}
