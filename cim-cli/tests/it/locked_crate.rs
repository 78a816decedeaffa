//! A crate and its lock, from the first event to the removal of one: compiled by rustc, locked by
//! `cim`, and each time with what its author then sees.
//!
//! What is said of each single change, `ui-tests` has; here a lock is written by the tool, and what
//! was written is what the macros compare with.

use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use crate::world::Said;

/// What stays as it is: an aggregate, a system, and the line that makes the test of the lock.
const FRAME: &str = r#"
use cim_runtime::prelude::*;

#[derive(DomainId)]
pub struct OrderId(String);

#[aggregate(domain = "shop", id = OrderId)]
#[derive(Default)]
pub struct Order {}

#[command(Order)]
pub struct PlaceOrder {
    pub line: Line,
}

#[system(aggregates(Order))]
pub struct Shop;

cim_runtime::lock!(Shop);
"#;

/// A value, the event that holds it, and the machine that answers with it.
const FIRST: &str = "
#[value]
pub struct Line { pub sku: String, pub quantity: u32 }

#[event(Order, unread)]
pub struct OrderPlaced { pub line: Line }

#[state_machine(initial Draft, terminal Placed)]
impl Order {
    #[transition(Draft -> Placed)]
    fn place(&self, cmd: PlaceOrder) -> OrderPlaced { OrderPlaced { line: cmd.line } }
}
";

/// The same with a larger quantity, and a second version of the event for it.
const SECOND: &str = "
#[value]
pub struct Line { pub sku: String, pub quantity: u64 }

#[event(Order, version = 2, upcast = v1::OrderPlaced, unread)]
pub struct OrderPlaced { pub line: Line }

pub mod v1 {
    use cim_runtime::prelude::*;

    #[value]
    pub struct Line { pub sku: String, pub quantity: u32 }

    #[event(super::Order, unread)]
    pub struct OrderPlaced { pub line: Line }
}

impl From<v1::OrderPlaced> for OrderPlaced {
    fn from(old: v1::OrderPlaced) -> Self {
        Self { line: Line { sku: old.line.sku, quantity: old.line.quantity.into() } }
    }
}

#[state_machine(initial Draft, terminal Placed)]
impl Order {
    #[transition(Draft -> Placed)]
    fn place(&self, cmd: PlaceOrder) -> OrderPlaced { OrderPlaced { line: cmd.line } }
}
";

/// Another event altogether, and the first one gone.
const OTHER: &str = "
#[value]
pub struct Line { pub sku: String, pub quantity: u64 }

#[event(Order)]
pub struct BasketTaken;

#[state_machine(initial Draft, terminal Placed)]
impl Order {
    #[transition(Draft -> Placed)]
    fn place(&self, _: PlaceOrder) -> BasketTaken { BasketTaken }
}
";

/// A crate of its own, whose dependencies are compiled once for all runs of this test.
struct Package {
    dir: TempDir,
}

