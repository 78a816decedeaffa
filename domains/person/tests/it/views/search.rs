//! Finding people by what one remembers of them.

use std::cmp::Reverse;

use cim_person::emails::*;
use cim_person::employments::*;
use cim_person::name::PersonName;
use cim_person::person::*;
use cim_person::skills::*;
use cim_person::views::search::{Field, Hit, How, Matched, Search};
use cim_runtime::prelude::*;

use super::population::{ADDRESSES, EMPLOYERS, NAMES, SKILLS, Stored};
use crate::some::{day, person};
use crate::world::{World, on_each_store};

pub(super) async fn check(world: &World, stored: &Stored) {
    let texts = [&NAMES[..], &SKILLS, &EMPLOYERS, &ADDRESSES].concat();
    let mut asked: Vec<String> = texts.iter().map(|text| (*text).to_owned()).collect();
    for text in &texts {
        let letters: Vec<char> = text.chars().collect();
        asked.push(letters[..letters.len() / 2].iter().collect());
        // One letter is missing, another one too many, and two have changed places.
        asked.push([&letters[..1], &letters[2..]].concat().iter().collect());
        asked.push([&letters[..1], &['x'], &letters[1..]].concat().iter().collect());
        let mut swapped = letters.clone();
        swapped.swap(0, 1);
        asked.push(swapped.iter().collect());
    }
    asked.extend(
        ["a", "o", "ada lovelace", "lovelace rust", "ada xyzzy", "rust c++ a", "  "]
            .map(str::to_owned),
    );
    for text in asked {
        let expected = expected(stored, &text);
        for limit in [0, 1, 3, 1000] {
            let hits = world.ask(Search { text: text.clone(), limit }).await.unwrap();
            assert_eq!(hits, expected[..expected.len().min(limit as usize)], "{text}");
        }
    }
}

/// Looks at each word of each person.
fn expected(stored: &Stored, text: &str) -> Vec<Hit> {
    let wanted = text.to_lowercase();
    let mut hits = Vec::new();
    // The population was created in the order of its ids.
    for (id, folded) in &stored.people {
        if matches!(folded.state, PersonState::Archived | PersonState::Merged) {
            continue;
        }
        let who = &folded.person;
        let mut words = Vec::new();
        let mut add = |field, text: &str| {
            for word in text.to_lowercase().split_whitespace() {
                words.push((field, word.to_owned()));
                let parts = word.split(|letter: char| ".-'@".contains(letter));
                words.extend(parts.map(|part| (field, part.to_owned())));
            }
        };
        add(Field::Name, &who.name.to_string());
        who.emails.by_address.keys().for_each(|address| add(Field::Email, address));
        who.skills.by_name.values().for_each(|skill| add(Field::Skill, &skill.name));
        let jobs = who.employments.by_id.values().filter(|job| job.end.is_none());
        jobs.for_each(|job| add(Field::Employer, &job.employer.name));
        let best = |wanted: &str| {
            let fits = words.iter().filter_map(|(field, word)| {
                let (how, quality) = quality(wanted, word)?;
                let weight = match field {
                    Field::Name => 10,
                    Field::Email => 9,
                    Field::Skill => 8,
                    Field::Employer => 7,
                };
                Some((quality * weight, Matched { field: *field, word: word.clone(), how }))
            });
            fits.min_by_key(|(score, found)| (Reverse(*score), found.word.clone()))
        };
        let found: Option<Vec<_>> = wanted.split_whitespace().map(best).collect();
        let Some(found) = found.filter(|found| !found.is_empty()) else { continue };
        let score = found.iter().map(|(score, _)| score).sum();
        let matched = found.into_iter().map(|(_, matched)| matched).collect();
        hits.push(Hit { id: id.clone(), name: who.name.clone(), score, matched });
    }
    hits.sort_by_key(|hit| Reverse(hit.score));
    hits
}

fn quality(wanted: &str, word: &str) -> Option<(How, u32)> {
    let (wanted_letters, letters) = (wanted.chars().count(), word.chars().count());
    if word == wanted {
        return Some((How::Exactly, 1000));
    }
    if word.starts_with(wanted) {
        return Some((How::AtItsStart, (600 + 300 * wanted_letters / letters) as u32));
    }
    let overlooked = if wanted_letters < 4 {
        0
    } else if wanted_letters < 8 {
        1
    } else {
        2
    };
    let mistakes = mistakes(wanted, word);
    (mistakes <= overlooked).then(|| {
        let how = How::Nearly { mistakes: mistakes as u32 };
        (how, (600 * (wanted_letters - mistakes) / wanted_letters) as u32)
    })
}

/// Letters that are wrong, missing, too many, or have changed places with their neighbour.
fn mistakes(a: &str, b: &str) -> usize {
    let (a, b): (Vec<_>, Vec<_>) = (a.chars().collect(), b.chars().collect());
    let mut cost = vec![vec![0; b.len() + 1]; a.len() + 1];
    for i in 0..=a.len() {
        for j in 0..=b.len() {
            cost[i][j] = match (i, j) {
                (i, 0) => i,
                (0, j) => j,
                (i, j) => {
                    let same = usize::from(a[i - 1] != b[j - 1]);
                    let least = cost[i - 1][j - 1] + same;
                    let least = least.min(cost[i - 1][j] + 1).min(cost[i][j - 1] + 1);
                    match i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                        true => least.min(cost[i - 2][j - 2] + 1),
                        false => least,
                    }
                }
            };
        }
    }
    cost[a.len()][b.len()]
}

