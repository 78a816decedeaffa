//! Methods that take any event of a machine.

use std::sync::Arc;

use cim_runtime::causes::CauseMap;
use cim_runtime::policy::Policy;
use cim_runtime::prelude::*;
use cim_runtime::store::{EmbeddedStore, MemoryStore, Store};
use cim_runtime::testing::Simulation;

#[derive(DomainId)]
pub struct HouseId(u32);

#[aggregate(domain = "any", id = HouseId)]
#[derive(Default)]
pub struct House {
    pub alarm: Alarm,
}

#[command(House)]
pub struct Build;
#[command(House)]
pub struct Paint;
#[command(House)]
pub struct Inspect;
#[event(House)]
pub struct Built;
#[event(House)]
pub struct Painted;
#[event(House)]
pub struct Inspected;

#[state_machine(initial Planned, Standing, region alarm: Alarm)]
impl House {
    #[transition(Planned -> Standing)]
    fn build(&self, _: Build) -> Built {
        Built
    }

    #[transition(Standing)]
    fn paint(&self, _: Paint) -> Painted {
        Painted
    }

    #[transition(Standing)]
    fn inspect(&self, _: Inspect) -> Inspected {
        Inspected
    }
}

#[value]
#[derive(Default)]
pub struct Alarm {}

#[command(Alarm)]
pub struct Ring;
#[command(Alarm)]
pub struct Hush;
#[event(Alarm)]
pub struct Rung;
#[event(Alarm)]
pub struct Hushed;

#[state_machine(initial Quiet, Loud)]
impl Alarm {
    #[transition(Quiet -> Loud)]
    fn ring(&self, _: Ring) -> Rung {
        Rung
    }

    #[transition(Loud -> Quiet)]
    fn hush(&self, _: Hush) -> Hushed {
        Hushed
    }
}

/// What has happened to each house, with one event told in its own words.
#[derive(Tables)]
pub struct Diary {
    lines: Table<(HouseId, u64), String>,
}

#[value]
pub struct DiaryOf(HouseId);

#[projection]
impl Diary {
    #[on]
    fn anything(&mut self, event: &Recorded<AnyOf<House>>) {
        let name = event.event.name().to_owned();
        self.lines.insert(&(event.id(), event.version), name);
    }

    #[on]
    fn built(&mut self, event: &Recorded<Built>) {
        self.lines.insert(&(event.id(), event.version), "there it stands".to_owned());
    }

    #[query]
    fn of(&self, question: DiaryOf) -> Vec<String> {
        self.lines.with_prefix(&question.0).map(|(_, line)| line).collect()
    }
}

/// How often alarms do something.
#[derive(Tables)]
pub struct Noise {
    count: Table<HouseId, u32>,
}

#[value]
pub struct NoiseOf(HouseId);

#[projection]
impl Noise {
    #[on]
    fn alarm(&mut self, event: &Recorded<AnyOf<Alarm>>) {
        *self.count.get_or_default(&event.id()) += match event.event.0 {
            AlarmEvent::Rung(_) => 10,
            AlarmEvent::Hushed(_) => 1,
        };
    }

    #[on(Painted, Inspected)]
    fn visited(&mut self, event: &Recorded<AnyOf<House>>) {
        *self.count.get_or_default(&event.id()) += 100;
    }

    #[query]
    fn of(&self, question: NoiseOf) -> u32 {
        self.count.get(&question.0).unwrap_or_default()
    }
}

/// Who has not been seen for a week is inspected.
#[derive(Tables)]
pub struct Inspector {}

#[policy(ends = "nobody looks at an inspection")]
impl Inspector {
    #[on]
    fn inspected(&self, _: &Recorded<Inspected>) {}

    #[on]
    fn seen(&self, event: &Recorded<AnyOf<House>>) -> (Cancel<Inspect>, To<Inspect>) {
        let id = event.id();
        (Inspect::cancel(id.clone()), Inspect.to(id).after(1.weeks()))
    }
}

/// Has had enough of the second noise or smell.
#[derive(Tables)]
pub struct Neighbour {
    complaints: Table<HouseId, u32>,
}

#[policy(refused = ignore)]
impl Neighbour {
    #[on(Rung, Painted)]
    fn disturbed(&mut self, event: &Recorded<AnyOf<House>>) -> Option<To<Hush>> {
        let complaints = self.complaints.get_or_default(&event.id());
        *complaints += 1;
        (*complaints == 2).then(|| Hush.to(event.id()))
    }
}

