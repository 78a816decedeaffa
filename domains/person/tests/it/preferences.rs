//! What a person prefers, and consents to.

use cim_person::person::{Person, PersonEvent};
use cim_person::preferences::*;
use cim_runtime::prelude::*;

use crate::some::created;

fn give(version: u32) -> GiveConsent {
    let (purpose, ip_address) = ("newsletter".to_owned(), Some("2001:db8::1".to_owned()));
    GiveConsent { purpose, version, ip_address }
}

fn given(version: u32) -> ConsentGiven {
    let GiveConsent { purpose, version, ip_address } = give(version);
    ConsentGiven { purpose, version, ip_address }
}

fn withdraw() -> WithdrawConsent {
    WithdrawConsent { purpose: "newsletter".to_owned() }
}

fn withdrawn(version: u32) -> ConsentWithdrawn {
    ConsentWithdrawn { purpose: "newsletter".to_owned(), version }
}

#[test]
fn consent_is_to_a_version_and_can_be_withdrawn() {
    Person::given(created())
        .when(give(2))
        .then(given(2))
        .when(give(2))
        .then_nothing()
        .when(give(1))
        .then_refused(PreferenceRefused::Outdated { newest: 2 })
        .when(give(3))
        .then(given(3))
        .when(withdraw())
        .then(withdrawn(3))
        .when(withdraw())
        .then_refused(PreferenceRefused::NotGiven)
        .when(give(2))
        .then_refused(PreferenceRefused::Outdated { newest: 3 })
        .when(give(3))
        .then(given(3));
    Person::given(created()).when(withdraw()).then_refused(PreferenceRefused::NotGiven);
}

#[test]
fn a_purpose_can_be_read() {
    let blank = GiveConsent { purpose: String::new(), ..give(1) };
    Person::given(created()).when(blank).then_refused(PreferenceRefused::Unreadable);
    let blank = GiveConsent { ip_address: Some("\0".to_owned()), ..give(1) };
    Person::given(created()).when(blank).then_refused(PreferenceRefused::Unreadable);
}

#[test]
fn there_is_an_end_to_purposes() {
    let mut history = vec![PersonEvent::from(created()), PersonEvent::from(given(1))];
    history.extend((1..200).map(|number| {
        PersonEvent::from(ConsentGiven { purpose: format!("purpose {number}"), ..given(1) })
    }));
    let one_more = GiveConsent { purpose: "one more".to_owned(), ..give(1) };
    Person::given(history)
        .when(one_more)
        .then_refused(PreferenceRefused::TooMany { most: 200 })
        .when(give(2))
        .then(given(2));
}

#[test]
fn preferences_are_set_as_a_whole() {
    let communication = Communication {
        language: Some("zh-Hant-TW".to_owned()),
        channels: vec![Channel::Text, Channel::Email],
        frequency: Frequency::Weekly,
        format: EmailFormat::PlainText,
    };
    let set = SetCommunication { communication: communication.clone() };
    let was_set = CommunicationSet { communication: communication.clone() };
    Person::given(created()).when(set.clone()).then(was_set).when(set).then_nothing();
    for tag in ["", "-", "de_DE", "english and more", "ü"] {
        let language = Some(tag.to_owned());
        let communication = Communication { language, ..communication.clone() };
        let set = SetCommunication { communication };
        Person::given(created()).when(set).then_refused(PreferenceRefused::NoLanguage);
    }
    let privacy = Privacy { visibility: Visibility::Public, ..Privacy::default() };
    let set = SetPrivacy { privacy: privacy.clone() };
    Person::given(created())
        .when(set.clone())
        .then(PrivacySet { privacy })
        .when(set)
        .then_nothing();
    let private = SetPrivacy { privacy: Privacy::default() };
    Person::given(created()).when(private).then_nothing();
}
