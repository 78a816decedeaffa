//! The cache of live aggregates changes how fast a command is decided, never how.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::sync::Arc;

use cim_runtime::Options;
use cim_runtime::prelude::*;
use cim_runtime::store::{MemoryStore, Store};

use crate::lamp::*;

fn keeping(count: usize) -> Options {
    Options::default().live_aggregates(NonZeroUsize::new(count).unwrap()).snapshot_every(3)
}

/// What the lamps should be, by number: how often they were lit, and whether they are.
#[derive(Default)]
struct Expected(BTreeMap<u32, (u32, bool)>);

impl Expected {
    /// Sends one command and compares the answer with what the lamp should say.
    async fn switch(&mut self, street: &Handle<Street>, number: u32, on: bool) {
        let (lit, bright) = self.0.entry(number).or_default();
        let taken = match on {
            true => street.send(&LampId::of(number), SwitchOn).await.is_ok(),
            false => street.send(&LampId::of(number), SwitchOff).await.is_ok(),
        };
        assert_eq!(taken, *bright != on, "lamp {number}");
        if taken {
            *bright = on;
            *lit += u32::from(on);
        }
    }

    async fn check(&self, street: &Handle<Street>) {
        for (&number, &(lit, bright)) in &self.0 {
            let lamp = street.load::<Lamp>(&LampId::of(number)).await.unwrap();
            let state = if bright { LampState::Bright } else { LampState::Dark };
            assert_eq!((lamp.lit, lamp.state()), (lit, state), "lamp {number}");
        }
    }
}

/// A walk over the lamps that comes back to each of them, with commands that are taken and that are
/// not.
fn walk() -> impl Iterator<Item = (u32, bool)> {
    (0..600_u32).map(|step| ((step * 7 + step / 13) % 17, step % 3 != 1))
}

#[tokio::test]
async fn one_live_aggregate_is_enough() {
    for count in [1, 2, 100] {
        let street = Handle::<Street>::with_options(Arc::new(MemoryStore::new()), keeping(count));
        let mut expected = Expected::default();
        for (number, on) in walk() {
            expected.switch(&street, number, on).await;
        }
        expected.check(&street).await;
    }
}

#[tokio::test]
async fn two_handles_with_stale_caches_agree() {
    for counts in [[1, 1], [1, 100], [100, 100]] {
        let store: Arc<dyn Store> = Arc::new(MemoryStore::new());
        let handles =
            counts.map(|count| Handle::<Street>::with_options(Arc::clone(&store), keeping(count)));
        let mut expected = Expected::default();
        for (step, (number, on)) in walk().enumerate() {
            expected.switch(&handles[step / 5 % 2], number, on).await;
        }
        expected.check(&handles[0]).await;
        expected.check(&handles[1]).await;
    }
}

#[tokio::test]
async fn many_tasks_through_a_cache_of_one() {
    let store: Arc<dyn Store> = Arc::new(MemoryStore::new());
    let handles = [0, 1].map(|_| Handle::<Street>::with_options(Arc::clone(&store), keeping(1)));
    let sends = (0..400_u32).map(|step| {
        let street = handles[step as usize % 2].clone();
        tokio::spawn(async move {
            street.send(&LampId::of(step % 5), Overload { fuses: 2 }).await.unwrap();
        })
    });
    for send in sends.collect::<Vec<_>>() {
        send.await.unwrap();
    }
    for number in 0..5 {
        let lamp = handles[0].load::<Lamp>(&LampId::of(number)).await.unwrap();
        assert_eq!((lamp.fuses, lamp.version()), (160, 160));
    }
}

#[tokio::test]
async fn what_another_handle_has_changed_is_decided_on() {
    let store: Arc<dyn Store> = Arc::new(MemoryStore::new());
    let [one, two] = [0, 1].map(|_| Handle::<Street>::with_options(Arc::clone(&store), keeping(9)));
    let id = LampId::of(1);
    one.send(&id, SwitchOn).await.unwrap();
    two.send(&id, SwitchOff).await.unwrap();
    // `one` believes that the lamp is bright, and would say no.
    let sent = one.send(&id, SwitchOn).await.unwrap();
    assert_eq!((sent.version(), sent.receipt().unwrap().attempts), (3, 2));
    // `two` believes that it is dark, and is told by the store.
    let late = two.send(&id, SwitchOn).await.unwrap_err();
    assert!(matches!(late, SendError::NotNow { state: LampState::Bright, .. }), "{late}");
}

#[tokio::test]
async fn that_nothing_happens_is_said_at_the_version_of_now() {
    let store: Arc<dyn Store> = Arc::new(MemoryStore::new());
    let [one, two] = [0, 1].map(|_| Handle::<Street>::with_options(Arc::clone(&store), keeping(9)));
    let id = LampId::of(1);
    one.send(&id, SwitchOn).await.unwrap();
    two.send(&id, SwitchOff).await.unwrap();
    let nothing = one.send(&id, Overload { fuses: 0 }).await.unwrap();
    assert_eq!(nothing, Sent::Unchanged { version: 2 });
}
