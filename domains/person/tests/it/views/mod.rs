//! What is asked of people, against a plain recomputation from what is stored.

mod network;
mod population;
mod search;
mod skills;
mod summary;
mod timeline;

use std::collections::BTreeSet;

use cim_person::views::{NetworkView, SearchView, SkillsView, SummaryView, TimelineView};
use cim_runtime::event::EventSet as _;
use cim_runtime::prelude::*;

use crate::world::{World, all_is_well, on_each_store};
use population::Stored;

on_each_store! {
    each_view_is_what_a_plain_recomputation_comes_to
}

async fn each_view_is_what_a_plain_recomputation_comes_to(world: &World) {
    check(world, 1, 150).await;
}

/// In memory there is time for more of them.
#[tokio::test]
async fn whatever_happens_to_people_each_view_knows_it() {
    let (mut states, mut events) = (BTreeSet::new(), BTreeSet::new());
    for seed in 2..8 {
        let stored = check(&World::start().await.unwrap(), seed, 600).await;
        for folded in stored.people.values() {
            states.insert(folded.state.name());
            events.extend(folded.history.iter().map(|event| event.event.kind().name));
        }
    }
    // It would be easy to know what has not happened.
    for state in ["Active", "Suspended", "Archived", "Deceased", "Merged"] {
        assert!(states.contains(state), "nobody is {state}");
    }
    for event in [
        "EmailRemoved",
        "EmploymentEnded",
        "EmploymentRemoved",
        "MergeRejected",
        "NameChanged",
        "PersonReactivated",
        "RelationshipConfirmed",
        "RelationshipEnded",
        "RelationshipMoved",
        "RelationshipTakenOver",
        "SkillEndorsed",
        "SkillRemoved",
        "SkillVerified",
    ] {
        assert!(events.contains(event), "{event} has not happened");
    }
}

async fn check(world: &World, seed: u64, commands: u32) -> Stored {
    population::live(world, seed, commands).await;
    all_is_well(world).await;
    assert_eq!(world.projection::<SummaryView>().unwrap().parked().await.unwrap(), []);
    assert_eq!(world.projection::<SearchView>().unwrap().parked().await.unwrap(), []);
    assert_eq!(world.projection::<SkillsView>().unwrap().parked().await.unwrap(), []);
    assert_eq!(world.projection::<NetworkView>().unwrap().parked().await.unwrap(), []);
    assert_eq!(world.projection::<TimelineView>().unwrap().parked().await.unwrap(), []);
    let stored = Stored::read(world).await;
    summary::check(world, &stored).await;
    search::check(world, &stored).await;
    skills::check(world, &stored).await;
    network::check(world, &stored).await;
    timeline::check(world, &stored).await;
    stored
}
