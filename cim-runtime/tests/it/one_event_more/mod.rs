//! A new event, with its command and its transition, touches one file: the same domain without it and with
//! it. What stands around the lamp, `house.rs`, is one file for both.

#[path = "."]
mod before {
    pub(super) mod house;
    pub(super) mod lamp;
}

#[path = "."]
mod after {
    pub(super) mod house;
    #[path = "lamp_with_one_event_more.rs"]
    pub(super) mod lamp;
}

use cim_runtime::prelude::*;

use after::house::{DiaryOf, House, Times};
use after::lamp::{Dim, Dimmed, Lamp, LampId, Press, WentOn};

#[test]
fn nothing_is_changed_but_lines_are_added() {
    let mut added = include_str!("lamp_with_one_event_more.rs").lines();
    for line in include_str!("lamp.rs").lines() {
        assert!(added.any(|other| other == line), "{line}");
    }
}

#[test]
fn whoever_tells_of_the_domain_tells_of_the_event() {
    for (before, after) in before::house::told().into_iter().zip(after::house::told()) {
        assert!(!before.contains("Dimmed") && before.contains("WentOff"), "{before}");
        assert!(after.contains("Dimmed") && after.contains("WentOff"), "{after}");
    }
}

#[test]
fn walks_go_through_it() {
    before::house::walked();
    after::house::walked();
    assert_eq!(before::house::answers(&["Press", "Press"]), ["WentOn", "WentOff"]);
    let lines = ["Press", r#"Dim {"percent": 20}"#, "Press"];
    assert_eq!(after::house::answers(&lines), ["WentOn", "Dimmed", "WentOff"]);
    Lamp::given(WentOn).when(Dim { percent: 7 }).then(Dimmed { percent: 7 });
}

#[tokio::test]
async fn a_view_of_all_events_knows_it() {
    let house = House::open("memory:").await.unwrap();
    let workers = house.start().await.unwrap();
    let id: LampId = "1".parse().unwrap();
    house.send(&id, Press).await.unwrap();
    house.send(&id, Dim { percent: 20 }).await.unwrap();
    let sent = house.send(&id, Dim { percent: 30 }).await.unwrap();
    let diary = house.ask(DiaryOf { id: id.clone() }).after(&sent).await.unwrap();
    assert_eq!(diary, ["WentOn", "Dimmed", "Dimmed"]);
    assert_eq!(house.ask(Times).await.unwrap()["Dimmed"], 2);
    assert_eq!(house.load::<Lamp>(&id).await.unwrap().percent, 30);
    workers.stop().await;
}
