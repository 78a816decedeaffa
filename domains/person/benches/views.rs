//! What is asked of many people, on the embedded store: catching up all five views against one of
//! them, searching, and finding the shortest way through their relationships.
//!
//! `cargo bench -p cim-person --bench views [-- PEOPLE]`: ten events for each of them, and ten
//! relationships for each of them in a store of their own.

#![allow(missing_docs, reason = "a bench has no public items")]
#![allow(clippy::unwrap_used, reason = "a bench that cannot go on should stop")]

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use cim_person::emails::{AddEmail, EmailKind, EmailUsage, PreferEmail};
use cim_person::employments::*;
use cim_person::name::PersonName;
use cim_person::person::{CreatePerson, Person, PersonId};
use cim_person::phones::{AddPhone, PhoneKind, PhoneUsage};
use cim_person::relationships::*;
use cim_person::skills::{ClaimSkill, EndorseSkill, Level, Proficiency, SkillCategory};
use cim_person::views::network::{NeighboursOf, NetworkView, ShortestPath};
use cim_person::views::search::{Search, SearchView};
use cim_person::views::{SkillsView, SummaryView, TimelineView};
use cim_runtime::prelude::*;
use cim_runtime::store::{EmbeddedStore, Store};
use futures::future::join_all;
use rand::seq::IndexedRandom as _;
use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;

#[system(aggregates(Person))]
struct Records;

macro_rules! one_view {
    ($($system:ident: $view:ident;)*) => {$(
        #[system(aggregates(Person), projections($view))]
        struct $system;
    )*};
}

one_view! {
    Summaries: SummaryView;
    Searches: SearchView;
    Abilities: SkillsView;
    Network: NetworkView;
    Timelines: TimelineView;
}

#[system(
    aggregates(Person),
    projections(SummaryView, SearchView, SkillsView, NetworkView, TimelineView)
)]
struct AllViews;

/// How many people are told something at once while a store is filled.
const AT_ONCE: u32 = 512;

/// How many relationships there are for each person.
const RELATIONSHIPS: u32 = 10;

/// Starts the views of a system, and says how long it took until they knew all that is stored, and how
/// much of the processors' time.
macro_rules! caught_up {
    ($system:expr) => {{
        let (begun, before) = (Instant::now(), processor());
        let workers = $system.start().await.unwrap();
        workers.settled().await.unwrap();
        (workers, [begun.elapsed(), processor() - before])
    }};
}

/// How long one view takes alone.
macro_rules! alone {
    ($system:ty, $store:expr) => {{
        let shop = Handle::<$system>::over(Arc::clone($store));
        let (workers, took) = caught_up!(shop);
        println!(
            "{} alone: {:.2?}, {:.2?} of the processors",
            stringify!($system),
            took[0],
            took[1]
        );
        workers.stop().await;
        took
    }};
}

fn main() {
    let people: u32 =
        std::env::args().filter_map(|argument| argument.parse().ok()).next().unwrap_or(100_000);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let folder = tempfile::tempdir().unwrap();
        let [one, all, network] = ["one", "all", "network"].map(|name| folder.path().join(name));
        fill(&one, people, live).await;
        copy(&one, &all);
        println!("catching up on {} events:", 10 * people);
        let store = open(&one);
        let alone = [
            alone!(Summaries, &store),
            alone!(Searches, &store),
            alone!(Abilities, &store),
            alone!(Network, &store),
            alone!(Timelines, &store),
        ];
        let shop = Handle::<AllViews>::over(open(&all));
        let (workers, took) = caught_up!(shop);
        println!("all five: {:.2?}, {:.2?} of the processors", took[0], took[1]);
        // On a machine that others use, too, the processors' time tells more.
        for (what, at) in [("time", 0), ("processors", 1)] {
            let of = |time: Duration| took[at].as_secs_f64() / time.as_secs_f64();
            let alone = alone.map(|alone| alone[at]);
            let slowest = alone.iter().copied().max().unwrap_or_default();
            println!(
                "  {what}: {:.2}× of the first alone, {:.2}× of the slowest alone, {:.2}× of one after \
                 the other",
                of(alone[0]),
                of(slowest),
                of(alone.iter().sum())
            );
        }
        searching(&shop).await;
        workers.stop().await;
        drop(shop);

        fill(&network, people, relate).await;
        let shop = Handle::<Network>::over(open(&network));
        let (workers, took) = caught_up!(shop);
        let relationships = RELATIONSHIPS * people;
        println!("catching up NetworkView on {relationships} relationships: {:.2?}", took[0]);
        finding_ways(&shop, people).await;
        workers.stop().await;
    });
}

