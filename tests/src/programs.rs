//! The workspace's programs, built and run as their users run them.

use std::path::PathBuf;
use std::process::Command;

/// A program of the workspace, such as `cim-order`; it is built if it is not up to date.
///
/// # Panics
///
/// When it cannot be built.
#[must_use]
pub fn program(name: &str) -> Command {
    let mut build = Command::new(env!("CARGO"));
    build.args(["build", "--quiet", "--bin", name]);
    if !cfg!(debug_assertions) {
        build.arg("--release");
    }
    let status = build.current_dir(env!("CARGO_MANIFEST_DIR")).status();
    assert!(status.is_ok_and(|status| status.success()), "cannot build `{name}`");
    Command::new(folder().join(name))
}

/// The folder of the profile this test was built in, where cargo puts programs.
fn folder() -> PathBuf {
    let test = std::env::current_exe().unwrap_or_default();
    // target/debug/deps/it-0123 or, for doctests, elsewhere.
    test.ancestors().nth(2).map(PathBuf::from).unwrap_or_default()
}
