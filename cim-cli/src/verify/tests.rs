//! Verifying a store whose content is made for the case.

use bytes::Bytes;
use cim_runtime::car::Sections;
use cim_runtime::store::{Claim, Committed, Head, StoreFuture};
use cim_runtime::{Commit, car};
use futures::FutureExt as _;
use futures::executor::block_on;
use futures::stream::{self, BoxStream, StreamExt as _};

use super::*;
use crate::shop::Shop;

/// A store that answers with what it was given, and with an error where there is none.
#[derive(Debug)]
struct Tampered {
    events: Vec<Option<StoredEvent>>,
    damage: Vec<Damage>,
    head: Option<Head>,
}

impl Tampered {
    fn of(commits: &[Commit]) -> Self {
        let sections = commits.iter().flat_map(|commit| Sections::new(commit.sections().clone()));
        let events: Vec<_> = (1..)
            .zip(sections)
            .map(|(position, section)| {
                let (cid, block) = section.unwrap();
                Some(StoredEvent { position, cid, block })
            })
            .collect();
        let head = events.last().cloned().flatten();
        let head = head.map(|event| Head { number: event.position, cid: event.cid });
        Self { events, damage: Vec::new(), head }
    }

    fn cid(&self, position: usize) -> EventCid {
        self.events[position - 1].as_ref().unwrap().cid
    }

    fn change(&mut self, position: usize, change: impl FnOnce(&mut Vec<u8>)) {
        let event = self.events[position - 1].as_mut().unwrap();
        let mut block = event.block.to_vec();
        change(&mut block);
        event.block = block.into();
    }

    fn verify(&self) -> Report {
        block_on(Reader::new(self).read()).unwrap()
    }
}

impl Store for Tampered {
    fn read_all(&self, after: u64, limit: usize) -> StoreFuture<'_, Vec<StoredEvent>> {
        // A hole in the list is an event that cannot be read; one in the numbers is none at all.
        let events = (1..).zip(&self.events).skip_while(|(place, event)| {
            event.as_ref().map_or(*place, |event| event.position) <= after
        });
        let page: Option<Vec<_>> = events.map(|(_, event)| event.clone()).take(limit).collect();
        std::future::ready(page.ok_or_else(|| StoreError::damaged("cannot be read"))).boxed()
    }

    fn head(&self) -> StoreFuture<'_, Option<Head>> {
        std::future::ready(Ok(self.head)).boxed()
    }

    fn damage(&self) -> StoreFuture<'_, Vec<Damage>> {
        std::future::ready(Ok(self.damage.clone())).boxed()
    }

    fn commit(&self, _: Commit) -> StoreFuture<'_, Committed> {
        unreachable!()
    }

    fn read_stream(&self, stream: &StreamName, after: u64) -> StoreFuture<'_, Vec<StoredEvent>> {
        let of_stream = |event: &&StoredEvent| {
            let event = event.envelope().unwrap();
            event.version > after
                && StreamName::new(event.aggregate, event.id).as_ref() == Ok(stream)
        };
        let events = self.events.iter().flatten().filter(of_stream).cloned().collect();
        std::future::ready(Ok(events)).boxed()
    }

    fn find(&self, _: &EventCid) -> StoreFuture<'_, Option<StoredEvent>> {
        unreachable!()
    }

    fn lookup(
        &self,
        _: cim_runtime::store::Lookup,
        _: u64,
        _: usize,
    ) -> StoreFuture<'_, Vec<StoredEvent>> {
        unreachable!()
    }

    fn subscribe(&self, _: u64) -> BoxStream<'static, Result<StoredEvent, StoreError>> {
        stream::empty().boxed()
    }

    fn snapshot(&self, _: &StreamName) -> StoreFuture<'_, Option<Bytes>> {
        unreachable!()
    }

    fn keep_snapshot(&self, _: &StreamName, _: Bytes) -> StoreFuture<'_, ()> {
        unreachable!()
    }
}

/// Four events: 1 and 2 of order `a` in one commit, then 1 of `b`, then 3 of `a`.
fn shop() -> (Shop, Vec<Commit>) {
    let mut shop = Shop::default();
    let commits = vec![
        shop.commit("a", &["OrderPlaced", "OrderPaid"]),
        shop.commit("b", &["OrderPlaced"]),
        shop.commit("a", &["OrderSent"]),
    ];
    (shop, commits)
}

fn store() -> Tampered {
    Tampered::of(&shop().1)
}

/// The order, number and CIDs of the only finding.
#[track_caller]
fn the_finding(store: &Tampered) -> Finding {
    let mut report = store.verify();
    assert!(!report.sound);
    assert_eq!(report.damage.len(), 1, "{:#?}", report.damage);
    report.damage.remove(0)
}

#[track_caller]
fn is_event(finding: &Finding, id: &str, version: u64) {
    let named = (finding.aggregate.as_deref(), finding.id.as_deref(), finding.version);
    assert_eq!(named, (Some("shop.order"), Some(id), Some(version)), "{finding:#?}");
}

#[test]
fn a_sound_store_is_counted() {
    let report = store().verify();
    assert!(report.sound, "{:#?}", report.damage);
    assert_eq!((report.events, report.streams), (4, 2));
    assert!(report.bytes > 0);
}

#[test]
fn an_empty_store_is_sound() {
    assert!(Tampered::of(&[]).verify().sound);
}

