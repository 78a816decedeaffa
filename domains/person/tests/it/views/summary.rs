//! People at a glance.

use cim_person::emails::*;
use cim_person::person::*;
use cim_person::views::summary::{AllPeople, Lifecycle, PersonById, PersonSummary};
use cim_runtime::prelude::*;

use super::population::Stored;
use crate::some::{created, name, person};
use crate::world::{World, on_each_store};

pub(super) async fn check(world: &World, stored: &Stored) {
    let mut all = Vec::new();
    for (id, folded) in &stored.people {
        let who = &folded.person;
        let emails = who.emails.by_address.iter();
        let verified = emails.clone().find(|(_, email)| email.verified);
        let email = who.emails.preferred.as_ref().or(verified.map(|(address, _)| address));
        let phones = who.phones.by_number.iter();
        let verified = phones.clone().find(|(_, phone)| phone.verified);
        let phone = who.phones.preferred.as_ref().or(verified.map(|(number, _)| number));
        let jobs = who.employments.by_id.values();
        let job = jobs.filter(|job| job.end.is_none()).max_by_key(|job| job.start);
        let expected = PersonSummary {
            id: id.clone(),
            name: who.name.clone(),
            email: email.or_else(|| who.emails.by_address.keys().next()).cloned(),
            phone: phone.or_else(|| who.phones.by_number.keys().next()).cloned(),
            employer: job.map(|job| job.employer.name.clone()),
            role: job.map(|job| job.position.title.clone()),
            skills: who.skills.by_name.len() as u32,
            lifecycle: match folded.state {
                PersonState::Active => Lifecycle::Active,
                PersonState::Suspended => Lifecycle::Suspended,
                PersonState::Merging => Lifecycle::Merging,
                PersonState::Merged => Lifecycle::Merged,
                PersonState::Archived => Lifecycle::Archived,
                PersonState::Deceased => Lifecycle::Deceased,
                PersonState::Draft => panic!("{id} was created"),
            },
            merges_into: who.merges_into.clone(),
            updated_at: folded.history.last().unwrap().at,
        };
        let summary = world.ask(PersonById { id: id.clone() }).await.unwrap();
        assert_eq!(summary.as_ref(), Some(&expected));
        all.push(expected);
    }
    for limit in [1, 7, 1000] {
        let (mut pages, mut after) = (Vec::new(), None);
        loop {
            let page = world.ask(AllPeople { after: after.clone(), limit }).await.unwrap();
            let Some(last) = page.last() else { break };
            assert!(page.len() <= limit as usize);
            after = Some(last.id.clone());
            pages.extend(page);
        }
        assert_eq!(pages, all, "by {limit}");
    }
}

on_each_store! {
    nobody_has_no_summary
    what_is_preferred_stands_before_what_is_verified_before_all_others
}

async fn nobody_has_no_summary(world: &World) {
    assert_eq!(world.ask(PersonById { id: person(1) }).await.unwrap(), None);
    assert_eq!(world.ask(AllPeople { after: None, limit: 10 }).await.unwrap(), []);
    let create = CreatePerson { name: name("Ada"), source: "test".to_owned() };
    let sent = world.send(&person(1), create).await.unwrap();
    let all = world.ask(AllPeople { after: None, limit: 0 }).after(&sent).await.unwrap();
    assert_eq!(all, []);
    let summary = world.ask(PersonById { id: person(1) }).await.unwrap().unwrap();
    assert_eq!((summary.name, summary.lifecycle), (created().name, Lifecycle::Active));
    assert_eq!((summary.email, summary.phone, summary.employer), (None, None, None));
    assert_eq!(world.ask(PersonById { id: person(2) }).await.unwrap(), None);
}

async fn what_is_preferred_stands_before_what_is_verified_before_all_others(world: &World) {
    let create = CreatePerson { name: name("Ada"), source: "test".to_owned() };
    let mut sent = world.send(&person(1), create).await.unwrap();
    let usage = EmailUsage { kind: EmailKind::Work, notifications: true, marketing: false };
    for address in ["b@example.org", "a@example.org", "c@example.org"] {
        let add = AddEmail { address: address.to_owned(), usage };
        sent = world.send(&person(1), add).await.unwrap();
    }
    let email = async |sent: &Sent| {
        let asked = world.ask(PersonById { id: person(1) }).after(sent);
        asked.await.unwrap().unwrap().email.unwrap()
    };
    assert_eq!(email(&sent).await, "a@example.org");
    let verify = VerifyEmail { address: "c@example.org".to_owned() };
    assert_eq!(email(&world.send(&person(1), verify).await.unwrap()).await, "c@example.org");
    let prefer = PreferEmail { address: "b@example.org".to_owned() };
    assert_eq!(email(&world.send(&person(1), prefer).await.unwrap()).await, "b@example.org");
    let remove = RemoveEmail { address: "b@example.org".to_owned() };
    assert_eq!(email(&world.send(&person(1), remove).await.unwrap()).await, "c@example.org");
}
