//! Which numbers are numbers, and what happens to them.

use cim_person::person::{Person, PersonEvent};
use cim_person::phones::*;
use cim_runtime::prelude::*;
use cim_runtime::testing::Outcome;

use crate::some::created;

fn usage() -> PhoneUsage {
    PhoneUsage { kind: PhoneKind::Mobile, texts: true, calls: false }
}

fn add(number: &str) -> AddPhone {
    AddPhone { number: number.to_owned(), usage: usage() }
}

fn added(number: &str) -> PhoneAdded {
    PhoneAdded { number: number.to_owned(), usage: usage() }
}

fn adding(number: &str) -> Outcome<Person, Phones> {
    Person::given(created()).when(add(number))
}

#[test]
fn numbers_are_kept_as_in_e164() {
    for (number, kept) in [
        ("+493012345678", "+493012345678"),
        ("+1 (212) 555-0123", "+12125550123"),
        ("+44/20.7946 0000", "+442079460000"),
        ("+6834000", "+6834000"),
        ("+123456789012345", "+123456789012345"),
    ] {
        adding(number).then(added(kept));
    }
    adding("+1 212 555 0123")
        .then(added("+12125550123"))
        .when(add("+12125550123"))
        .then_refused(PhoneRefused::Twice);
}

#[test]
fn what_is_no_number_is_refused() {
    for number in [
        "",
        "+",
        "493012345678",
        "0301234567",
        "+0301234567",
        "+1234567890123456",
        "+123456",
        "+49 (0)30 1234567",
        "+1 212 CALL NOW",
        "++12125550123",
        "+1212555012٣",
        "+49-30-12345 ext. 6",
    ] {
        adding(number).then_refused(PhoneRefused::Malformed);
    }
}

#[test]
fn a_number_is_verified_preferred_and_removed() {
    let number = || "+12125550123".to_owned();
    let other = PhoneUsage { kind: PhoneKind::Home, ..usage() };
    adding(&number())
        .then(added(&number()))
        .when(VerifyPhone { number: number() })
        .then(PhoneVerified { number: number() })
        .when(VerifyPhone { number: number() })
        .then_nothing()
        .when(PreferPhone { number: number() })
        .then(PhonePreferred { number: number() })
        .when(PreferPhone { number: number() })
        .then_nothing()
        .when(UpdatePhone { number: number(), usage: other })
        .then(PhoneUpdated { number: number(), usage: other })
        .when(UpdatePhone { number: number(), usage: other })
        .then_nothing()
        .when(RemovePhone { number: number() })
        .then(PhoneRemoved { number: number() })
        .when(PreferPhone { number: number() })
        .then_refused(PhoneRefused::Unknown);
}

#[test]
fn there_is_an_end_to_numbers() {
    let mut history = vec![PersonEvent::from(created())];
    history.extend((0..50).map(|number| PersonEvent::from(added(&format!("+1212555{number:04}")))));
    Person::given(history)
        .when(add("+12125550199"))
        .then_refused(PhoneRefused::TooMany { most: 50 });
}
