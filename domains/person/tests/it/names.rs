//! Which names there are.

use cim_person::name::{NameOrder, NoName, PersonName};
use cim_person::person::{CreatePerson, Person, PersonCreated, PersonRefused};
use cim_runtime::prelude::*;

fn create(name: PersonName) -> CreatePerson {
    CreatePerson { name, source: "test".to_owned() }
}

fn one(given: &str) -> PersonName {
    PersonName { given: given.to_owned(), ..PersonName::default() }
}

#[test]
fn names_of_every_script_are_names() {
    let joined = "می\u{200c}نا"; // with a joiner that its script needs
    for given in [
        "Ada",
        "Søren",
        "Ἀλέξανδρος",
        "Мария",
        "محمد",
        "देवनागरी",
        "นภา",
        "美咲",
        "지우",
        joined,
        "𒀭",
    ] {
        let created = PersonCreated { name: one(given), source: "test".to_owned() };
        Person::given(()).when(create(one(given))).then(created);
    }
}

#[test]
fn what_cannot_be_seen_is_no_name() {
    let unprintable = PersonRefused::Name(NoName::Unprintable);
    let long = "a".repeat(201);
    for given in [
        "",
        " ",
        "\u{200b}",
        "A\nB",
        "A\0",
        "A\u{202e}nna",
        "A\u{2067}",
        "\u{85}",
        "A\u{2028}",
        &long,
    ] {
        Person::given(()).when(create(one(given))).then_refused(unprintable.clone());
    }
    let family = PersonName::new("Ada", "");
    Person::given(()).when(create(family)).then_refused(unprintable.clone());
    let others = PersonName { others: vec![" ".to_owned()], ..one("Ada") };
    Person::given(()).when(create(others)).then_refused(unprintable);
}

#[test]
fn there_is_an_end_to_names() {
    let many = |count| PersonName { others: vec!["B".to_owned(); count], ..one("Ada") };
    let created = PersonCreated { name: many(20), source: "test".to_owned() };
    Person::given(()).when(create(many(20))).then(created);
    Person::given(()).when(create(many(21))).then_refused(PersonRefused::Name(NoName::TooMany));
}

#[test]
fn a_name_is_said_in_its_order() {
    let ada = PersonName { others: vec!["King".to_owned()], ..PersonName::new("Ada", "Lovelace") };
    assert_eq!(ada.to_string(), "Ada King Lovelace");
    let erdos = PersonName { order: NameOrder::FamilyFirst, ..PersonName::new("Pál", "Erdős") };
    assert_eq!(erdos.to_string(), "Erdős Pál");
    assert_eq!(one("Suharto").to_string(), "Suharto");
}
