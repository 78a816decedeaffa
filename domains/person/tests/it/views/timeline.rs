//! What has happened to a person.

use cim_person::emails::*;
use cim_person::person::*;
use cim_person::preferences::*;
use cim_person::relationships::*;
use cim_person::views::timeline::TimelineOf;
use cim_runtime::event::EventSet as _;

use super::population::Stored;
use crate::some::{name, person};
use crate::world::{World, on_each_store};

pub(super) async fn check(world: &World, stored: &Stored) {
    for (id, folded) in &stored.people {
        for limit in [1, 5, u32::MAX] {
            let (mut entries, mut after) = (Vec::new(), 0);
            loop {
                let page = world.ask(TimelineOf { id: id.clone(), after, limit }).await.unwrap();
                let Some(last) = page.last() else { break };
                assert!(page.len() <= limit as usize);
                after = last.number;
                entries.extend(page);
            }
            assert_eq!(entries.len(), folded.history.len(), "{id}");
            for (entry, event) in entries.iter().zip(&folded.history) {
                assert_eq!((entry.number, entry.at), (event.version, event.at));
                assert_eq!(entry.kind, event.event.kind().name);
                assert!(!entry.description.is_empty());
            }
        }
    }
}

on_each_store! {
    a_history_can_be_read
}

async fn a_history_can_be_read(world: &World) {
    let create = |given| CreatePerson { name: name(given), source: "a form".to_owned() };
    world.send(&person(1), create("Ada")).await.unwrap();
    world.send(&person(2), create("美咲")).await.unwrap();
    let usage = EmailUsage { kind: EmailKind::Work, notifications: true, marketing: false };
    let add = AddEmail { address: "ada@example.org".to_owned(), usage };
    world.send(&person(1), add).await.unwrap();
    let kind = RelationshipKind::BusinessPartner;
    let relationship = "00000000-0000-0000-0000-000000000009".parse().unwrap();
    let propose = ProposeRelationship { relationship, with: person(2), kind, since: None };
    world.send(&person(1), propose).await.unwrap();
    world.settled().await.unwrap();
    let privacy = Privacy { analytics: true, ..Privacy::default() };
    let sent = world.send(&person(1), SetPrivacy { privacy }).await.unwrap();

    let page = TimelineOf { id: person(1), after: 0, limit: 10 };
    let entries = world.ask(page).after(&sent).await.unwrap();
    let told: Vec<_> = entries.iter().map(|entry| entry.description.as_str()).collect();
    assert_eq!(
        told,
        [
            "Person created: Ada Lovelace, from a form",
            "Email added: ada@example.org (work)",
            &format!("Relationship proposed: {} as business partner", person(2)),
            "Privacy set",
        ]
    );
    let ask = async |id, after, limit| world.ask(TimelineOf { id, after, limit }).await.unwrap();
    assert_eq!(ask(person(1), 3, 10).await, entries[3..]);
    assert_eq!(ask(person(1), 0, 0).await, []);
    assert_eq!(ask(person(1), 4, 10).await, []);
    assert_eq!(ask(person(1), u64::MAX, 10).await, []);
    assert_eq!(ask(person(3), 0, 10).await, []);
}
