//! Every mistake under `ui/`, and what the compiler says about it.
//!
//! `cargo test -p cim-ui-tests ui:: -- trybuild=unreachable` runs those with this in their path;
//! `TRYBUILD=overwrite` writes what is said now, to be read as prose before it is committed.
//! `fail/` are errors that our macros write; `rustc/` those that rustc writes, where it can in our
//! words: they may change with the toolchain.

#[test]
fn mistakes_are_told_at_their_place() {
    // One object for all of them: they are compiled together.
    let cases = trybuild::TestCases::new();
    cases.compile_fail("ui/*/fail/*.rs");
    cases.compile_fail("ui/*/rustc/*.rs");
    cases.compile_fail("ui/cascade/*.rs");
    cases.compile_fail("ui/many/*.rs");
}
