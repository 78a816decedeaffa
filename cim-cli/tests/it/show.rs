//! `cim show`: one event.

use cim_runtime::EventCid;

use crate::world::World;

#[test]
fn an_event_is_found_by_its_cid() {
    let (world, commits) = World::shop();
    let cid = commits[2].head();
    let out = world.cim(&format!("show {cid} --store shop")).well();
    for part in ["OrderSent version 1", "shop.order/a", "position    4", "größer", &cid.to_string()]
    {
        assert!(out.contains(part), "expected {part:?} in {out}");
    }
    let event = world.cim(&format!("show {cid} --store file:shop --json")).object();
    assert_eq!(event["cid"]["/"], cid.to_string());
    assert_eq!(event["prev"]["/"], commits[0].head().to_string());
}

#[test]
fn an_event_that_is_not_there_is_a_no() {
    let (world, _) = World::shop();
    let cid = EventCid::of(b"none");
    let complaint = world.cim(&format!("show {cid} --store shop --json")).complaint(1);
    assert!(complaint.contains(&format!("shop has no event {cid}")), "{complaint}");
}