on_each_store! {
    nothing_is_found_by_nothing
    who_is_found_by_what
}

/// In memory there is nothing about a store in this.
#[tokio::test]
async fn names_are_found_however_they_are_written() {
    let world = World::start().await.unwrap();
    let names = [
        // As it is, and as it is searched for.
        ("Weiß", "WEISS"),
        ("Ａｄａ", "ada"),
        ("Dvo\u{159}ák", "DVOR\u{30c}A\u{301}K"),
        ("ﬁona", "fiona"),
        ("Σίσυφος", "ΣΊΣΥΦΟΣ"),
        ("می\u{200c}نا", "مینا"),
        ("मुक्ता", "मुक्ता"),
        ("นภา", "นภา"),
        ("ﾊﾅｺ", "ハナコ"),
        ("지우", "\u{110c}\u{1175}\u{110b}\u{116e}"),
    ];
    for (number, (name, asked)) in (1..).zip(names) {
        let name = PersonName { given: name.to_owned(), ..PersonName::default() };
        let create = CreatePerson { name, source: "test".to_owned() };
        let sent = world.send(&person(number), create).await.unwrap();
        let search = Search { text: asked.to_owned(), limit: 10 };
        let hits = world.ask(search).after(&sent).await.unwrap();
        assert_eq!(hits.len(), 1, "{asked}");
        assert_eq!((&hits[0].id, hits[0].matched[0].how), (&person(number), How::Exactly));
    }
}

async fn ada(world: &World) {
    let create = |given: &str, family: &str| CreatePerson {
        name: PersonName::new(given, family),
        source: "test".to_owned(),
    };
    world.send(&person(1), create("Ada", "Lovelace")).await.unwrap();
    world.send(&person(2), create("Grace", "Hopper")).await.unwrap();
    let usage = EmailUsage { kind: EmailKind::Work, notifications: true, marketing: false };
    let add = AddEmail { address: "lovelace@example.org".to_owned(), usage };
    world.send(&person(2), add).await.unwrap();
    world.settled().await.unwrap();
}

async fn found(world: &World, text: &str) -> Vec<(PersonId, Field, How)> {
    world.settled().await.unwrap();
    let hits = world.ask(Search { text: text.to_owned(), limit: 10 }).await.unwrap();
    hits.into_iter().map(|hit| (hit.id, hit.matched[0].field, hit.matched[0].how)).collect()
}

async fn nothing_is_found_by_nothing(world: &World) {
    assert_eq!(found(world, "ada").await, []);
    ada(world).await;
    for text in ["", " ", "\u{200b}", "\u{301}\u{0}", "nobody", "ada nobody", &"a".repeat(100_000)]
    {
        assert_eq!(found(world, text).await, [], "{text}");
    }
    let search = Search { text: "ada".to_owned(), limit: 0 };
    assert_eq!(world.ask(search).await.unwrap(), []);
}

async fn who_is_found_by_what(world: &World) {
    ada(world).await;
    let nearly = How::Nearly { mistakes: 1 };
    let [first, second] = [1, 2].map(person);
    assert_eq!(
        found(world, "LOVELACE").await,
        [(first.clone(), Field::Name, How::Exactly), (second.clone(), Field::Email, How::Exactly)]
    );
    assert_eq!(found(world, "hop").await, [(second.clone(), Field::Name, How::AtItsStart)]);
    assert_eq!(found(world, "hoper").await, [(second.clone(), Field::Name, nearly)]);
    assert_eq!(found(world, "lovelace@example.org").await.len(), 1);
    assert_eq!(found(world, "grace lovelace").await.len(), 1);

    let level = Level {
        category: SkillCategory::Programming,
        proficiency: Proficiency::Expert,
        years: None,
        last_used: None,
    };
    let claim = ClaimSkill { name: "C++".to_owned(), level };
    world.send(&person(2), claim).await.unwrap();
    assert_eq!(found(world, "c++").await, [(second.clone(), Field::Skill, How::Exactly)]);
    world.send(&person(2), RemoveSkill { name: "c++".to_owned() }).await.unwrap();
    assert_eq!(found(world, "c++").await, []);

    let start = StartEmployment {
        employment: EmploymentId::from(Uuid::from_u128(1)),
        employer: Employer { name: "Eckert–Mauchly".to_owned(), organization: None },
        position: Position {
            title: "Engineer".to_owned(),
            department: None,
            location: None,
            kind: EmploymentKind::FullTime,
            remote: Remote::OnSite,
        },
        start: day("1949-01-01"),
    };
    let (employment, end) = (start.employment.clone(), day("1971-01-01"));
    world.send(&person(2), start).await.unwrap();
    assert_eq!(found(world, "mauchly").await, [(second.clone(), Field::Employer, How::Exactly)]);
    world.send(&person(2), EndEmployment { employment, end, reason: None }).await.unwrap();
    assert_eq!(found(world, "mauchly").await, []);

    let change = ChangeName { name: PersonName::new("Grace", "Murray"), reason: None };
    world.send(&person(2), change).await.unwrap();
    assert_eq!(found(world, "hopper").await, []);
    assert_eq!(found(world, "grace murray").await.len(), 1);
    world.send(&person(2), ArchivePerson { reason: "retired".to_owned() }).await.unwrap();
    assert_eq!(found(world, "grace").await, []);
}
