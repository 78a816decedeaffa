//! Writes the machines, for the tests to compile.

#![allow(unreachable_pub, reason = "the modules are those of the library")]

#[path = "src/source.rs"]
mod source;
#[path = "src/table.rs"]
mod table;

use std::path::PathBuf;
use std::{env, fs, io};

use table::{SIZES, Table};

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=src");
    let mut machines = String::new();
    for (seed, &size) in (0..).zip(SIZES) {
        machines += &source::module(&format!("machine_{seed}"), &Table::new(size, seed));
    }
    let folder = env::var_os("OUT_DIR").map(PathBuf::from).unwrap_or_default();
    fs::write(folder.join("machines.rs"), machines)
}