impl Package {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let runtime = workspace.join("cim-runtime").canonicalize().unwrap();
        std::fs::create_dir(dir.path().join("src")).unwrap();
        std::fs::copy(workspace.join("Cargo.lock"), dir.path().join("Cargo.lock")).unwrap();
        let manifest = format!(
            "[package]\nname = \"shop\"\nedition = \"2024\"\n[workspace]\n\
             [dependencies]\ncim-runtime.path = {runtime:?}\n"
        );
        std::fs::write(dir.path().join("Cargo.toml"), manifest).unwrap();
        Self { dir }
    }

    /// The package with these events.
    fn with(&self, events: &str) -> &Self {
        std::fs::write(self.dir.path().join("src/lib.rs"), format!("{FRAME}{events}")).unwrap();
        self
    }

    fn target() -> PathBuf {
        Path::new(env!("CARGO_TARGET_TMPDIR")).join("locked_crate")
    }

    fn run(&self, program: &str, arguments: &str) -> Said {
        let mut command = Command::new(program);
        command.args(arguments.split_whitespace()).current_dir(self.dir.path());
        command.env_remove("CIM_LOCK").env("CARGO_TARGET_DIR", Self::target());
        // A test's own variables would make the crate's macros take it for a test.
        command.env_remove("CARGO_TARGET_TMPDIR").env("CARGO_NET_OFFLINE", "true");
        Said::of(&command.output().unwrap())
    }

    fn cim(&self, arguments: &str) -> Said {
        self.run(env!("CARGO_BIN_EXE_cim"), arguments)
    }

    /// What rustc says of the library, which compiles if that is nothing.
    fn compile(&self) -> String {
        let said = self.run(env!("CARGO"), "build --quiet --lib");
        assert_eq!(said.code == 0, said.err.is_empty(), "{said:?}");
        said.err
    }

    /// The only error of the library.
    #[track_caller]
    fn error(&self) -> String {
        let said = self.compile();
        assert_eq!(said.matches("error[").count(), 1, "{said}");
        said
    }

    /// The lines of the lock.
    fn lock(&self) -> Vec<String> {
        let text = std::fs::read_to_string(self.dir.path().join("cim.lock")).unwrap();
        let lines = text.lines().filter(|line| !line.starts_with('#') && !line.is_empty());
        lines.map(str::to_owned).collect()
    }
}

#[test]
fn a_crate_is_locked_and_held_to_it() {
    let package = Package::new();

    // Before its first release a crate has no lock, and needs none to compile.
    assert_eq!(package.with(FIRST).compile(), "");
    let said = package.cim("lock --check");
    assert_eq!(said.code, 1, "{said:?}");
    assert!(said.err.contains("there is no lock yet"), "{said:?}");

    let line = "Order OrderPlaced 1 {line: {sku: text, quantity: u32}}".to_owned();
    let said = package.cim("lock");
    assert_eq!(said.code, 0, "{said:?}");
    assert_eq!(package.lock(), [line.as_str()]);
    assert_eq!(package.compile(), "");
    assert_eq!(package.cim("lock --check").code, 0);

    // Another name in Rust is another name in the store, unless the old one is kept.
    let renamed = FIRST.replace("OrderPlaced", "OrderSubmitted");
    let said = package.with(&renamed).error();
    assert!(said.contains("no event of `Order` is stored as `OrderPlaced`"), "{said}");
    assert!(
        said.contains("`#[event(Order, name = \"OrderPlaced\")]` on `OrderSubmitted`"),
        "{said}"
    );
    let pinned = renamed.replace("#[event(Order", "#[event(Order, name = \"OrderPlaced\"");
    assert_eq!(package.with(&pinned).compile(), "");
    assert_eq!(package.cim("lock --check").code, 0);

    // A value in it is changed: the event has another shape, and no new version.
    let said = package.with(&FIRST.replace("quantity: u32", "quantity: u64")).error();
    assert!(said.contains("`OrderPlaced` version 1 is stored with another `line`"), "{said}");
    assert!(said.contains("#[event(Order, version = 2, upcast = v1::OrderPlaced)]"), "{said}");
    assert_eq!(package.cim("lock --check").code, 1);

    // With the new version it compiles, and is locked as well.
    assert_eq!(package.with(SECOND).compile(), "");
    let said = package.cim("lock --check");
    assert_eq!(said.code, 1, "{said:?}");
    assert!(said.err.contains("the events are not stored as the lock says"), "{said:?}");
    assert_eq!(package.cim("lock").code, 0);
    let second = "Order OrderPlaced 2 {line: {sku: text, quantity: u64}}".to_owned();
    assert_eq!(package.lock(), [line.as_str(), second.as_str()]);

    // What was stored must still be read.
    let said = package.with(OTHER).error();
    assert!(said.contains("no event of `Order` is stored as `OrderPlaced`"), "{said}");
    assert!(said.contains("#[apply(A -> B)] fn …(&mut self, event: &OrderPlaced)"), "{said}");
}