#[test]
fn a_changed_block_is_named_with_both_cids() {
    let mut store = store();
    // Inside the data, where the block can still be read.
    store.change(2, |block| {
        let at = block.windows(6).position(|bytes| bytes == &"größe".as_bytes()[..6]);
        block[at.unwrap()] = b'G';
    });
    let finding = the_finding(&store);
    is_event(&finding, "a", 2);
    assert!(finding.is_of(store.cid(2)));
    let block = &store.events[1].as_ref().unwrap().block;
    assert_eq!(finding.found.unwrap().0, EventCid::of(block));
}

#[test]
fn a_block_that_says_nothing_is_named_by_the_next_event() {
    let mut store = store();
    store.change(2, |block| block.fill(0));
    is_event(&the_finding(&store), "a", 2);
}

#[test]
fn an_event_that_cannot_be_read_is_named_by_the_next_one() {
    let mut store = store();
    let expected = Some(store.cid(2));
    store.events[1] = None;
    store.damage.push(Damage {
        place: "log/1.car, byte 400".to_owned(),
        problem: "no section".to_owned(),
        position: Some(2),
        expected,
        ..Damage::default()
    });
    let finding = the_finding(&store);
    is_event(&finding, "a", 2);
    assert_eq!(finding.place.as_deref(), Some("log/1.car, byte 400"));
}

/// As a store answers that keeps whole commits: with one block, all of its commit is gone.
#[test]
fn a_commit_with_one_bad_block_is_one_finding() {
    let mut store = store();
    let claim = Claim::of(&store.events[0].as_ref().unwrap().block);
    let (position, expected) = (Some(1), Some(store.cid(1)));
    store.damage.push(Damage { position, expected, claim, ..Damage::default() });
    store.events.drain(..2);
    is_event(&the_finding(&store), "a", 1);
}

#[test]
fn the_last_event_of_a_stream_is_named_by_what_its_bytes_say() {
    let mut store = store();
    let claim = Claim::of(&store.events[2].as_ref().unwrap().block);
    let (position, expected) = (Some(3), Some(store.cid(3)));
    store.damage.push(Damage { position, expected, claim, ..Damage::default() });
    store.events.remove(2);
    is_event(&the_finding(&store), "b", 1);
}

#[test]
fn what_the_store_does_not_know_to_be_damaged_is_reported_too() {
    let mut store = store();
    store.events[2] = None;
    let finding = the_finding(&store);
    assert_eq!((finding.position, finding.problem.as_str()), (Some(3), "cannot be read"));
}

#[test]
fn a_missing_event_is_named() {
    let mut store = store();
    let missing = store.cid(2);
    store.events.remove(1);
    for (position, event) in (1..).zip(&mut store.events) {
        event.as_mut().unwrap().position = position;
    }
    store.head.as_mut().unwrap().number = 3;
    let finding = the_finding(&store);
    is_event(&finding, "a", 2);
    assert_eq!(finding.problem, "event 2 is missing");
    assert!(finding.is_of(missing));
}

#[test]
fn an_event_put_in_place_of_another_is_named() {
    let (mut shop, mut commits) = shop();
    let last = EventCid::of(b"another second event");
    shop.pretend("a", 2, last);
    commits[2] = shop.commit("a", &["OrderSent"]);
    let store = Tampered::of(&commits);
    let finding = the_finding(&store);
    is_event(&finding, "a", 2);
    assert!(finding.is_of(last));
    assert_eq!(finding.found.unwrap().0, store.cid(2));
}

#[test]
fn a_half_commit_is_found() {
    let (mut shop, commits) = shop();
    let commit = shop.commit("b", &["OrderPaid", "OrderSent"]);
    let mut sections = Sections::new(commit.sections().clone());
    let (cid, block) = sections.next().unwrap().unwrap();
    shop.pretend("b", 2, cid);
    let next = shop.commit("b", &["OrderPaid"]);
    let mut store = Tampered::of(&[commits, vec![next]].concat());
    let event = StoredEvent { position: 5, cid, block };
    store.events.insert(4, Some(event));
    store.events[5].as_mut().unwrap().position = 6;
    store.head.as_mut().unwrap().number = 6;
    let finding = the_finding(&store);
    is_event(&finding, "b", 3);
    assert_eq!(finding.problem, "part 1 of 1 of a commit stands behind part 1 of 2");
}

#[test]
fn a_stream_ends_with_a_whole_commit() {
    let (mut shop, commits) = shop();
    let half = shop.commit("b", &["OrderPaid", "OrderSent"]);
    let mut store = Tampered::of(&[commits, vec![half]].concat());
    store.events.pop();
    let (number, cid) = (5, store.cid(5));
    store.head = Some(Head { number, cid });
    let finding = the_finding(&store);
    is_event(&finding, "b", 2);
    let problem = "part 1 of a commit of 2 events is the last of shop.evt.order.b";
    assert_eq!(finding.problem, problem);
}

#[test]
fn a_tail_that_was_cut_off_is_found() {
    let mut store = store();
    let head = store.head.unwrap();
    store.events.pop();
    let finding = the_finding(&store);
    assert_eq!(finding.position, Some(4));
    assert!(finding.is_of(head.cid));
}

#[test]
fn a_block_that_is_no_event_is_found() {
    let mut store = store();
    let block = Bytes::from_static(b"\xa0");
    let mut section = Vec::new();
    car::write_section(&mut section, &EventCid::of(&block), &block);
    store.events.push(Some(StoredEvent { position: 5, cid: EventCid::of(&block), block }));
    store.head = Some(Head { number: 5, cid: EventCid::of(b"\xa0") });
    assert!(the_finding(&store).problem.contains("not an event"));
}
