//! Events of an older system become blocks, with their ids and times, in a chain that holds.

use std::fs;
use std::path::Path;

use cim_person::People;
use cim_person::person::{Person, PersonId, PersonState};
use cim_runtime::store::{EmbeddedStore, Store};
use cim_runtime::{Causation, Handle, Uuid};
use cim_tests::programs::program;
use serde_json::{Value as Json, json};

/// An id of this number, of the version that the older system gave out.
fn id(number: u32) -> String {
    format!("00000000-0000-4000-8000-{number:012}")
}

/// The line of an event, with this number and at this second; the one before has caused it.
fn event(number: u32, person: u32, event_type: &str, payload: Json) -> String {
    let time = format!("2020-05-01T12:00:{number:02}.123456Z");
    json!({
        "event_id": id(1000 + number), "aggregate_id": id(person), "event_type": event_type,
        "correlation_id": id(5000), "causation_id": id(1000 + number - 1),
        "payload": payload, "timestamp": time,
    })
    .to_string()
}

fn lines() -> Vec<String> {
    let name = json!({"given_name": "Ada", "family_name": "Byron"});
    let new_name = json!({"given_name": "Ada", "family_name": "Lovelace"});
    let email = json!({
        "component_id": id(71), "email": "Ada@Example.org", "email_type": "Work",
        "is_preferred": true, "timestamp": "2020-05-01T12:00:00Z",
    });
    vec![
        event(1, 1, "PersonCreated", json!({"PersonCreated": {"name": name, "source": "HR"}})),
        event(2, 1, "NameUpdated", json!({"old_name": name, "new_name": new_name})),
        event(3, 1, "BirthDateSet", json!({"birth_date": "1815-12-10"})),
        event(4, 1, "EmailAdded", email),
        event(5, 1, "ComponentRegistered", json!({"component_type": "EmailAddress"})),
        event(
            6,
            1,
            "PhoneAdded",
            json!({
                "component_id": id(72), "phone_number": "020 7946", "country_code": "44",
                "phone_type": "Mobile", "is_mobile": true,
            }),
        ),
        event(
            7,
            1,
            "SkillAdded",
            json!({
                "component_id": id(73), "skill_name": "Analysis", "category": "Analytical",
                "proficiency": "Expert",
            }),
        ),
        event(8, 1, "SkillEndorsed", json!({"component_id": id(73), "endorser_name": "Charles"})),
        event(
            9,
            1,
            "EmailUpdated",
            json!({
                "component_id": id(71), "changes": {"can_receive_marketing": true},
            }),
        ),
        event(10, 1, "EmailRemoved", json!({"component_id": id(79)})),
        event(
            11,
            1,
            "EmploymentAdded",
            json!({
                "component_id": id(74), "company_name": "Engines", "job_title": "Analyst",
                "start_date": "1842-01-01", "is_current": true,
            }),
        ),
        event(
            12,
            1,
            "ConsentRecorded",
            json!({
                "consent_type": "research", "granted": true, "version": "1.0",
            }),
        ),
        "{\"event_id\": ".to_owned(),
        event(14, 1, "EmailRemoved", json!({"component_id": id(71)})),
        event(15, 1, "DeathRecorded", json!({"date_of_death": "1800-01-01"})),
        event(16, 1, "DeathRecorded", json!({"date_of_death": "1852-11-27"})),
        event(17, 1, "NameUpdated", json!({"new_name": name})),
        event(18, 2, "PersonEaten", json!({})),
        event(19, 2, "PersonCreated", json!({"name": "Charles Babbage"})),
    ]
}

fn import(folder: &Path, lines: &[String]) -> (Json, Vec<String>, Option<i32>) {
    let file = folder.join("events.jsonl");
    fs::write(&file, lines.join("\n")).unwrap();
    let output = program("cim-person")
        .args(["import", "--json", "--legacy"])
        .arg(&file)
        .arg("--store")
        .arg(folder.join("people.cim"))
        .output()
        .unwrap();
    let reports = String::from_utf8(output.stderr).unwrap();
    let summary =
        serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {reports}"));
    let prefix = format!("{}, ", file.display());
    let reports = reports.lines().map(|line| line.replace(&prefix, "")).collect();
    (summary, reports, output.status.code())
}

