//! What is said of code that differs from its lock: every fixture under `ui/lock` is a crate with a
//! `cim.lock` of its own, which the lines that start with `//#` make up.
//!
//! trybuild puts all its fixtures into one crate, and a lock belongs to a crate. As there,
//! `TRYBUILD=overwrite` writes what is said now.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::files::{below, read, root};

/// Where the crates are written, and compiled.
fn folder() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("lock")
}

/// The name of a fixture's crate.
fn name(fixture: &Path) -> &str {
    fixture.file_stem().unwrap().to_str().unwrap()
}

/// Writes a crate for each fixture, in one workspace.
fn write(fixtures: &[PathBuf]) {
    let crates = folder().join("crates");
    let _ = std::fs::remove_dir_all(&crates);
    let manifest = |path: &Path, text: String| {
        std::fs::create_dir_all(path).unwrap();
        std::fs::write(path.join("Cargo.toml"), text).unwrap();
    };
    manifest(&crates, "[workspace]\nmembers = [\"*\"]\nresolver = \"3\"\n".to_owned());
    std::fs::copy(root().join("../Cargo.lock"), crates.join("Cargo.lock")).unwrap();
    let runtime = root().join("../cim-runtime");
    for fixture in fixtures {
        let (name, source) = (name(fixture), read(fixture));
        let path = crates.join(name);
        assert!(!path.exists(), "two fixtures are called {name}");
        manifest(
            &path,
            format!(
                "[package]\nname = \"{name}\"\nedition = \"2024\"\n[lib]\npath = \"lib.rs\"\n\
                 [dependencies]\ncim-runtime.path = {runtime:?}\n"
            ),
        );
        let lock = source.lines().filter_map(|line| line.strip_prefix("//# "));
        let lock: String = lock.map(|line| line.replace("\\r", "\r") + "\n").collect();
        // A byte that no text has.
        let lock = match lock.split_once("\\xff") {
            Some((before, after)) => [before.as_bytes(), b"\xff", after.as_bytes()].concat(),
            None => lock.into_bytes(),
        };
        if !lock.is_empty() {
            std::fs::write(path.join("cim.lock"), lock).unwrap();
        }
        std::fs::write(path.join("lib.rs"), source).unwrap();
    }
}

/// Compiles the crates, and gives each one's errors as rustc shows them.
fn compile(switch: Option<&str>) -> Vec<(String, String)> {
    let output = Command::new(env!("CARGO"))
        .env_remove("CIM_LOCK")
        .envs(switch.map(|switch| ("CIM_LOCK", switch)))
        .args(["check", "--offline", "--quiet", "--workspace", "--keep-going"])
        .args(["--message-format", "json", "--target-dir"])
        .arg(folder().join("target"))
        .current_dir(folder().join("crates"))
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let messages = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let mut said = Vec::new();
    let mut compiled = 0;
    for message in messages {
        compiled += usize::from(message["reason"] == "compiler-artifact");
        let diagnostic = &message["message"];
        // An error without a place counts the others.
        if diagnostic["level"] == "error" && diagnostic["spans"][0].is_object() {
            let name = message["target"]["name"].as_str().unwrap().to_owned();
            said.push((name, diagnostic["rendered"].as_str().unwrap().to_owned()));
        }
    }
    assert!(compiled > 0, "{}", String::from_utf8_lossy(&output.stderr));
    said
}

#[test]
fn what_differs_from_the_lock_is_told_at_its_place() {
    let fixtures = below(&root().join("ui/lock"), ".rs");
    write(&fixtures);
    let said = compile(None);
    let mut wrong = Vec::new();
    for fixture in &fixtures {
        let name = name(fixture);
        let errors = said.iter().filter(|(of, _)| of == name);
        let errors: String = errors.map(|(_, text)| format!("{}\n\n", text.trim_end())).collect();
        let shown = fixture.strip_prefix(root()).unwrap().to_str().unwrap();
        let errors = errors.replace(&format!("{name}/lib.rs"), shown);
        let errors = errors.trim_end().to_owned() + "\n";
        let answer = fixture.with_extension("stderr");
        if crate::files::is_in(fixture, "holds") {
            assert_eq!(errors, "\n", "{shown}");
        } else if std::env::var_os("TRYBUILD").is_some_and(|mode| mode == "overwrite") {
            std::fs::write(&answer, &errors).unwrap();
        } else if !answer.exists() || read(&answer) != errors {
            wrong.push(format!("{shown} says\n{errors}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));

    // What is going to be written is compared with nothing.
    assert_eq!(compile(Some("write")), []);
}
