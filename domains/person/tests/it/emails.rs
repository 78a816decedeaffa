//! Which addresses are addresses, and what happens to them.

use cim_person::emails::*;
use cim_person::person::Person;
use cim_runtime::prelude::*;
use cim_runtime::testing::Outcome;

use crate::some::created;

fn usage() -> EmailUsage {
    EmailUsage { kind: EmailKind::Work, notifications: true, marketing: false }
}

fn add(address: &str) -> AddEmail {
    AddEmail { address: address.to_owned(), usage: usage() }
}

fn added(address: &str) -> EmailAdded {
    EmailAdded { address: address.to_owned(), usage: usage() }
}

fn adding(address: &str) -> Outcome<Person, Emails> {
    Person::given(created()).when(add(address))
}

#[test]
fn addresses_of_every_script_are_addresses() {
    for address in [
        "ada@example.org",
        "a.d.a+x@mail.example.org",
        "o'hara_{1}=2@example.org",
        "पता@उदाहरण.भारत",
        "ada@xn--bcher-kva.example",
        "ada@bücher.example",
    ] {
        adding(address).then(added(address));
    }
}

#[test]
fn the_domain_is_kept_in_small_letters() {
    adding(" Ada@Example.ORG ")
        .then(added("Ada@example.org"))
        .when(add("Ada@EXAMPLE.org"))
        .then_refused(EmailRefused::Twice);
}

#[test]
fn what_is_no_address_is_refused() {
    for address in [
        "",
        "ada",
        "@example.org",
        "ada@",
        "ada@example",
        "ada@.org",
        "ada@example..org",
        "a..b@example.org",
        ".a@example.org",
        "a.@example.org",
        "a b@example.org",
        "a@b@example.org",
        "\"a b\"@example.org",
        "ada@[127.0.0.1]",
        "ada@-example.org",
        "ada@example-.org",
        "ada@exa_mple.org",
        "ada\0@example.org",
        "ada\n@example.org",
        "ad\u{202e}a@example.org",
        "ada@example.org.",
    ] {
        adding(address).then_refused(EmailRefused::Malformed);
    }
    let label = format!("ada@{}.org", "a".repeat(64));
    adding(&label).then_refused(EmailRefused::Malformed);
}

#[test]
fn addresses_end_where_rfc_5321_says() {
    let longest = format!("{}@example.org", "a".repeat(64));
    adding(&longest).then(added(&longest));
    let longer = format!("{}@example.org", "a".repeat(65));
    adding(&longer).then_refused(EmailRefused::TooLong { most: 64 });
    // Counted in octets: each of these letters is two.
    let longer = format!("{}@example.org", "é".repeat(33));
    adding(&longer).then_refused(EmailRefused::TooLong { most: 64 });

    let label = "b".repeat(61);
    let longest = format!("{}@{label}.{label}.{label}.d.e", "a".repeat(63));
    assert_eq!(longest.len(), 253);
    adding(&longest).then(added(&longest));
    let longest = format!("{}@{label}.{label}.{label}.d.e", "a".repeat(64));
    adding(&longest).then(added(&longest));
    let longer = format!("{}@{label}.{label}.{label}.dd.e", "a".repeat(64));
    adding(&longer).then_refused(EmailRefused::TooLong { most: 254 });
}

#[test]
fn an_address_is_verified_preferred_and_removed() {
    let address = || "ada@example.org".to_owned();
    let preferred = EmailPreferred { address: address() };
    let story = adding(&address()).then(added(&address()));
    let story = story
        .when(VerifyEmail { address: address() })
        .then(EmailVerified { address: address() })
        .when(VerifyEmail { address: address() })
        .then_nothing()
        .when(PreferEmail { address: address() })
        .then(preferred.clone())
        .when(PreferEmail { address: address() })
        .then_nothing();
    let other = EmailUsage { kind: EmailKind::Personal, ..usage() };
    story
        .when(UpdateEmail { address: address(), usage: other })
        .then(EmailUpdated { address: address(), usage: other })
        .when(UpdateEmail { address: address(), usage: other })
        .then_nothing()
        .when(RemoveEmail { address: address() })
        .then(EmailRemoved { address: address() })
        .when(RemoveEmail { address: address() })
        .then_refused(EmailRefused::Unknown)
        // What comes back is neither verified nor preferred.
        .when(add(&address()))
        .then(added(&address()))
        .when(VerifyEmail { address: address() })
        .then(EmailVerified { address: address() })
        .when(PreferEmail { address: address() })
        .then(preferred);
}

#[test]
fn there_is_an_end_to_addresses() {
    let all = (0..50).map(|number| added(&format!("ada{number}@example.org")));
    let events: Vec<_> = all.map(cim_person::person::PersonEvent::from).collect();
    let mut history = vec![cim_person::person::PersonEvent::from(created())];
    history.extend(events);
    Person::given(history)
        .when(add("ada@example.org"))
        .then_refused(EmailRefused::TooMany { most: 50 });
}
