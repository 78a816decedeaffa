//! A policy whose tables are others than those of the program that has written its rows.

use std::sync::Arc;

use cim_runtime::prelude::*;
use cim_runtime::store::MemoryStore;
use cim_runtime::testing::Simulation;
use cim_runtime::{ManualEnvironment, system};

#[derive(DomainId)]
pub struct DripId(u32);

#[aggregate(domain = "it", id = DripId)]
#[derive(Default)]
pub struct Bucket {}

#[command(Bucket)]
pub struct Drip;

#[command(Bucket)]
pub struct Empty {
    pub drops: u32,
}

#[event(Bucket)]
pub struct Dripped;

#[event(Bucket, unread)]
pub struct Emptied {
    pub drops: u32,
}

#[state_machine(initial Open)]
impl Bucket {
    #[transition(Open)]
    fn drip(&self, _: Drip) -> Dripped {
        Dripped
    }

    #[transition(Open)]
    fn empty(&self, cmd: Empty) -> Emptied {
        Emptied { drops: cmd.drops }
    }
}

/// The same policy, as each program knows it: every third drop empties the bucket.
macro_rules! program {
    ($name:ident, $drops:ident: $number:ty $(, $more:ident)*) => {
        mod $name {
            use super::*;

            #[derive(Tables)]
            pub struct Emptying {
                $drops: Table<DripId, $number>,
                $($more: Table<u32, String>,)*
            }

            #[policy]
            impl Emptying {
                #[on]
                fn dripped(&mut self, event: &Recorded<Dripped>) -> Option<To<Empty>> {
                    $(self.$more.insert(&1, "one".to_owned());)*
                    let drops = self.$drops.get_or_default(&event.id());
                    *drops += <$number>::from(1_u8);
                    (*drops == <$number>::from(3_u8)).then(|| Empty { drops: 3 }.to(event.id()))
                }
            }

            #[system(aggregates(Bucket), policies(Emptying))]
            pub struct Cellar;
        }
    };
}

program!(first, drops: u32);
program!(wider, drops: f64);
program!(renamed, count: u32);
program!(longer, drops: u32, names);

/// Drips once under this program. Returns how many events there are, or why the policy has stopped.
async fn drip<S>(store: &Arc<MemoryStore>) -> Result<u64, String>
where
    S: System + system::Includes<Bucket>,
{
    let clock = ManualEnvironment::new(store.head_number().await);
    let cellar = Simulation::<S>::start_on(store.clone(), clock).await.unwrap();
    cellar.send(&DripId(1), Drip).await.unwrap();
    match cellar.settled().await {
        Ok(()) => Ok(store.head_number().await),
        Err(Error::Stopped { reason, .. }) => Err(reason),
        Err(error) => panic!("{error}"),
    }
}

trait HeadNumber {
    async fn head_number(&self) -> u64;
}

impl HeadNumber for MemoryStore {
    async fn head_number(&self) -> u64 {
        use cim_runtime::store::Store as _;
        self.head().await.unwrap().map_or(0, |head| head.number)
    }
}

#[tokio::test]
async fn rows_in_another_form_stop_the_policy_and_nothing_is_lost() {
    let store = Arc::new(MemoryStore::new());
    assert_eq!(drip::<first::Cellar>(&store).await, Ok(1));
    for (found, table) in [
        (drip::<wider::Cellar>(&store).await, "`drops`"),
        (drip::<renamed::Cellar>(&store).await, "`drops`"),
    ] {
        let reason = found.unwrap_err();
        assert!(reason.contains(table) && reason.contains("`policy.emptying`"), "{reason}");
        assert!(reason.contains("Give those tables their old names"), "{reason}");
    }
    // The program that has written them takes all that came meanwhile, and empties at the third.
    assert_eq!(drip::<first::Cellar>(&store).await, Ok(4 + 1));
}

#[tokio::test]
async fn a_table_more_begins_empty_and_one_that_was_empty_may_go() {
    let store = Arc::new(MemoryStore::new());
    assert_eq!(drip::<first::Cellar>(&store).await, Ok(1));
    assert_eq!(drip::<longer::Cellar>(&store).await, Ok(2));
    // Now it has a row, which this one would not know.
    assert!(drip::<first::Cellar>(&store).await.unwrap_err().contains("`names`"));
    assert_eq!(drip::<longer::Cellar>(&store).await, Ok(4 + 1));
}
