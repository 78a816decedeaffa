//! What a running system tells of itself: names, fields and values.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt::Debug;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock, Mutex};

use cim_runtime::ManualEnvironment;
use cim_runtime::prelude::*;
use cim_runtime::store::MemoryStore;
use cim_runtime::system::Options;
use cim_runtime::testing::Simulation;
use metrics::{
    Counter, CounterFn, Gauge, GaugeFn, Histogram, HistogramFn, Key, KeyName, Metadata, Recorder,
    SharedString, Unit,
};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing_core::span::Current;

#[derive(DomainId)]
pub struct MeterId(u32);

#[aggregate(domain = "it", id = MeterId)]
#[derive(Default)]
pub struct Meter {}

#[value]
pub enum MeterRefused {
    TooMuch,
}

#[command(Meter)]
pub struct Measure {
    pub litres: u32,
}

#[command(Meter)]
pub struct Seal;

#[event(Meter, unread)]
pub struct Measured {
    pub litres: u32,
}

#[event(Meter)]
pub struct Sealed;

#[state_machine(initial Open, terminal Closed)]
impl Meter {
    #[transition(Open)]
    fn measure(&self, cmd: Measure) -> Result<Option<Measured>, MeterRefused> {
        match cmd.litres {
            0 => Ok(None),
            litres if litres > 100 => Err(MeterRefused::TooMuch),
            litres => Ok(Some(Measured { litres })),
        }
    }

    #[transition(Open -> Closed)]
    fn seal(&self, _: Seal) -> Sealed {
        Sealed
    }
}

/// Seals a meter at 10 litres, and that of the next house at 20; fails at 30.
#[policy]
pub fn sealing(event: &Recorded<Measured>) -> Result<Vec<To<Seal>>, String> {
    match event.event.litres {
        10 => Ok(vec![Seal.to(event.id())]),
        20 => Ok(vec![Seal.to(event.id()), Seal.to(event.id())]),
        30 => Err("thirty".to_owned()),
        _ => Ok(Vec::new()),
    }
}

/// Fails always, and stops there.
#[policy(on_failure = stop)]
pub fn draining(event: &Recorded<Measured>) -> Result<Vec<To<Seal>>, String> {
    Err(format!("{:?} leaks", event.id()))
}

#[derive(Tables)]
pub struct Readings {
    litres: Table<MeterId, u32>,
}

#[projection]
impl Readings {
    #[on]
    fn measured(&mut self, event: &Recorded<Measured>) -> Result<(), String> {
        if event.event.litres == 30 {
            return Err("thirty".to_owned());
        }
        self.litres.insert(&event.id(), event.event.litres);
        Ok(())
    }
}

#[system(aggregates(Meter), policies(sealing), projections(Readings))]
pub struct Waterworks;

#[system(aggregates(Meter), policies(draining))]
pub struct Drains;

/// The metrics of all that runs in this process, by their names and labels.
#[derive(Default)]
struct Metrics(Mutex<BTreeMap<String, Arc<Number>>>);

/// A number, and how often it was given.
#[derive(Default)]
struct Number(Mutex<(f64, u64)>);

impl Number {
    fn change(&self, change: impl FnOnce(f64) -> f64) {
        let mut number = self.0.lock().unwrap();
        *number = (change(number.0), number.1 + 1);
    }
}

impl CounterFn for Number {
    fn increment(&self, value: u64) {
        self.change(|number| number + value as f64);
    }

    fn absolute(&self, value: u64) {
        self.change(|_| value as f64);
    }
}

impl GaugeFn for Number {
    fn increment(&self, value: f64) {
        self.change(|number| number + value);
    }

    fn decrement(&self, value: f64) {
        self.change(|number| number - value);
    }

    fn set(&self, value: f64) {
        self.change(|_| value);
    }
}

impl HistogramFn for Number {
    fn record(&self, value: f64) {
        self.change(|number| number.max(value));
    }
}

impl Metrics {
    fn number(&self, key: &Key) -> Arc<Number> {
        let labels = key.labels().map(|label| format!(" {}={}", label.key(), label.value()));
        let name = format!("{}{}", key.name(), labels.collect::<String>());
        Arc::clone(self.0.lock().unwrap().entry(name).or_default())
    }

