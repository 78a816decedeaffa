//! `cim lock`, in packages that stand for crates with events: their test does what the real one
//! does, without the time it takes to compile it.

use std::process::Command;

use tempfile::TempDir;

use crate::world::Said;

/// A package whose test writes or checks this lock.
fn package(lock: &str) -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(dir.path().join(name), text).unwrap();
    std::fs::create_dir(dir.path().join("src")).unwrap();
    write("Cargo.toml", "[package]\nname = \"shop\"\nedition = \"2024\"\n[workspace]\n");
    let test = format!(
        "#[test] fn the_lock_is_current() {{
            let path = concat!(env!(\"CARGO_MANIFEST_DIR\"), \"/cim.lock\");
            if std::env::var(\"CIM_LOCK\").is_ok() {{ std::fs::write(path, {lock:?}).unwrap(); }}
            assert_eq!(std::fs::read_to_string(path).unwrap_or_default(), {lock:?}, \"not current\");
        }}"
    );
    write("src/lib.rs", &test);
    dir
}

fn cim(dir: &TempDir, arguments: &str) -> Said {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cim"));
    command.args(arguments.split_whitespace()).current_dir(dir.path());
    // These packages have no place in anybody's build.
    command.env_remove("CARGO_TARGET_DIR").env_remove("CIM_LOCK");
    Said::of(&command.output().unwrap())
}

fn locked(dir: &TempDir) -> String {
    std::fs::read_to_string(dir.path().join("cim.lock")).unwrap()
}

const LOCK: &str = "# ours\nOrder OrderPlaced 1 {}\nOrder OrderPlaced 2 {by: text}\n";

#[test]
fn the_lock_is_written_and_what_changed_is_said() {
    let dir = package(LOCK);
    let said = cim(&dir, "lock");
    assert_eq!(said.code, 0, "{said:?}");
    assert!(said.out.starts_with("+ Order OrderPlaced 1 {}\n+ Order OrderPlaced 2 {by: text}\n"));
    assert!(said.out.contains("current"), "{said:?}");
    assert_eq!(locked(&dir), LOCK);

    let again = cim(&dir, "lock --json").object();
    assert_eq!((&again["current"], &again["added"]), (&true.into(), &serde_json::json!([])));
}

#[test]
fn a_line_that_changes_is_warned_of() {
    let dir = package(LOCK);
    std::fs::write(dir.path().join("cim.lock"), "Order OrderPlaced 1 {a: u8}\n").unwrap();
    let said = cim(&dir, "lock");
    assert!(said.out.starts_with("- Order OrderPlaced 1 {a: u8}\n+ "), "{said:?}");
    assert!(said.out.contains("1 line changed or gone"), "{said:?}");
}

#[test]
fn a_check_changes_nothing() {
    let dir = package(LOCK);
    let said = cim(&dir, "lock --check");
    assert_eq!(said.code, 1, "{said:?}");
    assert!(said.out.starts_with("not current"), "{said:?}");
    assert!(!dir.path().join("cim.lock").exists());

    std::fs::write(dir.path().join("cim.lock"), LOCK).unwrap();
    let said = cim(&dir, "lock --check --package shop --json");
    assert_eq!(said.object()["current"], true, "{said:?}");
}

#[test]
fn a_package_without_the_test_is_told_the_line_to_add() {
    let dir = package(LOCK);
    std::fs::write(dir.path().join("src/lib.rs"), "").unwrap();
    let said = cim(&dir, "lock");
    assert_eq!(said.code, 2, "{said:?}");
    assert!(said.err.contains("cim_runtime::lock!(Shop);"), "{said:?}");
}

#[test]
fn other_tests_need_not_compile() {
    let dir = package(LOCK);
    std::fs::create_dir(dir.path().join("tests")).unwrap();
    std::fs::write(dir.path().join("tests/it.rs"), "fn").unwrap();
    assert_eq!(cim(&dir, "lock").code, 0);
    assert_eq!(locked(&dir), LOCK);
}

#[test]
fn the_test_may_be_an_integration_test() {
    let dir = package(LOCK);
    std::fs::create_dir(dir.path().join("tests")).unwrap();
    std::fs::rename(dir.path().join("src/lib.rs"), dir.path().join("tests/it.rs")).unwrap();
    std::fs::write(dir.path().join("src/main.rs"), "fn main() {}").unwrap();
    assert_eq!(cim(&dir, "lock").code, 0);
    assert_eq!(locked(&dir), LOCK);
}

#[test]
fn a_package_that_does_not_compile_is_not_current() {
    let dir = package(LOCK);
    std::fs::write(dir.path().join("src/lib.rs"), "fn").unwrap();
    let said = cim(&dir, "lock --check");
    assert_eq!(said.code, 1, "{said:?}");
}

#[test]
fn a_package_that_is_not_there_is_trouble() {
    let dir = package(LOCK);
    let said = cim(&dir, "lock --package shpo");
    assert_eq!(said.code, 2, "{said:?}");
    assert!(said.err.contains("no package is called shpo; there are shop"), "{said:?}");

    let empty = tempfile::tempdir().unwrap();
    let said = cim(&empty, "lock");
    assert_eq!(said.code, 2, "{said:?}");
    assert!(said.err.contains("there is no package here"), "{said:?}");
}
