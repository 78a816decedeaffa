//! The files of this workspace, as the tests read them.

use std::path::{Path, PathBuf};

/// The root of this crate.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The sources of the compiler behind the macros.
pub(crate) fn compiler() -> PathBuf {
    root().join("../cim-macros/core/src")
}

/// All files below `dir` whose names end so, sorted.
pub(crate) fn below(dir: &Path, end: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(below(&path, end));
        } else if path.to_str().unwrap().ends_with(end) {
            found.push(path);
        }
    }
    found.sort();
    found
}

pub(crate) fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap()
}

/// Whether one of the folders above the file has this name.
pub(crate) fn is_in(path: &Path, folder: &str) -> bool {
    path.iter().any(|part| part == folder)
}
