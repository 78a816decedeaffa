//! What a person's record takes and refuses, state by state.

use std::collections::BTreeSet;

use cim_person::emails::{AddEmail, EmailKind, EmailUsage};
use cim_person::person::*;
use cim_person::preferences::{Privacy, PrivacySet, SetPrivacy};
use cim_runtime::prelude::*;

use crate::some::{created, day, name, person};

fn reason() -> String {
    "somebody asked for it".to_owned()
}

fn requested(into: u128) -> MergeRequested {
    let reason = MergeReason::DuplicateIdentity;
    MergeRequested { into: person(into), reason, with: BTreeSet::new() }
}

fn merge(into: u128) -> MergePerson {
    MergePerson { into: person(into), reason: MergeReason::DuplicateIdentity }
}

#[test]
fn a_person_is_created_once() {
    let create = CreatePerson { name: name("Ada"), source: "test".to_owned() };
    Person::given(()).when(create.clone()).then(created()).then_state(PersonState::Active);
    Person::given(created()).when(create).then_not_now();
}

#[test]
fn names_have_a_history() {
    let change = |given| ChangeName { name: name(given), reason: Some(reason()) };
    let changed = |given| NameChanged { name: name(given), reason: Some(reason()) };
    Person::given(created())
        .when(change("Augusta"))
        .then(changed("Augusta"))
        .when(change("Augusta"))
        .then_nothing()
        .when(change("Ada"))
        .then(changed("Ada"));
}

#[test]
fn a_reason_can_be_read() {
    let blank = || " ".to_owned();
    let unreadable = || PersonRefused::Unreadable;
    let active = || Person::given(created());
    active().when(SuspendPerson { reason: blank() }).then_refused(unreadable());
    active().when(ArchivePerson { reason: blank() }).then_refused(unreadable());
    let change = ChangeName { name: name("Augusta"), reason: Some(blank()) };
    active().when(change).then_refused(unreadable());
    let create = CreatePerson { name: name("Ada"), source: blank() };
    Person::given(()).when(create).then_refused(unreadable());
    Person::given((created(), PersonSuspended { reason: reason() }))
        .when(ReactivatePerson { reason: blank() })
        .then_refused(unreadable());
}

#[test]
fn a_day_of_birth_is_set_once_and_corrected() {
    let born = BirthDateSet { date: day("1815-12-10") };
    let set = SetBirthDate { date: day("1815-12-10") };
    Person::given(created()).when(set.clone()).then(born.clone());
    let is_set = PersonRefused::BirthDateIsSet { born: day("1815-12-10") };
    Person::given((created(), born.clone())).when(set).then_refused(is_set);

    let correct = CorrectBirthDate { date: day("1815-12-11"), reason: reason() };
    let corrected = BirthDateCorrected { date: day("1815-12-11"), reason: reason() };
    Person::given((created(), born)).when(correct.clone()).then(corrected);
    Person::given(created()).when(correct).then_refused(PersonRefused::NoBirthDate);
}

#[test]
fn nobody_is_born_tomorrow() {
    // It is 2026-01-01T00:00Z: on Kiritimati it has been that day for 14 hours.
    let set = |date| SetBirthDate { date: day(date) };
    let born = BirthDateSet { date: day("2026-01-01") };
    Person::given(created()).when(set("2026-01-01")).then(born);
    let future = PersonRefused::InTheFuture { date: day("2026-01-02") };
    Person::given(created()).when(set("2026-01-02")).then_refused(future.clone());
    let at = "2026-01-01T10:00:00Z".parse().unwrap();
    let born = BirthDateSet { date: day("2026-01-02") };
    Person::given(created()).at(at).when(set("2026-01-02")).then(born);
    let death = RecordDeath { date: day("2026-01-02") };
    Person::given(created()).when(death).then_refused(future);
}