#[tokio::test]
async fn what_can_be_converted_is_and_each_other_line_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let (summary, reports, code) = import(folder.path(), &lines());
    let begins = [
        "line 5: `ComponentRegistered`: components are no events here",
        "line 8: `SkillEndorsed`: `endorser_id` is missing: a person endorses, by its id",
        "line 10: `EmailRemoved`: no event before it has added the component",
        "line 13: not JSON: EOF",
        "line 15: `DeathRecorded`: refused: DeathBeforeBirth",
        "line 17: `NameUpdated`: `ChangeName` is not taken in state `Deceased`",
        "line 18: `PersonEaten`: there is no such event of a person",
    ];
    assert_eq!(reports.len(), begins.len(), "{reports:#?}");
    for (report, begin) in reports.iter().zip(begins) {
        assert!(report.starts_with(begin), "{report}");
    }
    // The address is added and preferred, in two events.
    let counts = ["lines", "converted", "not_converted", "stored"].map(|key| &summary[key]);
    assert_eq!(counts, [&json!(19), &json!(12), &json!(7), &json!(13)]);
    assert_eq!(code, Some(3));

    let store = folder.path().join("people.cim");
    let verify = program("cim").args(["verify", "--store"]).arg(store).output().unwrap();
    assert!(verify.status.success(), "{}", String::from_utf8_lossy(&verify.stdout));

    // Each block has the id and the time that the event had, and links what has caused it.
    let store = EmbeddedStore::open(folder.path().join("people.cim")).unwrap();
    let events = store.read_all(0, 100).await.unwrap();
    let first = events[0].envelope().unwrap();
    assert_eq!(first.event_id.to_string(), id(1001));
    assert_eq!(first.at.to_string(), "2020-05-01T12:00:01.123456Z");
    assert_eq!(first.correlation.to_string(), id(5000));
    // Nobody knows an event of this id: it was a command.
    let command: Uuid = id(1000).parse().unwrap();
    assert_eq!((first.causation, first.command_id), (Causation::Command(command), command));
    let second = events[1].envelope().unwrap();
    assert_eq!(second.causation, Causation::Event(events[0].cid));
    assert_eq!(second.prev, Some(events[0].cid));

    // And it replays.
    let people = Handle::<People>::over(std::sync::Arc::new(store));
    let ada: PersonId = id(1).parse().unwrap();
    let ada = people.load::<Person>(&ada).await.unwrap();
    assert_eq!((ada.state(), ada.version()), (PersonState::Deceased, 12));
    assert_eq!(ada.name.to_string(), "Ada Lovelace");
    assert_eq!(ada.phones.by_number.keys().collect::<Vec<_>>(), ["+44207946"]);
    assert!(ada.emails.by_address.is_empty());
    assert!(ada.preferences.consents["research"].given);
}

#[test]
fn a_conversion_that_was_cut_short_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let lines = lines();
    for cut in [4, 11, lines.len()] {
        import(folder.path(), &lines[..cut]);
    }
    let (summary, _, code) = import(folder.path(), &lines);
    assert_eq!((&summary["stored"], &summary["there_before"]), (&json!(0), &json!(12)));
    assert_eq!((&summary["not_converted"], code), (&json!(7), Some(3)));
    let whole = tempfile::tempdir().unwrap();
    import(whole.path(), &lines);
    let blocks = |folder: &Path| {
        let car = folder.join("people.car");
        let cim = program("cim")
            .args(["export", "--store"])
            .arg(folder.join("people.cim"))
            .arg("--out")
            .arg(&car)
            .output()
            .unwrap();
        assert!(cim.status.success(), "{}", String::from_utf8_lossy(&cim.stderr));
        fs::read(car).unwrap()
    };
    assert_eq!(blocks(folder.path()), blocks(whole.path()));
}

