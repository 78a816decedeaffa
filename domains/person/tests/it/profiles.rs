//! What happens to profiles on social networks.

use cim_person::person::{Person, PersonEvent};
use cim_person::profiles::*;
use cim_runtime::prelude::*;

use crate::some::created;

const URL: &str = "https://github.com/ada";

fn about(username: &str) -> About {
    let bio = Some("Poetical\n\nscience.".to_owned());
    let display_name = Some("Ada".to_owned());
    About { platform: Platform::GitHub, username: username.to_owned(), display_name, bio }
}

fn add(url: &str) -> AddSocialProfile {
    AddSocialProfile { url: url.to_owned(), about: about("ada") }
}

fn added(url: &str) -> SocialProfileAdded {
    SocialProfileAdded { url: url.to_owned(), about: about("ada") }
}

#[test]
fn a_profile_is_verified_preferred_and_removed() {
    let url = || URL.to_owned();
    Person::given(created())
        .when(add(URL))
        .then(added(URL))
        .when(add(URL))
        .then_refused(ProfileRefused::Twice)
        .when(VerifySocialProfile { url: url() })
        .then(SocialProfileVerified { url: url() })
        .when(VerifySocialProfile { url: url() })
        .then_nothing()
        .when(PreferSocialProfile { url: url() })
        .then(SocialProfilePreferred { url: url() })
        .when(PreferSocialProfile { url: url() })
        .then_nothing()
        .when(UpdateSocialProfile { url: url(), about: about("ada") })
        .then_nothing()
        .when(UpdateSocialProfile { url: url(), about: about("augusta") })
        .then(SocialProfileUpdated { url: url(), about: about("augusta") })
        // Who has another name is verified again.
        .when(VerifySocialProfile { url: url() })
        .then(SocialProfileVerified { url: url() })
        .when(RemoveSocialProfile { url: url() })
        .then(SocialProfileRemoved { url: url() })
        .when(PreferSocialProfile { url: url() })
        .then_refused(ProfileRefused::Unknown);
}

#[test]
fn what_is_no_profile_is_refused() {
    for url in ["", "ada", "ftp://example.org", "https://", "https://a b", "https://a\n"] {
        Person::given(created()).when(add(url)).then_refused(ProfileRefused::NoUrl);
    }
    let long = format!("https://{}", "a".repeat(2049));
    Person::given(created()).when(add(&long)).then_refused(ProfileRefused::NoUrl);
    let unreadable = [
        About { username: String::new(), ..about("ada") },
        About { display_name: Some("\u{7}".to_owned()), ..about("ada") },
        About { bio: Some("a".repeat(4001)), ..about("ada") },
        About { bio: Some("a\n\u{1b}[2J".to_owned()), ..about("ada") },
    ];
    for about in unreadable {
        let add = AddSocialProfile { url: URL.to_owned(), about };
        Person::given(created()).when(add).then_refused(ProfileRefused::Unreadable);
    }
}

#[test]
fn there_is_an_end_to_profiles() {
    let mut history = vec![PersonEvent::from(created())];
    history.extend((0..50).map(|number| PersonEvent::from(added(&format!("{URL}{number}")))));
    Person::given(history).when(add(URL)).then_refused(ProfileRefused::TooMany { most: 50 });
}