/// Fills a store with what happens to each person.
async fn fill(folder: &Path, people: u32, happens: impl AsyncFn(&Handle<Records>, u32, u32)) {
    let begun = Instant::now();
    let records = Handle::<Records>::over(open(folder));
    for first in (0..people).step_by(AT_ONCE as usize) {
        let last = (first + AT_ONCE).min(people);
        join_all((first..last).map(|number| happens(&records, number, people))).await;
    }
    println!("{people} people in {:.2?}", begun.elapsed());
}

/// What this process has used of the processors, to the hundredth of a second.
fn processor() -> Duration {
    let stat = fs::read_to_string("/proc/self/stat").unwrap();
    // Behind the name, which may have blanks, as the 12th and 13th: its own, and the system's for it.
    let times = stat.rsplit(')').next().unwrap_or_default().split_whitespace().skip(11).take(2);
    times.map(|ticks| Duration::from_millis(10 * ticks.parse::<u64>().unwrap())).sum()
}

fn open(folder: &Path) -> Arc<dyn Store> {
    Arc::new(EmbeddedStore::open(folder).unwrap())
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let to = to.join(entry.file_name());
        match entry.file_type().unwrap().is_dir() {
            true => copy(&entry.path(), &to),
            false => drop(fs::copy(entry.path(), to).unwrap()),
        }
    }
}

fn person(number: u32) -> PersonId {
    PersonId::from(Uuid::from_u128(u128::from(number) + 1))
}

/// The ten events of a person.
async fn live(records: &Handle<Records>, number: u32, people: u32) {
    let mut chance = ChaCha8Rng::seed_from_u64(number.into());
    let id = person(number);
    let (given, family) = (name(&mut chance, 2), name(&mut chance, 3));
    let create = CreatePerson {
        name: PersonName::new(given.clone(), family.clone()),
        source: "bench".to_owned(),
    };
    records.send(&id, create).await.unwrap();
    let usage = EmailUsage { kind: EmailKind::Work, notifications: true, marketing: false };
    let address = format!("{given}.{family}{number}@example.org").to_lowercase();
    records.send(&id, AddEmail { address: address.clone(), usage }).await.unwrap();
    records.send(&id, PreferEmail { address }).await.unwrap();
    let usage = PhoneUsage { kind: PhoneKind::Mobile, texts: true, calls: true };
    let number = format!("+1212{number:07}");
    records.send(&id, AddPhone { number, usage }).await.unwrap();
    let start = StartEmployment {
        employment: EmploymentId::from(Uuid::from_u128(1)),
        employer: Employer {
            name: format!("Company {}", chance.random_range(0..1000)),
            organization: None,
        },
        position: Position {
            title: "Engineer".to_owned(),
            department: None,
            location: None,
            kind: EmploymentKind::FullTime,
            remote: Remote::Hybrid,
        },
        start: "2020-01-01".parse().unwrap(),
    };
    records.send(&id, start).await.unwrap();
    let first = chance.random_range(0..300);
    for skill in [first, first + 300, first + 600] {
        let level = Level {
            category: SkillCategory::Technical,
            proficiency: Proficiency::Advanced,
            years: Some(3),
            last_used: None,
        };
        records.send(&id, ClaimSkill { name: skill_name(skill), level }).await.unwrap();
    }
    let by = person(people);
    let endorse = EndorseSkill { name: skill_name(first), by, comment: None };
    records.send(&id, endorse).await.unwrap();
    let with = person(chance.random_range(0..people));
    relationship(records, &id, with, &mut chance).await;
}

fn skill_name(number: u32) -> String {
    let mut chance = ChaCha8Rng::seed_from_u64(number.into());
    format!("{} {number}", name(&mut chance, 3))
}

