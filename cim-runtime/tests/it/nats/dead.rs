//! Dead letters that are sent again and dropped from outside, while the program that reacts writes.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use cim_runtime::policy::DeadLetterOffice;
use cim_runtime::prelude::*;
use cim_test_nats::Server;

use super::store_on;
use crate::chance::Random;

const DEADLINE: Duration = Duration::from_secs(60);

#[derive(DomainId)]
pub struct DeskId(u32);

/// It takes notes when it is open, and remembers which.
#[aggregate(domain = "it", id = DeskId)]
#[derive(Default)]
pub struct Desk {
    notes: Vec<u32>,
}

#[command(Desk)]
pub struct Write {
    pub first: u32,
    pub count: u32,
}

#[command(Desk)]
pub struct Open;

#[command(Desk)]
pub struct Take {
    pub note: u32,
}

#[event(Desk, unread)]
pub struct Written {
    pub note: u32,
}

#[event(Desk)]
pub struct Opened;

#[event(Desk)]
pub struct Taken {
    pub note: u32,
}

#[state_machine(initial Closed, OpenNow)]
impl Desk {
    #[transition(Closed)]
    fn write(&self, cmd: Write) -> Vec<Written> {
        (cmd.first..cmd.first + cmd.count).map(|note| Written { note }).collect()
    }

    #[transition(Closed -> OpenNow)]
    fn open(&self, _: Open) -> Opened {
        Opened
    }

    #[transition(OpenNow)]
    fn take(&self, cmd: Take) -> Taken {
        Taken { note: cmd.note }
    }

    #[apply]
    fn taken(&mut self, event: &Taken) {
        self.notes.push(event.note);
    }
}

const WRITER: DeskId = DeskId(0);
const READER: DeskId = DeskId(1);

/// How many notes there are in all, and in one commit.
const NOTES: u32 = 1200;
const AT_ONCE: u32 = 6;

#[policy]
pub fn forwarding(event: &Recorded<Written>) -> To<Take> {
    Take { note: event.event.note }.to(READER)
}

#[system(aggregates(Desk), policies(forwarding))]
pub struct Bureau;

/// Drops or retries what is on the list until told to end: the positions of what it has dropped.
async fn meddle(server: &Server, mut until: tokio::sync::oneshot::Receiver<()>) -> BTreeSet<u64> {
    let store = store_on(server).await;
    let mut random = Random::new(5);
    let mut dropped = BTreeSet::new();
    loop {
        let is_last = until.try_recv().is_ok();
        let Some(office) = DeadLetterOffice::of(&store).await.unwrap() else { continue };
        let filed = office.list("forwarding").await.unwrap();
        let filed = filed.iter().map(|filed| filed.number);
        let chosen: Vec<_> = filed.filter(|_| is_last || random.below(8) == 0).collect();
        // Not what was asked for before: the program may have sent it since it was listed.
        let (drop, retry): (Vec<_>, Vec<_>) =
            chosen.into_iter().partition(|number| number.0.is_multiple_of(3));
        office.retry("forwarding", &retry).await.unwrap();
        for number in office.discard("forwarding", &drop).await.unwrap() {
            assert!(dropped.insert(number.0), "{number:?} was dropped twice");
        }
        if is_last {
            return dropped;
        }
    }
}

fn note_of(event: &DeskEvent) -> u32 {
    match event {
        DeskEvent::Written(written) => written.note,
        other => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_lost_or_doubled_when_the_program_writes_as_well() {
    let server = Server::start();
    let bureau = Handle::<Bureau>::over(Arc::new(store_on(&server).await));
    let workers = bureau.start().await.unwrap();
    let (end, ended) = tokio::sync::oneshot::channel();
    let write = async {
        for first in (0..NOTES).step_by(AT_ONCE as usize) {
            bureau.send(&WRITER, Write { first, count: AT_ONCE }).await.unwrap();
            if first == NOTES / 2 {
                bureau.send(&READER, Open).await.unwrap();
            }
        }
        workers.settled().await.unwrap();
        end.send(()).unwrap();
    };
    let (dropped, ()) = tokio::join!(meddle(&server, ended), write);
    // What was asked for last is still to be sent.
    let office = DeadLetterOffice::of(&store_on(&server).await).await.unwrap().unwrap();
    let sent = async {
        while !office.list("forwarding").await.unwrap().is_empty() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(DEADLINE, sent).await.expect("some were not sent");
    workers.settled().await.unwrap();

    let mut notes = bureau.load::<Desk>(&READER).await.unwrap().notes.clone();
    notes.sort_unstable();
    let written = bureau.history::<Desk>(&WRITER, 0).await.unwrap().into_iter();
    let kept = written.filter(|event| !dropped.contains(&event.position));
    let expected: Vec<_> = kept.map(|event| note_of(&event.event)).collect();
    assert_eq!(notes, expected, "{} were dropped", dropped.len());
    assert_eq!(expected.len() + dropped.len(), NOTES as usize);
    assert!(!dropped.is_empty() && dropped.len() < NOTES as usize / 2, "{}", dropped.len());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_does_not_react_lists_retries_and_drops_as_well() {
    let server = Server::start();
    let [one, other] = [store_on(&server).await, store_on(&server).await];
    let [one, other] = [one, other].map(|store| Handle::<Bureau>::over(Arc::new(store)));
    let reacting = one.start().await.unwrap();
    one.send(&WRITER, Write { first: 0, count: 3 }).await.unwrap();
    reacting.settled().await.unwrap();
    let following = other.start().await.unwrap();
    let letters = following.dead_letters("forwarding").unwrap();
    let all = || async {
        let listed = tokio::time::timeout(DEADLINE, letters.list()).await.unwrap().unwrap();
        listed.into_iter().map(|(number, _)| number).collect::<Vec<_>>()
    };
    let numbers = all().await;
    assert_eq!(numbers.len(), 3);
    assert!(letters.discard(numbers[0]).await.unwrap());
    assert!(!letters.discard(numbers[0]).await.unwrap());
    one.send(&READER, Open).await.unwrap();
    assert!(letters.retry(numbers[2]).await.unwrap());
    // The process that reacts sends it.
    let sent = async {
        while all().await != [numbers[1]] {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(DEADLINE, sent).await.unwrap();
    assert_eq!(other.load::<Desk>(&READER).await.unwrap().notes, [2]);
}
