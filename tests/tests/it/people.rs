//! People come from files and go to files, whatever is wrong with some of them.

use std::fs;
use std::path::Path;
use std::process::Output;

use cim_tests::programs::program;
use serde_json::{Value as Json, json};

fn run(arguments: &[&str], store: &Path) -> Output {
    program("cim-person").args(arguments).arg("--store").arg(store).output().unwrap()
}

/// Imports a file of this name, and returns what was said of it, in numbers and in words.
fn import(folder: &Path, name: &str, text: &str) -> (Json, Vec<String>, Option<i32>) {
    let file = folder.join(name);
    fs::write(&file, text).unwrap();
    let output = run(&["import", "--json", file.to_str().unwrap()], &folder.join("people.cim"));
    let reports = String::from_utf8(output.stderr).unwrap();
    let summary =
        serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {reports}"));
    let prefix = format!("{}, ", file.display());
    let reports = reports.lines().map(|line| line.replace(&prefix, "")).collect();
    (summary, reports, output.status.code())
}

fn export(store: &Path, form: &str) -> String {
    let output = run(&["export", "--form", form], store);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn card(lines: &str) -> String {
    format!("BEGIN:VCARD\r\nVERSION:4.0\r\n{lines}\r\nEND:VCARD\r\n")
}

const ADA: &str = "UID:urn:uuid:00000000-0000-4000-8000-00000000000a\r
FN:Ada Lovelace\r
N:Lovelace;Ada;King,Byron;;\r
BDAY:18151210\r
EMAIL;TYPE=work;PREF=1:ada@example.org\r
EMAIL:ada@home.example\r
TEL;VALUE=uri;TYPE=\"cell,text,voice\":tel:+44-20-7946-0000\r
item1.ORG:Analytical Engines\\, Ltd.;Research\r
item1.TITLE:Countess of \r
 Programming\r
EXPERTISE;LEVEL=expert:Bernoulli numbers\r
PHOTO:data:image/png;base64,AAAA\r
RELATED;TYPE=friend:urn:uuid:00000000-0000-4000-8000-00000000000b";

const CHARLES: &str = "UID:urn:uuid:00000000-0000-4000-8000-00000000000b\r
FN:Charles Babbage\r
DEATHDATE:18711018";

#[test]
fn a_card_becomes_a_person_and_a_card_again() {
    let folder = tempfile::tempdir().unwrap();
    let cards = card(ADA) + &card(&CHARLES.replace("\r\nDEATHDATE:18711018", ""));
    let (summary, reports, code) = import(folder.path(), "a.vcf", &cards);
    assert_eq!((reports, code), (vec![], Some(0)), "{summary}");
    let store = folder.path().join("people.cim");
    let lines = export(&store, "jsonl");
    let ada: Json = serde_json::from_str(lines.lines().next().unwrap()).unwrap();
    let name = json!({
        "given": "Ada", "family": "Lovelace", "others": ["King", "Byron"], "order": "GivenFirst",
    });
    assert_eq!(ada["name"], name);
    assert_eq!(ada["born"], "1815-12-10");
    assert_eq!(ada["emails"][0]["address"], "ada@example.org");
    assert_eq!(ada["emails"][0]["preferred"], true);
    assert_eq!(ada["phones"][0]["number"], "+442079460000");
    assert_eq!(ada["employments"][0]["employer"]["name"], "Analytical Engines, Ltd.");
    assert_eq!(ada["employments"][0]["position"]["title"], "Countess of Programming");
    assert_eq!(ada["relationships"][0]["kind"], "Friend");

    // What is written is read again: the other store gives the same cards.
    let cards = export(&store, "vcard");
    assert!(cards.lines().all(|line| line.len() <= 76), "{cards}");
    let other = tempfile::tempdir().unwrap();
    let (_, reports, code) = import(other.path(), "b.vcf", &cards);
    assert_eq!((reports, code), (vec![], Some(0)), "{cards}");
    assert_eq!(export(&other.path().join("people.cim"), "vcard"), cards);
}

#[test]
fn a_second_import_brings_nothing_new() {
    let folder = tempfile::tempdir().unwrap();
    // One of them has no UID: it is known by what it says.
    let cards = card(ADA) + &card(CHARLES) + &card("FN:Mary Somerville");
    let (first, ..) = import(folder.path(), "a.vcf", &cards);
    let (second, reports, code) = import(folder.path(), "a.vcf", &cards);
    assert_eq!((&second["people"], &second["stored"]), (&json!(3), &json!(0)), "{reports:?}");
    assert_eq!((reports, code), (vec![], Some(0)));
    assert!(first["stored"].as_u64().unwrap() >= 12, "{first}");
    assert_eq!(export(&folder.path().join("people.cim"), "jsonl").lines().count(), 3);
}

#[test]
fn each_bad_card_is_told_and_the_others_are_taken() {
    let folder = tempfile::tempdir().unwrap();
    let good = |number: u32| card(&format!("FN:Good {number}"));
    let cards = [
        good(1),                                                                // 1-4
        "BEGIN:VCARD\r\nVERSION:4.0\r\nFN:Cut\r\n".to_owned(),                  // 5-7
        good(2),                                                                // 8-11
        "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Old\r\nEND:VCARD\r\n".to_owned(),     // 12-15
        "BEGIN:VCARD\r\nVERSION:2.1\r\nTEL;HOME:1\r\nEND:VCARD\r\n".to_owned(), // 16-19
        "BEGIN:VCARD\r\nFN:No\r\nEND:VCARD\r\n".to_owned(),                     // 20-22
        card("FN:X\r\nthis is no property"),                                    // 23-27
        card("FN:X\r\nBDAY:18150230"),                                          // 28-32
        card("FN:X\r\nBDAY:--1210"),                                            // 33-37
        card("EMAIL:a@example.org"),                                            // 38-41
        "strange\r\nthings\r\n".to_owned(),                                     // 42-43
        good(3),                                                                // 44-47
        card("FN:X\r\nEMAIL:no address"),                                       // 48-52
        card("UID:a\r\nUID:b\r\nFN:X"),                                         // 53-58
        "BEGIN:VCARD\r\nVERSION:4.0\r\nFN:At the end".to_owned(),               // 59-61
    ];
    let (summary, reports, code) = import(folder.path(), "a.vcf", &cards.concat());
    let expected = [
        "line 5: the card that begins here has no `END:VCARD`: the file may be cut off, get it anew",
        "line 13: a vCard of version 3.0; only 4.0 is read: export it as vCard 4.0",
        "line 17: a vCard of version 2.1; only 4.0 is read: export it as vCard 4.0",
        "line 20: `VERSION:4.0` must be the line after `BEGIN:VCARD`",
        "line 26: `this is no property` is no property: expected `NAME:value` or `NAME;PARAMETER=value:value`",
        "line 31: `BDAY` is `18150230`, which is no day: write it as 19901231 or 1990-12-31",
        "line 36: `BDAY` is `--1210`, a day in part: a person has a whole day, or none; remove the line",
        "line 38: the card that begins here has neither `FN` nor `N`: a person has a name",
        "line 42: `strange` stands outside of a card: expected `BEGIN:VCARD`",
        "line 56: `UID` stands in the card already: leave one of them",
        "line 59: the card that begins here has no `END:VCARD`: the file may be cut off, get it anew",
        "line 48: `AddEmail no address`: refused: Malformed",
    ];
    assert_eq!(reports, expected);
    assert_eq!(code, Some(3));
    assert_eq!((&summary["people"], &summary["unreadable"]), (&json!(4), &json!(11)));
    let names: Vec<_> = export(&folder.path().join("people.cim"), "vcard")
        .lines()
        .filter_map(|line| Some(line.strip_prefix("FN:")?.to_owned()))
        .collect();
    assert!(["Good 1", "Good 2", "Good 3"].iter().all(|name| names.contains(&(*name).to_owned())));
}

#[test]
fn each_bad_line_of_json_is_told_and_the_others_are_taken() {
    let folder = tempfile::tempdir().unwrap();
    let id = |number: u32| format!("00000000-0000-4000-8000-{number:012}");
    let lines = [
        format!(r#"{{"id": "{}", "name": {{"given": "名字"}}}}"#, id(1)),
        "{".to_owned(),
        r#"{"id": "1", "name": {"given": "A"}}"#.to_owned(),
        format!(r#"{{"id": "{}", "name": {{"family": "A"}}}}"#, id(2)),
        format!(r#"{{"id": "{}", "name": {{"given": "A"}}, "born": "1990-02-30"}}"#, id(3)),
        format!(r#"{{"id": "{}", "nmae": {{"given": "A"}}}}"#, id(4)),
        format!(r#"{{"id": "{}", "name": {{"given": " "}}}}"#, id(5)),
        format!(r#"{{"id": "{}", "name": {{"given": "B"}}, "status": "Gone"}}"#, id(6)),
    ];
    let (summary, reports, code) = import(folder.path(), "a.jsonl", &lines.join("\n"));
    let begins = [
        "line 2: not JSON: EOF",
        "line 3: `id` is `1`: expected a UUID",
        "line 4: `name.given` is missing: it is text",
        "line 5: `born` is `1990-02-30`: expected a day of the calendar",
        "line 6: `nmae` is no field: there are id, ",
        "line 7: `CreatePerson`: ",
        "line 8: `status` is `Gone`: expected one of ",
    ];
    let mut sorted = reports.clone();
    sorted.sort();
    assert_eq!(sorted.len(), begins.len(), "{reports:?}");
    for (report, begin) in sorted.iter().zip(begins) {
        assert!(report.starts_with(begin), "{report}");
    }
    assert_eq!((&summary["people"], code), (&json!(2), Some(3)));
}

#[test]
fn a_file_of_unknown_form_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("people.txt");
    fs::write(&file, card(CHARLES)).unwrap();
    let store = folder.path().join("people.cim");
    let output = run(&["import", file.to_str().unwrap()], &store);
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.ends_with("add --form vcard or --form jsonl\n"), "{said}");
    assert_eq!(output.status.code(), Some(1));
    assert!(!store.exists());
    let output = run(&["import", "--form", "vcard", file.to_str().unwrap()], &store);
    assert!(output.status.success());
}

#[test]
fn a_file_that_is_exported_is_there_whole_or_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    import(folder.path(), "a.vcf", &card(CHARLES));
    let (store, file) = (folder.path().join("people.cim"), folder.path().join("all.vcf"));
    fs::write(&file, "what was there before").unwrap();
    let output = run(&["export", "--json", file.to_str().unwrap()], &store);
    assert_eq!(String::from_utf8(output.stdout).unwrap(), "{\"people\":1}\n");
    // The name says which form it has.
    assert_eq!(fs::read_to_string(&file).unwrap(), export(&store, "vcard"));
    assert!(!file.with_extension("part").exists());

    let nowhere = folder.path().join("nowhere/all.jsonl");
    let output = run(&["export", nowhere.to_str().unwrap()], &store);
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.starts_with("error: cannot write") && said.contains("nowhere"), "{said}");
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn a_file_that_cannot_be_read_ends_the_import() {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("people.cim");
    let path = folder.path().to_str().unwrap();
    for arguments in
        [["--legacy", path].as_slice(), &["--form", "jsonl", path], &["--form", "vcard", path]]
    {
        let output = run(&[&["import"], arguments].concat(), &store);
        let said = String::from_utf8(output.stderr).unwrap();
        let begin = format!("{path}, line 1: the file cannot be read");
        assert!(said.starts_with(&begin) && said.lines().count() == 1, "{arguments:?}: {said}");
        assert_eq!(output.status.code(), Some(3));
    }
}

#[test]
fn a_line_of_json_that_does_not_end_is_not_kept_in_memory() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a.jsonl");
    fs::write(&file, r#"{"id": "00000000-0000-4000-8000-00000000000a", "name": {"given": "Ada"}}"#)
        .and_then(|()| fs::OpenOptions::new().append(true).open(&file))
        .and_then(|mut file| {
            std::io::Write::write_all(&mut file, b"\n")?;
            file.set_len(200 << 20)
        })
        .unwrap();
    let store = folder.path().join("people.cim");
    let output = run(&["import", "--json", file.to_str().unwrap()], &store);
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains(", line 2: a line of more than 67108864 bytes"), "{said}");
    assert_eq!(said.lines().count(), 1, "{said}");
    let summary: Json = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&summary["people"], &summary["unreadable"]), (&json!(1), &json!(1)));
    assert_eq!(output.status.code(), Some(3));
}

/// A line of JSON of a person, and what else it says.
fn line(number: u32, more: &str) -> String {
    let id = id(number);
    format!(r#"{{"id": "{id}", "name": {{"given": "Person {number}"}}{more}}}"#) + "\n"
}

fn id(number: u32) -> String {
    format!("00000000-0000-4000-8000-{number:012}")
}

/// What such a line says of a relationship.
fn knows(relationship: u32, with: u32, kind: &str, confirmed: bool) -> String {
    let (relationship, with) = (id(relationship), id(with));
    format!(
        r#", "relationships": [{{"id": "{relationship}", "with": "{with}", "kind": {kind}, "confirmed": {confirmed}}}]"#
    )
}

/// What is stored of everybody, line by line.
fn stored(folder: &Path) -> Vec<Json> {
    let lines = export(&folder.join("people.cim"), "jsonl");
    lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn nobody_is_related_to_or_merged_into_who_is_gone() {
    let folder = tempfile::tempdir().unwrap();
    let gone = [
        line(1, r#", "status": "Archived""#),
        line(2, r#", "status": {"Deceased": {"died": "2020-01-01"}}"#),
        line(3, &format!(r#", "status": {{"Merged": {{"into": "{}"}}}}"#, id(1))),
    ];
    let (_, reports, code) = import(folder.path(), "gone.jsonl", &gone.concat());
    assert_eq!((reports, code), (vec![], Some(0)));
    let lines = [
        line(11, &knows(21, 1, r#""Friend""#, true)),
        line(12, &knows(22, 2, r#""Friend""#, true)),
        line(13, &knows(23, 3, r#""Friend""#, false)),
        line(14, &format!(r#", "status": {{"Merged": {{"into": "{}"}}}}"#, id(1))),
        line(15, &format!(r#", "status": {{"Merged": {{"into": "{}"}}}}"#, id(2))),
        // Whoever remains of the third is the first.
        line(16, &format!(r#", "status": {{"Merged": {{"into": "{}"}}}}"#, id(3))),
    ];
    let (summary, reports, code) = import(folder.path(), "a.jsonl", &lines.concat());
    let expected = [
        format!("line 1: relationship {}: {} is archived", id(21), id(1)),
        format!("line 2: relationship {}: {} is dead", id(22), id(2)),
        format!("line 3: relationship {}: {} is merged into somebody else", id(23), id(3)),
        format!("line 4: merge: {} is archived", id(1)),
        format!("line 5: merge: {} is dead", id(2)),
        format!("line 6: merge: {} is archived", id(1)),
    ];
    let mut sorted = reports;
    sorted.sort();
    assert_eq!(sorted, expected);
    // Six are created, and nothing is half done.
    assert_eq!((&summary["stored"], code), (&json!(6), Some(3)));
    for person in &stored(folder.path())[3..] {
        assert_eq!((&person["status"], &person["relationships"]), (&json!("Active"), &Json::Null));
    }
}

#[test]
fn a_relationship_with_the_id_of_others_is_not_taken_for_theirs() {
    let folder = tempfile::tempdir().unwrap();
    let lines = [
        line(1, &knows(21, 2, r#""Friend""#, false)),
        line(2, ""),
        line(3, &knows(21, 2, r#""Partner""#, true)),
    ];
    let (_, reports, code) = import(folder.path(), "a.jsonl", &lines.concat());
    let expected = format!("line 3: relationship {}: {} has another one of this id", id(21), id(2));
    assert_eq!((reports, code), (vec![expected], Some(3)));
    let stored = stored(folder.path());
    // Still a proposal, which nobody has confirmed.
    assert_eq!(stored[0]["relationships"][0]["with"], json!(id(2)));
    assert_eq!(stored[0]["relationships"][0]["confirmed"], Json::Null);
    assert_eq!(
        (&stored[1]["relationships"], &stored[2]["relationships"]),
        (&Json::Null, &Json::Null)
    );
}

#[test]
fn who_dies_before_they_are_born_is_not_taken() {
    let folder = tempfile::tempdir().unwrap();
    let cards = card("FN:Late\r\nBDAY:19000101\r\nDEATHDATE:18991231\r\nEMAIL:a@example.org")
        + &card("FN:Good");
    let (summary, reports, code) = import(folder.path(), "a.vcf", &cards);
    let expected =
        "line 1: died on 1899-12-31, before the birth on 1900-01-01: correct one of them";
    assert_eq!((reports, code), (vec![expected.to_owned()], Some(3)));
    assert_eq!((&summary["stored"], &summary["refused"]), (&json!(1), &json!(1)));
    assert_eq!(stored(folder.path())[0]["name"]["given"], "Good");
}

#[test]
fn whom_somebody_knows_is_shown_in_words() {
    let folder = tempfile::tempdir().unwrap();
    let kinds = [
        r#""BusinessPartner""#,
        r#"{"Other": {"name": "godmother of her son", "inverse": "friend"}}"#,
    ];
    let lines = [
        line(1, &knows(21, 3, kinds[0], true)),
        line(2, &knows(22, 3, kinds[1], false)),
        line(3, ""),
    ];
    let (_, reports, code) = import(folder.path(), "a.jsonl", &lines.concat());
    assert_eq!((reports, code), (vec![], Some(0)));
    for (number, said) in [(1, "business partner"), (2, "godmother of her son, proposed")] {
        let shown = run(&["show", &id(number)], &folder.path().join("people.cim")).stdout;
        let shown = String::from_utf8(shown).unwrap();
        let expected = format!("  knows    {}  Person 3 ({said})\n", id(3));
        assert!(shown.contains(&expected), "{expected}{shown}");
    }
}

/// A population that has lived for some years, and its summary.
fn simulated(store: &str, seed: &str, people: &str, years: &str) -> Json {
    let output = program("cim-person")
        .args(["simulate", "--people", people, "--years", years, "--json", "--seed", seed])
        .args(["--store", store])
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn a_seed_brings_the_same_heads() {
    let (first, second) =
        (simulated("memory:", "3", "25", "4"), simulated("memory:", "3", "25", "4"));
    assert_eq!(first["digest"], second["digest"]);
    assert_ne!(first["digest"], simulated("memory:", "4", "25", "4")["digest"]);
    // Policies have done their part, in whatever they do.
    for event in ["ProposalReceived", "PersonArchived", "OnboardingCompleted", "SkillLapsed"] {
        assert!(first["events"][event].as_u64() > Some(0), "{event}: {first}");
    }
}

#[test]
fn a_population_is_the_same_in_another_store_once_it_was_exported_and_imported() {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("first.cim");
    simulated(store.to_str().unwrap(), "5", "15", "3");
    for (form, file) in [("jsonl", "a.jsonl"), ("vcard", "a.vcf")] {
        let exported = export(&store, form);
        let other = tempfile::tempdir().unwrap();
        let (summary, reports, code) = import(other.path(), file, &exported);
        assert_eq!((reports, code), (vec![], Some(0)), "{summary}");
        assert!(summary["people"].as_u64() > Some(15), "{summary}");
        assert!(exported == export(&other.path().join("people.cim"), form), "{form} differs");
        let (again, reports, _) = import(other.path(), file, &exported);
        assert_eq!((again["stored"].as_u64(), reports), (Some(0), vec![]), "{again}");
    }
}

#[test]
fn an_import_that_is_cut_short_again_and_again_brings_everybody_once() {
    let folder = tempfile::tempdir().unwrap();
    let cards: String = (0..300)
        .map(|number| {
            card(&format!(
                "UID:urn:uuid:00000000-0000-4000-8000-{number:012}\r\nFN:Person {number}\r\n\
                 EMAIL;PREF=1:p{number}@example.org\r\nTEL:+49 30 {number:06}\r\n\
                 RELATED;TYPE=colleague:urn:uuid:00000000-0000-4000-8000-{:012}",
                (number + 1) % 300
            ))
        })
        .collect();
    let store = folder.path().join("people.cim");
    // Each time in the middle of a card, and of what its person is to others.
    for part in 1..4 {
        let (summary, _, code) = import(folder.path(), "a.vcf", &cards[..cards.len() * part / 4]);
        assert!(summary["stored"].as_u64() > Some(0), "{summary}");
        assert_eq!(code, Some(3), "{summary}");
    }
    let (summary, reports, code) = import(folder.path(), "a.vcf", &cards);
    assert_eq!((reports, code), (vec![], Some(0)), "{summary}");
    // Created, two of an address, one of a number; and six of a relationship, on both sides.
    let whole = tempfile::tempdir().unwrap();
    let (once, ..) = import(whole.path(), "a.vcf", &cards);
    assert_eq!(once["stored"], 300 * 4 + 300 * 4, "{once}");
    let events = program("cim").args(["stats", "--json", "--store"]).arg(&store).output().unwrap();
    let events: Json = serde_json::from_slice(&events.stdout).unwrap();
    assert_eq!(events["events"], once["stored"], "{events}");
    assert_eq!(export(&store, "jsonl"), export(&whole.path().join("people.cim"), "jsonl"));
}

#[test]
fn people_are_shown_found_and_placed_among_others() {
    let folder = tempfile::tempdir().unwrap();
    let cards = card(ADA) + &card(&CHARLES.replace("\r\nDEATHDATE:18711018", ""));
    import(folder.path(), "a.vcf", &cards);
    let store = folder.path().join("people.cim");
    let said = |arguments: &[&str]| {
        let output = run(arguments, &store);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    let (ada, charles) =
        ("00000000-0000-4000-8000-00000000000a", "00000000-0000-4000-8000-00000000000b");

    let shown = said(&["show", ada]);
    for line in [
        "Ada King Byron Lovelace",
        "  status   active",
        "  born     1815-12-10",
        "  e-mail   ada@example.org, preferred",
        "  skill    Bernoulli numbers (expert)",
        // When it has begun nobody knows.
        "  work     Countess of Programming at Analytical Engines, Ltd.",
        "  knows    00000000-0000-4000-8000-00000000000b  Charles Babbage (friend)",
    ] {
        assert!(shown.lines().any(|shown| shown == line), "{line}: {shown}");
    }
    let shown: Json = serde_json::from_str(&said(&["show", ada, "--json"])).unwrap();
    assert_eq!(shown["born"], "1815-12-10");

    let found = said(&["search", "lovelac", "bernouli"]);
    assert_eq!(
        found,
        format!("{ada}  Ada King Byron Lovelace (name: lovelace, skill: bernoulli)\n")
    );
    let found: Json = serde_json::from_str(&said(&["search", "babbage", "--json"])).unwrap();
    assert_eq!(found["id"], charles);
    assert_eq!(said(&["search", "nobody"]), "nobody is found by nobody\n");

    let network = said(&["network", ada, "--to", charles]);
    assert!(network.starts_with("Ada King Byron Lovelace knows 1 people\n"), "{network}");
    assert!(network.ends_with("Ada King Byron Lovelace → Charles Babbage\n"), "{network}");
    let network: Json = serde_json::from_str(&said(&["network", charles, "--json"])).unwrap();
    assert_eq!(network["neighbours"][0]["kinds"], json!(["friend"]));
    assert_eq!(network["reach"], json!([1]));

    // Who asks changes nothing, and is told where there is nobody.
    let events = program("cim").args(["stats", "--json", "--store"]).arg(&store).output().unwrap();
    let stored: Json = serde_json::from_slice(&events.stdout).unwrap();
    assert_eq!(stored["events"], 13, "{stored}");
    for command in ["show", "network"] {
        let output = run(&[command, "00000000-0000-4000-8000-0000000000ff"], &store);
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(said.starts_with("error: there is nobody with the id"), "{said}");
        assert_eq!(output.status.code(), Some(1));
    }
}