/// A name of so many syllables.
fn name(chance: &mut ChaCha8Rng, syllables: usize) -> String {
    const SYLLABLES: [&str; 30] = [
        "an", "be", "cla", "da", "el", "fe", "gra", "hu", "is", "jo", "ka", "lo", "ma", "ne", "ol",
        "pe", "qui", "ro", "sa", "te", "ur", "vi", "wal", "xe", "ya", "zo", "ber", "lin", "son",
        "ter",
    ];
    (0..syllables).map(|_| *SYLLABLES.choose(chance).unwrap()).collect()
}

/// The relationships of a person. One event each: a relationship that was confirmed elsewhere.
async fn relate(records: &Handle<Records>, number: u32, people: u32) {
    let mut chance = ChaCha8Rng::seed_from_u64(number.into());
    let id = person(number);
    let create = CreatePerson { name: PersonName::new("Ada", "Lovelace"), source: "bench".into() };
    records.send(&id, create).await.unwrap();
    for _ in 0..RELATIONSHIPS {
        // Most people know people who are near.
        let far = chance.random_ratio(1, 20);
        let near = (number + chance.random_range(1..200)) % people;
        let with = person(if far { chance.random_range(0..people) } else { near });
        relationship(records, &id, with, &mut chance).await;
    }
}

async fn relationship(
    records: &Handle<Records>,
    id: &PersonId,
    with: PersonId,
    chance: &mut ChaCha8Rng,
) {
    let relationship = Relationship {
        with,
        kind: RelationshipKind::Friend,
        since: None,
        standing: Standing::Confirmed,
    };
    let take_over = TakeOverRelationship {
        id: RelationshipId::from(Uuid::from_u128(chance.random())),
        relationship,
    };
    records.send(id, take_over).await.unwrap();
}

async fn searching(shop: &Handle<AllViews>) {
    let mut chance = ChaCha8Rng::seed_from_u64(0);
    let mut kinds: [(&str, Vec<Duration>); 5] =
        ["a letter", "a start", "a word", "a mistake", "two words"].map(|kind| (kind, Vec::new()));
    for round in 0..1000 {
        let word = name(&mut chance, 3);
        let text = match round % 5 {
            0 => word[..1].to_owned(),
            1 => word[..4].to_owned(),
            2 => word,
            3 => format!("{}{}", &word[..2], &word[3..]),
            _ => format!("{} {}", &word[..3], name(&mut chance, 2)),
        };
        let begun = Instant::now();
        shop.ask(Search { text, limit: 20 }).await.unwrap();
        kinds[round % 5].1.push(begun.elapsed());
    }
    for (kind, times) in &kinds {
        println!("a search for {kind}: {}", percentiles(times.clone()));
    }
    let all = kinds.into_iter().flat_map(|(_, times)| times).collect();
    println!("a search: {}", percentiles(all));
}

async fn finding_ways(shop: &Handle<Network>, people: u32) {
    let mut chance = ChaCha8Rng::seed_from_u64(0);
    let (mut ways, mut steps, mut neighbours) = (Vec::new(), 0, Vec::new());
    for _ in 0..1000 {
        let [from, to] = [(); 2].map(|()| person(chance.random_range(0..people)));
        let begun = Instant::now();
        let way = shop.ask(ShortestPath { from: from.clone(), to }).await.unwrap();
        ways.push(begun.elapsed());
        steps += way.unwrap().len() - 1;
        let begun = Instant::now();
        shop.ask(NeighboursOf { id: from }).await.unwrap();
        neighbours.push(begun.elapsed());
    }
    println!("the neighbours of a person: {}", percentiles(neighbours));
    let mean = steps as f64 / 1000.0;
    println!("a shortest way, of {mean:.1} steps on average: {}", percentiles(ways));
}

fn percentiles(mut times: Vec<Duration>) -> String {
    times.sort_unstable();
    let at = |percent: usize| times[(times.len() - 1) * percent / 100];
    format!("p50 {:.1?}, p95 {:.1?}, p99 {:.1?}", at(50), at(95), at(99))
}