#[test]
fn nobody_dies_before_they_are_born() {
    let born = BirthDateSet { date: day("1815-12-10") };
    let die = |date| RecordDeath { date: day(date) };
    let died = |date| DeathRecorded { date: day(date) };
    let before = PersonRefused::DeathBeforeBirth { born: day("1815-12-10") };
    Person::given((created(), born.clone())).when(die("1815-12-09")).then_refused(before.clone());
    Person::given((created(), born.clone())).when(die("1815-12-10")).then(died("1815-12-10"));
    let corrected = BirthDateCorrected { date: day("1815-12-10"), reason: reason() };
    let earlier = BirthDateSet { date: day("1800-01-01") };
    Person::given((created(), earlier, corrected)).when(die("1815-12-09")).then_refused(before);
    Person::given(created()).when(die("1852-11-27")).then(died("1852-11-27"));
}

#[test]
fn the_dead_do_nothing_any_more() {
    let dead = || Person::given((created(), DeathRecorded { date: day("1852-11-27") }));
    dead().then_state(PersonState::Deceased);
    dead().when(RecordDeath { date: day("1852-11-28") }).then_not_now();
    dead().when(ChangeName { name: name("Augusta"), reason: None }).then_not_now();
    dead().when(merge(2)).then_not_now();
    dead().when(SetPrivacy { privacy: Privacy::default() }).then_not_now();
}

#[test]
fn who_is_suspended_can_still_do_some_things() {
    let suspended = || Person::given((created(), PersonSuspended { reason: reason() }));
    let usage = EmailUsage { kind: EmailKind::Work, notifications: true, marketing: false };
    suspended().when(AddEmail { address: "ada@example.org".to_owned(), usage }).then_not_now();
    let privacy = Privacy { analytics: true, ..Privacy::default() };
    suspended().when(SetPrivacy { privacy: privacy.clone() }).then(PrivacySet { privacy });
    suspended()
        .when(ReactivatePerson { reason: reason() })
        .then(PersonReactivated { reason: reason() })
        .then_state(PersonState::Active);
    suspended()
        .when(ArchivePerson { reason: reason() })
        .then(PersonArchived { reason: reason() })
        .then_state(PersonState::Archived);
    suspended()
        .when(RecordDeath { date: day("1852-11-27") })
        .then(DeathRecorded { date: day("1852-11-27") });
}

#[test]
fn a_merge_takes_two() {
    let asked = || Person::given((created(), requested(2))).with_id(person(1));
    let ada = Person::given(created()).with_id(person(1));
    ada.when(merge(2)).then(requested(2)).then_state(PersonState::Merging);
    asked().when(merge(3)).then_not_now();
    asked()
        .when(CompleteMerge { into: person(2) })
        .then(PersonMerged { into: person(2) })
        .then_state(PersonState::Merged);
    asked()
        .when(RejectMerge { because: MergeFlaw::Gone })
        .then(MergeRejected { because: MergeFlaw::Gone })
        .then_state(PersonState::Active);
    Person::given(created()).when(CompleteMerge { into: person(2) }).then_not_now();
}

#[test]
fn nobody_is_merged_into_themselves_or_into_nobody() {
    let one = || Person::given(created()).with_id(person(1));
    one().when(merge(1)).then_refused(PersonRefused::MergeIntoItself);
    one().when(merge(0)).then_refused(PersonRefused::MergeIntoNobody);
}

#[test]
fn nobody_absorbs_themselves_or_nobody() {
    let absorb = |number| AbsorbPerson { person: person(number), with: BTreeSet::new() };
    let one = || Person::given(created()).with_id(person(1));
    one().when(absorb(1)).then_refused(PersonRefused::MergeIntoItself);
    one().when(absorb(0)).then_refused(PersonRefused::MergeIntoNobody);
}

#[test]
fn nobody_is_merged_into_whom_they_have_absorbed() {
    let absorbed = PersonAbsorbed { person: person(2), with: BTreeSet::from([person(3)]) };
    let one = || Person::given((created(), absorbed.clone())).with_id(person(1));
    one().when(merge(2)).then_refused(PersonRefused::MergeInACircle);
    one().when(merge(3)).then_refused(PersonRefused::MergeInACircle);
    let with = BTreeSet::from([person(2), person(3)]);
    one().when(merge(4)).then(MergeRequested { with, ..requested(4) });
    let again = AbsorbPerson { person: person(2), with: BTreeSet::new() };
    one().when(again).then_nothing();
}