    /// The value of a metric, and how often it was given.
    fn of(&self, name: &str) -> Option<(f64, u64)> {
        let number = self.0.lock().unwrap().get(name).cloned()?;
        let number = *number.0.lock().unwrap();
        Some(number)
    }
}

struct Recording;

impl Recorder for Recording {
    fn describe_counter(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn describe_gauge(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn describe_histogram(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn register_counter(&self, key: &Key, _: &Metadata<'_>) -> Counter {
        Counter::from_arc(METRICS.number(key))
    }

    fn register_gauge(&self, key: &Key, _: &Metadata<'_>) -> Gauge {
        Gauge::from_arc(METRICS.number(key))
    }

    fn register_histogram(&self, key: &Key, _: &Metadata<'_>) -> Histogram {
        Histogram::from_arc(METRICS.number(key))
    }
}

static METRICS: LazyLock<Metrics> = LazyLock::new(Metrics::default);

/// The spans of all that runs in this process.
static SPANS: Mutex<Vec<Span>> = Mutex::new(Vec::new());

#[derive(Debug, Clone)]
struct Span {
    id: u64,
    name: &'static str,
    fields: BTreeMap<&'static str, String>,
}

impl Visit for Span {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.fields.insert(field.name(), format!("{value:?}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.fields.insert(field.name(), value.to_owned());
    }
}

struct Tracing(AtomicU64);

thread_local! {
    static ENTERED: RefCell<Vec<(Id, &'static tracing::Metadata<'static>)>> = RefCell::default();
    static KNOWN: RefCell<BTreeMap<u64, &'static tracing::Metadata<'static>>> = RefCell::default();
}

impl tracing::Subscriber for Tracing {
    fn enabled(&self, metadata: &tracing::Metadata<'_>) -> bool {
        metadata.is_span() && metadata.target().starts_with("cim_runtime")
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        let id = self.0.fetch_add(1, Ordering::Relaxed) + 1;
        let name = span.metadata().name();
        let mut found = Span { id, name, fields: BTreeMap::new() };
        span.record(&mut found);
        SPANS.lock().unwrap().push(found);
        KNOWN.with_borrow_mut(|known| known.insert(id, span.metadata()));
        Id::from_u64(id)
    }

    fn record(&self, id: &Id, values: &Record<'_>) {
        let mut spans = SPANS.lock().unwrap();
        let span = spans.iter_mut().find(|span| span.id == id.into_u64()).unwrap();
        values.record(span);
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn event(&self, _: &tracing::Event<'_>) {}

    fn enter(&self, id: &Id) {
        // One that was made on another thread is not asked for.
        let Some(metadata) = KNOWN.with_borrow(|known| known.get(&id.into_u64()).copied()) else {
            return;
        };
        ENTERED.with_borrow_mut(|entered| entered.push((id.clone(), metadata)));
    }

    fn exit(&self, id: &Id) {
        ENTERED.with_borrow_mut(|entered| entered.retain(|(entered, _)| entered != id));
    }

    fn current_span(&self) -> Current {
        ENTERED.with_borrow(|entered| match entered.last() {
            Some((id, metadata)) => Current::new(id.clone(), metadata),
            None => Current::none(),
        })
    }
}

/// The spans with this name and these fields.
fn spans(name: &str, fields: &[(&str, &str)]) -> Vec<Span> {
    let spans = SPANS.lock().unwrap();
    let has = |span: &Span| {
        fields.iter().all(|(field, value)| span.fields.get(field).is_some_and(|is| is == value))
    };
    spans.iter().filter(|span| span.name == name && has(span)).cloned().collect()
}

#[tokio::test]
async fn a_system_tells_what_it_does() {
    metrics::set_global_recorder(Recording).unwrap();
    tracing::subscriber::set_global_default(Tracing(AtomicU64::new(0))).unwrap();
    let (store, clock) = (Arc::new(MemoryStore::new()), ManualEnvironment::new(1));
    let works = Simulation::<Waterworks>::start_on(store.clone(), clock.clone()).await.unwrap();
    let meter = MeterId;
    let measure = |litres| Measure { litres };

    let sent = works.send(&meter(1), measure(10)).await.unwrap();
    works.send(&meter(2), measure(0)).await.unwrap();
    works.send(&meter(2), measure(101)).await.unwrap_err();
    works.send(&meter(3), measure(20)).await.unwrap();
    works.send(&meter(4), measure(30)).await.unwrap();
    works.settled().await.unwrap();
    // Another process, whose copy of the meter is old then.
    let options = Options::default().environment(clock.clone());
    let other = Handle::<Waterworks>::with_options(store.clone(), options);
    works.send(&meter(5), measure(1)).await.unwrap();
    other.send(&meter(5), measure(2)).await.unwrap();
    works.send(&meter(5), measure(3)).await.unwrap();
    let earlier = clock.time() - SignedDuration::from_secs(5);
    works.settled().await.unwrap();
    works.at(earlier).send(&meter(5), measure(4)).await.unwrap();
    works.settled().await.unwrap();

    let value = |name: &str| METRICS.of(name).map(|(value, _)| value);
    let commands = |command: &str, outcome: &str| {
        value(&format!("cim_commands_total aggregate=it.meter command={command} outcome={outcome}"))
    };
    assert_eq!(commands("Measure", "stored"), Some(7.0));
    assert_eq!(commands("Measure", "unchanged"), Some(1.0));
    assert_eq!(commands("Measure", "refused"), Some(1.0));
    assert_eq!(commands("Seal", "stored"), Some(2.0));
    assert_eq!(commands("Seal", "refused"), Some(1.0));
    assert_eq!(value("cim_conflicts_total aggregate=it.meter"), Some(1.0));
    let (longest, appends) = METRICS.of("cim_append_seconds").unwrap();
    assert!(appends >= 10 && longest > 0.0 && longest < 60.0, "{appends} {longest}");
    assert_eq!(value("cim_projection_position projection=readings"), Some(9.0));
    assert_eq!(value("cim_projection_lag_seconds projection=readings"), Some(5.0));
    assert_eq!(value("cim_projection_parked_total projection=readings"), Some(1.0));
    assert_eq!(value("cim_stored_position"), Some(9.0));
    assert_eq!(value("cim_policy_position policy=sealing"), Some(9.0));
    assert_eq!(value("cim_policy_up policy=sealing"), Some(1.0));
    let drains = Simulation::<Drains>::start_on(store, clock).await.unwrap();
    drains.settled().await.unwrap_err();
    assert_eq!(value("cim_policy_up policy=draining"), Some(0.0));
    let up = || value("cim_projection_up projection=readings");
    let readings = works.projection::<Readings>().unwrap();
    assert_eq!(up(), Some(1.0));
    readings.pause();
    assert_eq!(up(), Some(0.0));
    readings.resume();
    assert_eq!(up(), Some(1.0));
    let reactions = |outcome: &str| {
        value(&format!("cim_policy_commands_total policy=sealing outcome={outcome}"))
    };
    assert_eq!((reactions("done"), reactions("dead")), (Some(2.0), Some(1.0)));
    // The command that was refused, and the event at which it fails.
    assert_eq!(value("cim_dead_letters_total policy=sealing"), Some(2.0));

    let root = sent.receipt().unwrap().command_id.to_string();
    let under_root = [("id", "1"), ("correlation", &*root), ("outcome", "stored")];
    let names: Vec<_> = spans("command", &under_root)
        .into_iter()
        .map(|span| span.fields["command"].clone())
        .collect();
    assert_eq!(names, ["Measure", "Seal"]);
    let reaction = [("policy", "sealing"), ("command", "Seal"), ("correlation", &*root)];
    assert_eq!(spans("reaction", &reaction).len(), 1);
    for (kind, name) in [("projection", "readings"), ("policy", "sealing")] {
        let pages = spans("page", &[("kind", kind), ("name", name)]);
        let events: Vec<u64> =
            pages.iter().map(|page| page.fields["events"].parse().unwrap()).collect();
        assert!(events.iter().sum::<u64>() >= 9, "{kind}: {events:?}");
    }
}