/// Events of all kinds but those above, one after the other: of whom, what, and with which payload.
fn whole_life() -> Vec<(u32, &'static str, Json)> {
    let component = |number: u32, mut payload: Json| {
        payload["component_id"] = json!(id(number));
        payload
    };
    let changed = |number: u32, changes: Json| component(number, json!({ "changes": changes }));
    let skill =
        json!({"skill_name": "Analysis", "category": "Analytical", "proficiency": "Beginner"});
    let phone = |number: &str, is_preferred: bool| json!({"phone_number": number, "phone_type": "Mobile", "is_preferred": is_preferred});
    let profile = json!({
        "profile_url": "https://x.example/ada", "platform": "Twitter", "username": "ada",
        "display_name": "Ada",
    });
    let job = |company: &str| json!({"company_name": company, "job_title": "Analyst", "start_date": "1842-01-01"});
    vec![
        (
            1,
            "PersonCreated",
            json!({"name": {"given": "Ada", "middle": "King", "family": "Lovelace"}}),
        ),
        (1, "SkillAdded", component(70, skill.clone())),
        (1, "SkillEndorsed", component(70, json!({"endorser_id": id(2), "comment": "the first"}))),
        (1, "SkillUpdated", changed(70, json!({"proficiency": "Expert", "years": "v12.1"}))),
        (
            1,
            "SkillAdded",
            component(
                71,
                json!({"skill_name": "Riding", "category": "Other", "proficiency": "Expert"}),
            ),
        ),
        (1, "SkillRemoved", component(71, json!({}))),
        (1, "PhoneAdded", component(72, phone("+44 20 7946-0001", true))),
        (1, "PhoneUpdated", changed(72, json!({"phone_type": "Home", "can_receive_sms": true}))),
        (1, "PhoneAdded", component(73, phone("+44 20 7946 0002", false))),
        (1, "PhoneRemoved", component(73, json!({}))),
        (1, "SocialProfileAdded", component(74, profile.clone())),
        (1, "SocialProfileUpdated", changed(74, json!({"bio": "a countess"}))),
        (
            1,
            "SocialProfileAdded",
            component(75, {
                let mut other = profile.clone();
                other["profile_url"] = json!("https://forum.example/ada");
                other["platform"] = json!("Forum");
                other
            }),
        ),
        (1, "SocialProfileRemoved", component(75, json!({}))),
        (1, "EmploymentAdded", component(76, job("Engines"))),
        (
            1,
            "EmploymentUpdated",
            changed(76, json!({"job_title": "Countess", "end_date": "2020-06-01"})),
        ),
        (1, "EmploymentAdded", component(77, job("Looms"))),
        (1, "EmploymentEnded", component(77, json!({"end_date": "1843-01-01"}))),
        (1, "EmploymentAdded", component(78, job("Mills"))),
        (1, "EmploymentRemoved", component(78, json!({}))),
        (1, "EmailAdded", component(79, json!({"email": "ada@example.org", "email_type": "Work"}))),
        (1, "EmailUpdated", changed(79, json!({"is_preferred": true}))),
        (
            1,
            "CommunicationPreferencesUpdated",
            json!({
                "preferred_language": "en-GB", "preferred_channels": ["SMS", "PostalMail"],
                "contact_frequency": "Weekly", "email_format": "HTML",
            }),
        ),
        (
            1,
            "PrivacyPreferencesUpdated",
            json!({
                "allow_analytics": true, "profile_visibility": "Public",
                "data_retention_preference": "OneYear",
            }),
        ),
        (1, "ConsentRecorded", json!({"consent_type": "research", "granted": true, "version": 3})),
        (1, "ConsentRecorded", json!({"consent_type": "research", "granted": false})),
        (1, "PersonDeactivated", json!({"reason": "away"})),
        (2, "PersonCreated", json!({"name": "Charles"})),
        (2, "PersonArchived", json!({"reason": "old"})),
        (3, "PersonCreated", json!({"name": "A. L."})),
        (3, "PersonDeactivated", json!({})),
        (3, "PersonReactivated", json!({})),
        (
            3,
            "PersonMergedInto",
            json!({"merged_into_id": id(1), "merge_reason": "DuplicateIdentity"}),
        ),
    ]
}