#[system(aggregates(House), policies(Inspector, Neighbour), projections(Diary, Noise))]
pub struct Street;

#[test]
fn a_method_that_names_its_events_takes_these_alone() {
    let id = HouseId(3);
    Neighbour::given(Rung.of(id.clone()))
        .when(Painted.of(id.clone()))
        .then_sends(Hush.to(id.clone()))
        .when(Rung.of(id))
        .then_sends_nothing();
    let takes = <Neighbour as Policy>::ROUTES.iter().map(|route| route.event.to_string());
    assert_eq!(takes.collect::<Vec<_>>(), ["Rung", "Painted"]);
}

#[tokio::test]
async fn each_event_that_no_other_method_takes_is_taken() {
    let street = Simulation::<Street>::start().await.unwrap();
    let id = HouseId(7);
    street.send(&id, Build).await.unwrap();
    street.send(&id, Ring).await.unwrap();
    street.advance(4.days()).await.unwrap();
    street.send(&id, Hush).await.unwrap();
    street.send(&id, Paint).await.unwrap();
    street.advance(4.days()).await.unwrap();
    let diary = street.ask(DiaryOf(id.clone())).await.unwrap();
    assert_eq!(diary, ["there it stands", "Rung", "Hushed", "Painted"]);
    assert_eq!(street.ask(NoiseOf(id.clone())).await.unwrap(), 111);
    street.advance(30.days()).await.unwrap();
    let diary = street.ask(DiaryOf(id.clone())).await.unwrap();
    assert_eq!(diary.last().unwrap(), "Inspected", "a week after it was painted, and once");
    assert_eq!(diary.len(), 5);
}

#[test]
fn the_map_of_causes_shows_each_event_once() {
    let map = CauseMap::of::<Street>();
    let arrows: Vec<_> = map.arrows().iter().map(|(a, b)| format!("{a} → {b}")).collect();
    let of = |part: &str| arrows.iter().filter(|arrow| arrow.ends_with(part)).count();
    assert_eq!((of("→ diary"), of("→ noise"), of("→ inspector")), (5, 4, 5));
    let text = cim_runtime::describe::Description::of::<Street>().to_string();
    assert!(text.contains("  on all of House: Inspect\n"), "{text}");
    assert!(text.contains("projection diary: all of House, Built\n"), "{text}");
}

/// The same houses to a program that is older.
mod older {
    use super::*;

    #[aggregate(domain = "any", id = HouseId)]
    #[derive(Default)]
    pub struct House {}

    #[command(House)]
    pub struct Build;
    #[event(House)]
    pub struct Built;

    #[state_machine(initial Planned, terminal Standing)]
    impl House {
        #[transition(Planned -> Standing)]
        fn build(&self, _: Build) -> Built {
            Built
        }
    }

    #[derive(Tables)]
    pub struct Count {
        events: Table<HouseId, u32>,
    }

    #[value]
    pub struct CountOf(pub HouseId);

    #[projection]
    impl Count {
        #[on]
        fn anything(&mut self, event: &Recorded<AnyOf<House>>) {
            *self.events.get_or_default(&event.id()) += 1;
        }

        #[query]
        fn of(&self, question: CountOf) -> u32 {
            self.events.get(&question.0).unwrap_or_default()
        }
    }

    #[system(aggregates(House), projections(Count))]
    pub struct Street;
}

/// An event whose type a program does not know that takes all events of its aggregate.
pub(crate) async fn of_an_unknown_type(store: Arc<dyn Store>) {
    let id = HouseId(1);
    let street = Handle::<Street>::over(Arc::clone(&store));
    street.send(&id, Build).await.unwrap();
    let painted = street.send(&id, Paint).await.unwrap();
    let older = Handle::<older::Street>::over(store);
    let _workers = older.start().await.unwrap();
    let error = older.ask(older::CountOf(id)).after(&painted).await.unwrap_err();
    assert!(matches!(error, Error::Stopped { projection: "count", .. }), "{error}");
    assert!(error.to_string().contains("`Painted` is unknown"), "{error}");
}

#[tokio::test]
async fn an_event_that_a_program_does_not_know_is_not_passed_over_in_memory() {
    of_an_unknown_type(Arc::new(MemoryStore::new())).await;
}

#[tokio::test]
async fn an_event_that_a_program_does_not_know_is_not_passed_over_on_disk() {
    let folder = tempfile::tempdir().unwrap();
    of_an_unknown_type(Arc::new(EmbeddedStore::open(folder.path()).unwrap())).await;
}
