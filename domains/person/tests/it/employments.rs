//! For whom somebody works.

use cim_person::employments::*;
use cim_person::person::{Person, PersonEvent};
use cim_runtime::prelude::*;

use crate::some::{created, day};

fn id(number: u128) -> EmploymentId {
    EmploymentId::from(Uuid::from_u128(number))
}

fn position(title: &str) -> Position {
    Position {
        title: title.to_owned(),
        department: Some("Engines".to_owned()),
        location: None,
        kind: EmploymentKind::FullTime,
        remote: Remote::Hybrid,
    }
}

fn employer() -> Employer {
    Employer { name: "Babbage & Co.".to_owned(), organization: None }
}

fn start(number: u128) -> StartEmployment {
    let (position, start) = (position("Analyst"), day("2020-02-01"));
    StartEmployment { employment: id(number), employer: employer(), position, start }
}

fn started(number: u128) -> EmploymentStarted {
    let (position, start) = (position("Analyst"), day("2020-02-01"));
    EmploymentStarted { employment: id(number), employer: employer(), position, start }
}

fn end(day_of_end: &str) -> EndEmployment {
    EndEmployment { employment: id(1), end: day(day_of_end), reason: None }
}

#[test]
fn an_employment_starts_changes_and_ends() {
    let changed = PositionChanged {
        employment: id(1),
        position: position("Countess"),
        from: day("2021-01-01"),
    };
    let change = ChangePosition {
        employment: id(1),
        position: position("Countess"),
        from: day("2021-01-01"),
    };
    let ended = EmploymentEnded { employment: id(1), end: day("2022-01-31"), reason: None };
    Person::given(created())
        .when(start(1))
        .then(started(1))
        .when(start(1))
        .then_refused(EmploymentRefused::Twice)
        .when(change.clone())
        .then(changed)
        .when(end("2022-01-31"))
        .then(ended)
        .when(change)
        .then_refused(EmploymentRefused::HasEnded { end: day("2022-01-31") })
        .when(end("2023-01-31"))
        .then_refused(EmploymentRefused::HasEnded { end: day("2022-01-31") })
        // Two at a time, and once more at the same employer.
        .when(start(2))
        .then(started(2));
}

#[test]
fn nothing_ends_before_it_starts() {
    let before = EmploymentRefused::BeforeItsStart { start: day("2020-02-01") };
    let employed = || Person::given((created(), started(1)));
    employed().when(end("2020-01-31")).then_refused(before.clone());
    let change = ChangePosition {
        employment: id(1),
        position: position("Countess"),
        from: day("2020-01-31"),
    };
    employed().when(change).then_refused(before);
}

#[test]
fn what_was_done_can_be_told_and_a_mistake_removed() {
    let lines = || vec!["Wrote the first program".to_owned()];
    let describe =
        DescribeEmployment { employment: id(1), responsibilities: vec![], achievements: lines() };
    let described =
        EmploymentDescribed { employment: id(1), responsibilities: vec![], achievements: lines() };
    Person::given((created(), started(1)))
        .when(describe.clone())
        .then(described)
        .when(RemoveEmployment { employment: id(1) })
        .then(EmploymentRemoved { employment: id(1) })
        .when(describe)
        .then_refused(EmploymentRefused::Unknown);
}

#[test]
fn what_it_is_called_can_be_read() {
    let blank = || " ".to_owned();
    let unreadable = || EmploymentRefused::Unreadable;
    let nameless = Employer { name: blank(), organization: None };
    let no_employer = StartEmployment { employer: nameless, ..start(1) };
    Person::given(created()).when(no_employer).then_refused(unreadable());
    let no_title = StartEmployment { position: position(""), ..start(1) };
    Person::given(created()).when(no_title).then_refused(unreadable());
    let no_reason = EndEmployment { reason: Some(blank()), ..end("2022-01-31") };
    Person::given((created(), started(1))).when(no_reason).then_refused(unreadable());
}

#[test]
fn there_is_an_end_to_employments() {
    let mut history = vec![PersonEvent::from(created())];
    history.extend((1..=200).map(|number| PersonEvent::from(started(number))));
    Person::given(history).when(start(201)).then_refused(EmploymentRefused::TooMany { most: 200 });
}