/// What a program says of somebody.
fn shown(store: &Path, person: u32, more: &[&str]) -> String {
    let mut show = program("cim-person");
    let output =
        show.arg("show").arg(id(person)).args(more).arg("--store").arg(store).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[tokio::test]
async fn each_kind_of_event_becomes_what_it_says() {
    let folder = tempfile::tempdir().unwrap();
    let life = (1..).zip(whole_life());
    let lines: Vec<_> =
        life.map(|(number, (person, name, said))| event(number, person, name, said)).collect();
    let (summary, reports, code) = import(folder.path(), &lines);
    assert_eq!((reports, code), (vec![], Some(0)), "{summary}");

    let store = folder.path().join("people.cim");
    let ada: Json = serde_json::from_str(&shown(&store, 1, &["--json"])).unwrap();
    let name =
        json!({"given": "Ada", "family": "Lovelace", "others": ["King"], "order": "GivenFirst"});
    assert_eq!((&ada["name"], &ada["status"]), (&name, &json!("Suspended")));
    let skills = json!([{
        "name": "Analysis", "endorsed_by": [id(2)],
        "level": {"category": "Analytical", "proficiency": "Expert", "years": 12},
    }]);
    assert_eq!(ada["skills"], skills);
    let phones = json!([{
        "number": "+442079460001", "usage": {"kind": "Home", "texts": true, "calls": true},
        "preferred": true,
    }]);
    assert_eq!(ada["phones"], phones);
    let about =
        json!({"platform": "X", "username": "ada", "display_name": "Ada", "bio": "a countess"});
    assert_eq!(ada["profiles"], json!([{"url": "https://x.example/ada", "about": about}]));
    let jobs: Vec<_> = ada["employments"].as_array().unwrap().iter().collect();
    let job = |job: &Json| {
        [&job["employer"]["name"], &job["position"]["title"], &job["end"]].map(Json::clone)
    };
    let expected = [["Engines", "Countess", "2020-06-01"], ["Looms", "Analyst", "1843-01-01"]];
    assert_eq!(jobs.into_iter().map(job).collect::<Vec<_>>(), expected);
    assert_eq!(ada["emails"][0]["preferred"], true);
    let communication = json!({
        "language": "en-GB", "channels": ["Text", "Post"], "frequency": "Weekly", "format": "Html",
    });
    assert_eq!(ada["communication"], communication);
    let privacy = json!({"analytics": true, "visibility": "Public", "retention": "OneYear"});
    assert_eq!(ada["privacy"], privacy);
    // Consent that was taken back is known as such.
    assert_eq!(ada["consents"], json!({"research": {"version": 3}}));

    for (person, line) in [
        (1, "  status   suspended"),
        (1, "  phone    +442079460001, preferred"),
        (1, "  profile  https://x.example/ada"),
        (1, "  work     Countess at Engines (1842-01-01 – 2020-06-01)"),
        (1, "  skill    Analysis (expert, endorsed by 1)"),
        (1, "  consent  research, version 3: withdrawn"),
        (2, "  status   archived"),
        (3, "  status   active"),
    ] {
        let shown = shown(&store, person, &[]);
        assert!(shown.lines().any(|shown| shown == line), "{line}: {shown}");
    }
    // The merge is asked for; it is completed by the policy when the system runs.
    let store = EmbeddedStore::open(&store).unwrap();
    let people = Handle::<People>::over(std::sync::Arc::new(store));
    let double = people.load::<Person>(&id(3).parse().unwrap()).await.unwrap();
    assert_eq!(double.state(), PersonState::Merging);
}
